//go:build cgo

package flagbit

import "strconv"

// The exact value of a number flag that is an integer.
type integer struct {
	bits uint64
	kind int32
}

func integerOf(native *nativeEvaluation) integer {
	return integer{bits: uint64(native.integer), kind: int32(native.integer_kind)}
}

// Returns the integer; false if there is none from -2^63 to 2^63-1.
func (i integer) signed() (int64, bool) {
	return int64(i.bits), i.kind == integerKindSigned
}

// Returns the integer; false if there is none from 0 to 2^64-1.
func (i integer) unsigned() (uint64, bool) {
	value, fits := i.signed()
	return i.bits, i.kind == integerKindUnsigned || fits && value >= 0
}

// Returns the integer in decimal; false if there is none.
func (i integer) text() (string, bool) {
	if value, fits := i.signed(); fits {
		return strconv.FormatInt(value, 10), true
	}
	value, fits := i.unsigned()
	return strconv.FormatUint(value, 10), fits
}
