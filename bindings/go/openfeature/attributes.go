package flagbitopenfeature

import (
	"reflect"
	"sync"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
	"github.com/open-feature/go-sdk/openfeature"
)

// The attribute by which FlagBit identifies a user.
const userID = "user_id"

var attributeMaps = sync.Pool{New: func() any { return flagbit.Attributes{} }}

// Returns the attributes as the client takes them. The targeting key is the user's id if the context has none, and nested
// values are left out. A context that fits is passed on as it is. Any other is copied, since it belongs to the SDK, which may
// ask several providers at once; the caller has to release the copy.
func attributesOf(who openfeature.FlattenedContext) (attributes, pooled flagbit.Attributes) {
	key, keyed := who[openfeature.TargetingKey]
	if keyed {
		_, identified := who[userID]
		keyed = !identified
	}
	if !keyed && !hasNested(who) {
		return flagbit.Attributes(who), nil
	}
	copied := attributeMaps.Get().(flagbit.Attributes)
	for name, value := range who {
		if !isNested(value) {
			copied[name] = value
		}
	}
	if keyed {
		copied[userID] = key
	}
	return copied, copied
}

func hasNested(who openfeature.FlattenedContext) bool {
	for _, value := range who {
		if isNested(value) {
			return true
		}
	}
	return false
}

func release(pooled flagbit.Attributes) {
	if pooled != nil {
		clear(pooled) // The pool keeps no attributes.
		attributeMaps.Put(pooled)
	}
}

// Returns whether a value is a mapping or a structure.
func isNested(value any) bool {
	switch value.(type) {
	case string, bool, int, int64, float64, nil, time.Time, *time.Time, []string, []any:
		return false
	case map[string]any:
		return true
	}
	kind := reflect.TypeOf(value)
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	return kind.Kind() == reflect.Map || kind.Kind() == reflect.Struct
}
