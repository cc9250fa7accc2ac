//go:build cgo

package flagbit

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	// A longer list is unsupported.
	mostElements = 1000
	// Larger buffers are not kept.
	largestKept = 64 << 10
)

var little = binary.LittleEndian

// Attributes as the library takes them (see include/flagbit.h). The buffers are reused.
type packed struct {
	bytes []byte
	// True if there are values that no rule can match.
	odd bool
}

var buffers = sync.Pool{New: func() any {
	return &packed{bytes: make([]byte, 0, 512)}
}}

// Returns the buffer to the pool.
func (p *packed) release() {
	if cap(p.bytes) <= largestKept {
		buffers.Put(p)
	}
}

// Packs attributes. Returns no bytes for attributes beyond the library's limit.
func pack(attributes Attributes) *packed {
	packed := buffers.Get().(*packed)
	packed.odd = false
	buffer := append(packed.bytes[:0], 0, 0, 0, 0, 1, 0, 0, 0)
	unreadable := false
	for name, value := range attributes {
		// The common case, in as few steps as possible. The code below handles all cases.
		if text, isText := value.(string); isText {
			if longer := appendPlain(buffer, name, text); longer != nil {
				buffer = longer
				continue
			}
		}
		if !utf8.ValidString(name) {
			unreadable = true
			continue
		}
		supported := false
		if buffer, supported = appendAttribute(buffer, name, value); !supported {
			packed.odd = true
		}
	}
	if unreadable {
		packed.odd = true
		buffer = appendUnreadable(buffer, attributes)
	}
	packed.bytes = finish(buffer)
	return packed
}

// Names and texts below this length are plain: the bytes of their lengths are then ASCII as well.
const plain = 0x80

// Appends an attribute whose name and text are ASCII, short, and fit into the buffer. Returns nil for any other.
func appendPlain(buffer []byte, name, text string) []byte {
	begin, size := len(buffer), 9+len(name)+len(text)
	if len(name) >= plain || len(text) >= plain || size > cap(buffer)-begin {
		return nil
	}
	buffer = buffer[:begin+size]
	record := buffer[begin:]
	record[0] = attributeKindString
	little.PutUint32(record[1:], uint32(len(name)))
	copy(record[5:], name)
	little.PutUint32(record[5+len(name):], uint32(len(text)))
	copy(record[9+len(name):], text)
	if !isASCII(record) {
		return nil
	}
	return buffer
}

// Returns whether at least eight bytes are ASCII.
func isASCII(bytes []byte) bool {
	const high = 0x8080808080808080
	// The last word overlaps the one before.
	seen := little.Uint64(bytes[len(bytes)-8:])
	for ; len(bytes) > 8; bytes = bytes[8:] {
		seen |= little.Uint64(bytes)
	}
	return seen&high == 0
}

func finish(buffer []byte) []byte {
	if uint64(len(buffer)) > math.MaxUint32 {
		return nil
	}
	little.PutUint32(buffer, uint32(len(buffer)))
	return buffer
}

// The attributes whose names are not UTF-8 come last, so that their stand-in names never hide another.
func appendUnreadable(buffer []byte, attributes Attributes) []byte {
	for name := range attributes {
		if !utf8.ValidString(name) {
			shown := strings.Trim(strconv.QuoteToASCII(name), `"`)
			buffer = appendStart(buffer, attributeKindUnsupported, shown, 0)
		}
	}
	return buffer
}

// Appends an attribute up to its value, whose length is given.
func appendStart(buffer []byte, kind byte, name string, length int) []byte {
	buffer = append(buffer, kind)
	buffer = little.AppendUint32(buffer, uint32(len(name)))
	buffer = append(buffer, name...)
	return little.AppendUint32(buffer, uint32(length))
}

// Appends one attribute, and returns whether its value is supported. Appends nothing for an absent value.
func appendAttribute(buffer []byte, name string, value any) ([]byte, bool) {
	// The common cases, each in one pass.
	switch value := value.(type) {
	case string:
		if utf8.ValidString(value) {
			return append(appendStart(buffer, attributeKindString, name, len(value)), value...), true
		}
	case bool:
		return append(appendStart(buffer, attributeKindBoolean, name, 1), truth(value)), true
	case int:
		return little.AppendUint64(appendStart(buffer, attributeKindInteger, name, 8), uint64(value)), true
	case nil:
		return buffer, true
	default:
		return appendFurther(buffer, name, value)
	}
	return appendStart(buffer, attributeKindUnsupported, name, 0), false
}

// Appends an attribute of a less common type.
func appendFurther(buffer []byte, name string, value any) ([]byte, bool) {
	begin := len(buffer)
	buffer = appendStart(buffer, attributeKindList, name, 0)
	body := len(buffer)
	filled, kind := appendValue(buffer, value)
	if kind == unsupported {
		filled, kind = appendList(buffer, value)
	}
	switch kind {
	case absent:
		return buffer[:begin], true
	case unsupported:
		return appendStart(buffer[:begin], attributeKindUnsupported, name, 0), false
	}
	filled[begin] = kind
	little.PutUint32(filled[body-4:], uint32(len(filled)-body))
	return filled, true
}

// Kinds of values in addition to the library's.
const (
	unsupported byte = 0
	absent      byte = 0xff
)

// From here on nothing may keep a value or a part of it, or pass it to a function that the compiler cannot see through, such as
// reflect's Interface: the maps of all callers would then have to be on the heap. BenchmarkEnabled counts this.

// Appends a scalar and returns its kind.
func appendValue(buffer []byte, value any) ([]byte, byte) {
	switch value := value.(type) {
	case nil:
		return buffer, absent
	case string:
		return appendString(buffer, value)
	case bool:
		return append(buffer, truth(value)), attributeKindBoolean
	case int:
		return little.AppendUint64(buffer, uint64(value)), attributeKindInteger
	case int64:
		return little.AppendUint64(buffer, uint64(value)), attributeKindInteger
	case uint64:
		return little.AppendUint64(buffer, value), attributeKindUnsigned
	case float64:
		return appendNumber(buffer, value)
	case time.Time:
		return appendTime(buffer, value)
	case *time.Time:
		return appendTimePointer(buffer, value)
	case json.Number:
		return appendJSONNumber(buffer, string(value))
	}
	return appendReflected(buffer, reflect.ValueOf(value), true)
}

// Appends a scalar of a type that only reflection knows.
func appendReflected(buffer []byte, value reflect.Value, followed bool) ([]byte, byte) {
	switch value.Kind() {
	case reflect.String:
		return appendString(buffer, value.String())
	case reflect.Bool:
		return append(buffer, truth(value.Bool())), attributeKindBoolean
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return little.AppendUint64(buffer, uint64(value.Int())), attributeKindInteger
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return little.AppendUint64(buffer, value.Uint()), attributeKindUnsigned
	case reflect.Float32, reflect.Float64:
		return appendNumber(buffer, value.Float())
	case reflect.Pointer, reflect.Interface:
		if value.IsNil() {
			return buffer, absent
		}
		if value.Kind() == reflect.Interface {
			return appendReflected(buffer, value.Elem(), followed)
		}
		if followed {
			// A pointer behind this one is not followed: pointers may form a cycle, even through an interface.
			return appendReflected(buffer, value.Elem(), false)
		}
	}
	return buffer, unsupported
}

// Appends the elements of a list, and returns the list's kind.
func appendList(buffer []byte, value any) ([]byte, byte) {
	switch list := value.(type) {
	case []string:
		if len(list) > mostElements {
			return buffer, unsupported
		}
		for _, element := range list {
			if !utf8.ValidString(element) {
				return buffer, unsupported
			}
			buffer = little.AppendUint32(append(buffer, attributeKindString), uint32(len(element)))
			buffer = append(buffer, element...)
		}
		return buffer, attributeKindList
	case []time.Time:
		return appendEach(buffer, list, appendTime)
	case []*time.Time:
		return appendEach(buffer, list, appendTimePointer)
	case []any:
		return appendEach(buffer, list, appendValue)
	}
	list := reflect.ValueOf(value)
	kind := list.Kind()
	if (kind != reflect.Slice && kind != reflect.Array) || list.Len() > mostElements {
		return buffer, unsupported
	}
	for i := range list.Len() {
		element := list.Index(i)
		if element.Kind() == reflect.Uint8 {
			return buffer, unsupported // Bytes are not numbers.
		}
		begin := len(buffer)
		filled, kind := appendReflected(append(buffer, 0, 0, 0, 0, 0), element, true)
		if kind == unsupported || kind == absent {
			return buffer, unsupported
		}
		buffer = finishElement(filled, begin, kind)
	}
	return buffer, attributeKindList
}

// Appends the elements of a list one by one, and tells the kind.
func appendEach[T any](buffer []byte, list []T, appendOne func([]byte, T) ([]byte, byte)) ([]byte, byte) {
	if len(list) > mostElements {
		return buffer, unsupported
	}
	for _, element := range list {
		begin := len(buffer)
		filled, kind := appendOne(append(buffer, 0, 0, 0, 0, 0), element)
		if kind == unsupported || kind == absent {
			return buffer, unsupported
		}
		buffer = finishElement(filled, begin, kind)
	}
	return buffer, attributeKindList
}

// Fills in an element's kind and length.
func finishElement(buffer []byte, begin int, kind byte) []byte {
	buffer[begin] = kind
	little.PutUint32(buffer[begin+1:], uint32(len(buffer)-begin-5))
	return buffer
}

func appendString(buffer []byte, value string) ([]byte, byte) {
	if !utf8.ValidString(value) {
		return buffer, unsupported
	}
	return append(buffer, value...), attributeKindString
}

func appendNumber(buffer []byte, value float64) ([]byte, byte) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return buffer, unsupported
	}
	return little.AppendUint64(buffer, math.Float64bits(value)), attributeKindNumber
}

func appendTime(buffer []byte, value time.Time) ([]byte, byte) {
	// RFC 3339 has years of four digits.
	if value = value.UTC(); value.Year() < 0 || value.Year() > 9999 {
		return buffer, unsupported
	}
	// Its fraction has no trailing zeros (specification, section 3.5).
	return value.AppendFormat(buffer, time.RFC3339Nano), attributeKindString
}

func appendTimePointer(buffer []byte, value *time.Time) ([]byte, byte) {
	if value == nil {
		return buffer, absent
	}
	return appendTime(buffer, *value)
}

// Appends a number of encoding/json, in the way the library reads JSON.
func appendJSONNumber(buffer []byte, text string) ([]byte, byte) {
	if !strings.ContainsAny(text, ".eE") {
		if integer, err := strconv.ParseInt(text, 10, 64); err == nil {
			return little.AppendUint64(buffer, uint64(integer)), attributeKindInteger
		}
		if integer, err := strconv.ParseUint(text, 10, 64); err == nil {
			return little.AppendUint64(buffer, integer), attributeKindUnsigned
		}
	}
	double, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return buffer, unsupported
	}
	return appendNumber(buffer, double)
}

func truth(value bool) byte {
	if value {
		return 1
	}
	return 0
}
