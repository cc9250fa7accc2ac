// Package linux_amd64 is empty: it is here so that `go mod vendor` keeps this folder.
package linux_amd64
