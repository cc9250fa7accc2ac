// Package darwin_amd64 is empty: it is here so that `go mod vendor` keeps this folder.
package darwin_amd64
