//go:build cgo

package flagbit

import (
	"bytes"
	"errors"
	"runtime"
	"sync/atomic"
)

// Attributes describe the user or the request of one question.
//
// A value is a string, a bool, an integer or a float, of any type that is based on one, or a pointer to one; nil and nil
// pointers are absent. A [time.Time] becomes its RFC 3339 text in UTC, such as 2026-12-01T08:00:00.5Z. A slice or array
// holds up to 1,000 scalars or times, for the operators has and exists; every other operator takes it for absent.
//
// Everything else is unsupported: NaN, infinities, text that is not UTF-8, []byte, maps, other structs, a slice that is longer
// or holds something else. An unsupported value counts as absent. Each client logs it once and counts it in
// [Status.UnsupportedValues]; [NewContext] refuses it.
//
// You must not change a map while it is passed to a call.
type Attributes map[string]any

// Context holds attributes, checked and packed once, for any number of evaluations.
//
// A Context is immutable; any number of goroutines and clients may use one at once. A nil or zero Context has no attributes.
type Context struct {
	subject *subject
}

// The attributes of a Context. They lie in Go's memory alone while few flags are asked for them, as during one request: the
// garbage collector then has nothing to free that it does not see. When they are asked for often, the library prepares
// them once, and then answers faster.
type subject struct {
	packed   []byte
	asked    atomic.Int32
	prepared atomic.Bool
	handle   *nativeContext // Set when the library has prepared it.
	// A field, since the compiler would see through a function that it knows, and conclude that read passes its argument on.
	prepare func()
}

// After this many questions a prepared context is worth its cost.
const oftenAsked = 16

func newSubject(packed []byte) *subject {
	made := &subject{packed: packed}
	made.prepare = func() {
		if handle, err := newNativeContext(packed); err == nil {
			runtime.AddCleanup(made, freeContext, handle)
			made.handle = handle
			made.prepared.Store(true)
		}
	}
	return made
}

// AnyContext is one of [Attributes], a *[Context], or nil for no attributes.
type AnyContext interface {
	anyContext()
}

func (Attributes) anyContext() {}
func (*Context) anyContext()   {}

// NewContext checks and packs attributes. The error is an [ErrContext] that names an attribute which no rule can match.
func NewContext(attributes Attributes) (*Context, error) {
	if err := checkLibrary(); err != nil {
		return nil, err
	}
	buffer := pack(attributes)
	defer buffer.release()
	if buffer.odd {
		// The library says what is wrong.
		handle, err := newNativeContext(packFirstUnsupported(attributes))
		freeContext(handle)
		return nil, err
	}
	if len(buffer.bytes) == 0 {
		return nil, newError(statusUnsupportedValue, tooLong)
	}
	return &Context{newSubject(bytes.Clone(buffer.bytes))}, nil
}

// MustContext is [NewContext] for attributes that are known to be good. It panics on an error.
func MustContext(attributes Attributes) *Context {
	context, err := NewContext(attributes)
	if err != nil {
		panic(err)
	}
	return context
}

const tooLong = "the attributes take more than 4 GiB"

var (
	errTooLong        = errors.New(tooLong)
	errUnknownContext = errors.New("a context is a flagbit.Attributes, a *flagbit.Context or nil")
)

// The attributes as the library takes them: prepared; or packed if data is not nil, into a buffer that may have to be
// released; or neither for no attributes.
//
// It calls no method of the interface, and its results are no struct: with either, the compiler would put every map of
// attributes on the heap.
func read(who AnyContext) (context *nativeContext, data []byte, buffer *packed, err error) {
	switch who := who.(type) {
	case nil:
		return nil, nil, nil, nil
	case *Context:
		if who == nil || who.subject == nil {
			return nil, nil, nil, nil
		}
		if who.subject.prepared.Load() {
			return who.subject.handle, nil, nil, nil
		}
		if who.subject.asked.Add(1) == oftenAsked {
			who.subject.prepare()
		}
		// The next question uses the context that was just prepared.
		return nil, who.subject.packed, nil, nil
	case Attributes:
		if len(who) == 0 {
			return nil, nil, nil, nil
		}
		buffer := pack(who)
		if len(buffer.bytes) == 0 {
			buffer.release()
			return nil, nil, nil, errTooLong
		}
		return nil, buffer.bytes, buffer, nil
	}
	return nil, nil, nil, errUnknownContext
}

// Makes go vet report copies.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}
