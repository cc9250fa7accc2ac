// Package windows_amd64 is empty: it is here so that `go mod vendor` keeps this folder.
package windows_amd64
