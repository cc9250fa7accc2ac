//go:build cgo

package flagbit

import (
	"errors"
	"runtime"
)

// Attributes are who asks, for one question.
//
// A value is a string, a bool, an integer or a float, of any type that is based on one, or a pointer to one; nil and nil
// pointers are absent. A [time.Time] becomes its RFC 3339 text in UTC, for the operators before and after. A slice or array
// holds up to 1,000 scalars, for the operators has and exists; every other operator takes it for absent.
//
// Everything else is unsupported: NaN, infinities, text that is no UTF-8, []byte, maps, other structs, a longer slice or one
// that holds something else. It counts as absent, is logged once a client and counted in [Status.UnsupportedValues];
// [NewContext] refuses it.
//
// A map must not be changed while it is passed to a call.
type Attributes map[string]any

// Context is the attributes of who asks, prepared for any number of evaluations.
//
// It is immutable; any number of goroutines and clients may use one at once. Its memory is freed when it is collected. A nil
// Context and a zero one have no attributes.
type Context struct {
	_      noCopy
	handle *nativeContext
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
	packed := packSorted(attributes)
	if packed == nil {
		return nil, newError(statusUnsupportedValue, tooLong)
	}
	handle, err := newNativeContext(packed)
	if err != nil {
		return nil, err
	}
	context := &Context{handle: handle}
	runtime.AddCleanup(context, freeContext, handle)
	return context, nil
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

func (c *Context) native() *nativeContext {
	if c == nil {
		return nil
	}
	return c.handle
}

var (
	errTooLong        = errors.New(tooLong)
	errUnknownContext = errors.New("a context is a flagbit.Attributes, a *flagbit.Context or nil")
)

// Who asks, as the library takes it: prepared, or packed into a buffer that release gives back, or neither for nobody.
//
// It calls no method of the interface, and what it returns is no struct: with either, the compiler would put every map of
// attributes on the heap.
func read(who AnyContext) (context *nativeContext, packed *packed, err error) {
	switch who := who.(type) {
	case nil:
		return nil, nil, nil
	case *Context:
		return who.native(), nil, nil
	case Attributes:
		if len(who) == 0 {
			return nil, nil, nil
		}
		packed := pack(who)
		if len(packed.bytes) == 0 {
			packed.release()
			return nil, nil, errTooLong
		}
		return nil, packed, nil
	}
	return nil, nil, errUnknownContext
}

// What go vet reports when it is copied.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}
