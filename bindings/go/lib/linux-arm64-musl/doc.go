// Package linux_arm64_musl is empty: it is here so that `go mod vendor` keeps this folder.
package linux_arm64_musl
