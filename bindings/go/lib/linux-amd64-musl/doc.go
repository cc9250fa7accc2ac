// Package linux_amd64_musl is empty: it is here so that `go mod vendor` keeps this folder.
package linux_amd64_musl
