//go:build cgo

package flagbit

import (
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Why a value is unsupported. The library makes the message of it, which never holds the value.
type unsupportedValue struct {
	reason byte
	// The index of an element in its list, or the number of elements of a list that is too long.
	position uint32
	typeName string
}

const noPosition = math.MaxUint32

// Packs the first attribute, by name, that no rule can match, with its reason, so that the error always names the same one.
func packFirstUnsupported(attributes Attributes) []byte {
	buffer := []byte{0, 0, 0, 0, 1, 0, 0, 0}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		problem := unsupportedValue{reason: unsupportedReasonName, position: noPosition}
		if utf8.ValidString(name) {
			if _, supported := appendAttribute(nil, name, attributes[name]); supported {
				continue
			}
			problem = problemOf(attributes[name])
		} else {
			name = strings.Trim(strconv.QuoteToASCII(name), `"`)
		}
		buffer = appendStart(buffer, attributeKindUnsupported, name, 5+len(problem.typeName))
		buffer = little.AppendUint32(append(buffer, problem.reason), problem.position)
		buffer = append(buffer, problem.typeName...)
		break
	}
	return finish(buffer)
}

func problemOf(value any) unsupportedValue {
	list := reflect.ValueOf(value)
	kind := list.Kind()
	if (kind != reflect.Slice && kind != reflect.Array) || list.Type().Elem().Kind() == reflect.Uint8 {
		return problemOfScalar(value)
	}
	if list.Len() > mostElements {
		return unsupportedValue{reason: unsupportedReasonListTooLong, position: uint32(min(list.Len(), noPosition-1))}
	}
	for index := range list.Len() {
		element := list.Index(index).Interface()
		var problem unsupportedValue
		switch _, kind := appendValue(nil, element); kind {
		case absent:
			problem.reason = unsupportedReasonNull
		case unsupported:
			problem = problemOfScalar(element)
		default:
			continue
		}
		if kind := reflect.ValueOf(element).Kind(); kind == reflect.Slice || kind == reflect.Array {
			problem.reason = unsupportedReasonNestedList
		}
		problem.position = uint32(index)
		return problem
	}
	return unsupportedValue{reason: unsupportedReasonUnreadable, position: noPosition}
}

func problemOfScalar(value any) unsupportedValue {
	problem := unsupportedValue{position: noPosition}
	switch value.(type) {
	case time.Time, *time.Time:
		problem.reason = unsupportedReasonTimeRange
		return problem
	case json.Number:
		problem.reason = unsupportedReasonNotFinite
		return problem
	}
	reflected := reflect.ValueOf(value)
	switch reflect.Indirect(reflected).Kind() {
	case reflect.String:
		problem.reason = unsupportedReasonNotUnicode
	case reflect.Float32, reflect.Float64:
		problem.reason = unsupportedReasonNotFinite
	case reflect.Pointer, reflect.Interface:
		problem.reason = unsupportedReasonTooDeep
	default:
		problem.reason = unsupportedReasonType
		problem.typeName = reflected.Type().String()
	}
	return problem
}
