//go:build cgo

package flagbit

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const whatToGive = "give a string, a bool, a finite number, a time.Time or a slice of these"

// Returns the message of the first attribute, by name, that no rule can match; "" if there is none. The message names the
// attribute and what to give instead, never the value.
func firstProblem(attributes Attributes) string {
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if !utf8.ValidString(name) {
			shown := strings.Trim(strconv.QuoteToASCII(name), `"`)
			return fmt.Sprintf(`the name of the attribute %q is not UTF-8; give a name of UTF-8 text`, shown)
		}
		if _, supported := appendAttribute(nil, name, attributes[name]); !supported {
			return fmt.Sprintf("the attribute %q %s", name, problemOf(attributes[name]))
		}
	}
	return ""
}

func problemOf(value any) string {
	list := reflect.ValueOf(value)
	kind := list.Kind()
	if (kind != reflect.Slice && kind != reflect.Array) || list.Type().Elem().Kind() == reflect.Uint8 {
		return "has " + problemOfScalar(value)
	}
	if list.Len() > mostElements {
		return fmt.Sprintf("is a list of %d elements; a list has at most %d", list.Len(), mostElements)
	}
	for index := range list.Len() {
		element := list.Index(index).Interface()
		switch _, kind := appendValue(nil, element); kind {
		case absent:
			return fmt.Sprintf("has nil at [%d] of its list; leave the element out", index)
		case unsupported:
			return fmt.Sprintf("has, at [%d] of its list, %s", index, problemOfScalar(element))
		}
	}
	return "is an array of a type that is not supported; give a slice"
}

func problemOfScalar(value any) string {
	switch value := value.(type) {
	case time.Time, *time.Time:
		return "a time outside the years 0 to 9999 in UTC"
	case json.Number:
		return "a json.Number that is not a finite number"
	case []byte:
		return "a value of the type []uint8; give a string"
	default:
		return problemOfKind(reflect.Indirect(reflect.ValueOf(value)))
	}
}

func problemOfKind(value reflect.Value) string {
	switch value.Kind() {
	case reflect.String:
		return "a string that is not UTF-8; replace the bytes that are not, as with strings.ToValidUTF8"
	case reflect.Float32, reflect.Float64:
		if math.IsNaN(value.Float()) {
			return "the number NaN, which no rule can match; give a finite number"
		}
		return "an infinity, which no rule can match; give a finite number"
	case reflect.Slice, reflect.Array:
		return "a list, which a list cannot hold; a list holds single values only"
	}
	return fmt.Sprintf("a value of the type %s; %s", value.Type(), whatToGive)
}
