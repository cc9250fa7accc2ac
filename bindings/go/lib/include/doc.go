// Package include is empty: it is here so that `go mod vendor` keeps this folder.
package include
