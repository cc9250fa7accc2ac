//go:build !cgo

package flagbit

// All other files need cgo, so this is all that the compiler has to say.
var _ int = "FlagBit needs cgo: set CGO_ENABLED=1 and install a C compiler"
