//go:build !cgo

package flagbit

// All other files need cgo, so the compiler reports only this message.
var _ int = "FlagBit needs cgo: set CGO_ENABLED=1 and install a C compiler"
