//go:build cgo

package flagbit

import (
	"encoding/json"
	"sync/atomic"
)

// A variant of a typed flag, decoded once.
type variant struct {
	id   uint64
	name string
	kind int32
	text string
	// The value, but of JSON, which each who asks gets for his own.
	fixed any
}

func newVariant(native *nativeEvaluation, name, text string) *variant {
	made := &variant{id: uint64(native.variant_id), name: name, kind: int32(native.kind), text: text}
	switch native.kind {
	case kindString:
		made.fixed = text
	case kindNumber:
		made.fixed = float64(native.number)
	}
	return made
}

// The value: a string, a float64, or a map or slice of the caller's own.
func (v *variant) value() any {
	if v.kind != kindJSON {
		return v.fixed
	}
	var value any
	_ = json.Unmarshal([]byte(v.text), &value) // The library wrote it.
	return value
}

// The variants that were seen, each at a place of its number, which no other variant of the process ever has. A snapshot's
// numbers follow each other, so its first 1,024 variants all have their places.
type variants [1024]atomic.Pointer[variant]

func (v *variants) get(id uint64) *variant {
	if found := v[id%uint64(len(v))].Load(); found != nil && found.id == id {
		return found
	}
	return nil
}

func (v *variants) add(made *variant) *variant {
	v[made.id%uint64(len(v))].Store(made)
	return made
}
