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
	// The value, except for JSON, which each caller gets as a new object.
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

// Returns the value: a string, a float64, or a map or slice that belongs to the caller.
func (v *variant) value() any {
	if v.kind != kindJSON {
		return v.fixed
	}
	var value any
	_ = json.Unmarshal([]byte(v.text), &value) // The library wrote this JSON, so it is valid.
	return value
}

// The variants seen so far. Each has a place by its number, which no other variant of the process ever has. A snapshot's numbers
// are consecutive, so its first 1,024 variants all have places.
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
