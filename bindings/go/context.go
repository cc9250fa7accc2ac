//go:build cgo

package flagbit

import (
	"bytes"
	"errors"
	"runtime"
	"sync/atomic"
)

// Attributes are who asks, for one question.
//
// A value is a string, a bool, an integer or a float, of any type that is based on one, or a pointer to one; nil and nil
// pointers are absent. A [time.Time] becomes its RFC 3339 text in UTC, such as 2026-12-01T08:00:00.5Z. A slice or array
// holds up to 1,000 scalars or times, for the operators has and exists; every other operator takes it for absent.
//
// Everything else is unsupported: NaN, infinities, text that is no UTF-8, []byte, maps, other structs, a longer slice or one
// that holds something else. It counts as absent, is logged once a client and counted in [Status.UnsupportedValues];
// [NewContext] refuses it.
//
// A map must not be changed while it is passed to a call.
type Attributes map[string]any

// Context is the attributes of who asks, checked and packed once, for any number of evaluations.
//
// It is immutable; any number of goroutines and clients may use one at once. A nil Context and a zero one have no attributes.
type Context struct {
	subject *subject
}

// The attributes of a Context. They are Go's memory alone while few flags are asked for them, as for those of one request:
// nothing then waits for the collector to free what it does not see. Asked often, they are prepared by the library, once,
// which answers faster.
type subject struct {
	packed   []byte
	asked    atomic.Int32
	prepared atomic.Bool
	handle   *nativeContext // Once it is prepared.
	// A field, since through a call that it knows the compiler would see read hand its argument on.
	prepare func()
}

// After so many questions it pays to prepare a context.
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

// AnyContext is who asks: [Attributes], a *[Context], or nil for no attributes.
type AnyContext interface {
	anyContext()
}

func (Attributes) anyContext() {}
func (*Context) anyContext()   {}

// NewContext prepares attributes. The error is an [ErrContext] that names an attribute which no rule can match.
func NewContext(attributes Attributes) (*Context, error) {
	if err := checkLibrary(); err != nil {
		return nil, err
	}
	buffer := pack(attributes)
	defer buffer.release()
	if buffer.odd {
		// The library says what is wrong.
		handle, err := newNativeContext(packSorted(attributes))
		freeContext(handle)
		return nil, err
	}
	if len(buffer.bytes) == 0 {
		return nil, newError(statusUnsupportedValue, tooLong)
	}
	return &Context{newSubject(bytes.Clone(buffer.bytes))}, nil
}

// MustContext is [NewContext] for attributes that are known to be good. It panics where that fails.
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

// Who asks, as the library takes it: prepared; or packed, where data is not nil, into a buffer that may have to be released;
// or neither for nobody.
//
// It calls no method of the interface, and what it returns is no struct: with either, the compiler would put every map of
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
		// What was just prepared is taken the next time.
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

// What go vet reports when it is copied.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}
