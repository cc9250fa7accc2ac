//go:build cgo

package flagbit

import (
	"encoding/json"
	"reflect"
)

// String returns the value of a string flag, or def without an answer or for a flag of another type.
func (c *Client) String(key string, who AnyContext, def string) string {
	answer, err := c.ask(key, who, true)
	if err != nil || answer.variant == nil || answer.variant.kind != kindString {
		return def
	}
	return answer.variant.text
}

// Number returns the value of a number flag, or def without an answer or for a flag of another type. An integer beyond 2^53
// is the nearest float64.
func (c *Client) Number(key string, who AnyContext, def float64) float64 {
	answer, err := c.ask(key, who, false)
	if err != nil || answer.native.error_code != 0 || answer.native.kind != kindNumber {
		return def
	}
	return float64(answer.native.number)
}

// Integer returns the value of a number flag without a fraction, exactly, or def without an answer or for any other value.
// [Value] also gives a uint64.
func (c *Client) Integer(key string, who AnyContext, def int64) int64 {
	answer, err := c.ask(key, who, false)
	if err != nil {
		return def
	}
	if found, fits := integerOf(&answer.native).signed(); fits {
		return found
	}
	return def
}

// JSON returns the value of a JSON flag: a map[string]any or []any that belongs to the caller, with float64 for numbers. It
// returns def without an answer or for a flag of another type. [Value] reads the JSON into a type of your own, where an int64,
// a uint64 or a json.Number keeps an integer beyond 2^53 exact.
func (c *Client) JSON(key string, who AnyContext, def any) any {
	answer, err := c.ask(key, who, true)
	if err != nil || answer.variant == nil || answer.variant.kind != kindJSON {
		return def
	}
	return answer.variant.value()
}

// Value returns a flag's value if it has the default's type, or def otherwise.
//
// A bool asks a boolean flag, a string a string flag, an integer a number without a fraction that fits, exactly, a float a
// number.
// Every other type asks a JSON flag, and encoding/json fills it: [Value] with a struct gives that struct, or def if the JSON
// does not fit it.
func Value[T any](client *Client, key string, who AnyContext, def T) T {
	switch def := any(def).(type) {
	case bool:
		return as[T](client.Enabled(key, who, def))
	case string:
		return as[T](client.String(key, who, def))
	case float64:
		return as[T](client.Number(key, who, def))
	case int64:
		return as[T](client.Integer(key, who, def))
	case int:
		found := client.Integer(key, who, int64(def))
		if int64(int(found)) != found {
			return as[T](def)
		}
		return as[T](int(found))
	}
	value := def
	if client.fill(key, who, reflect.ValueOf(&value).Elem()) {
		return value
	}
	return def
}

func as[T any](value any) T { return value.(T) }

// Sets a variable of any type to the flag's value. Returns false if the value does not fit.
func (c *Client) fill(key string, who AnyContext, value reflect.Value) bool {
	answer, err := c.ask(key, who, true)
	if err != nil || answer.native.error_code != 0 {
		return false
	}
	switch kind := value.Kind(); kind {
	case reflect.Bool:
		value.SetBool(answer.native.enabled != 0)
		return answer.native.kind == kindBoolean
	case reflect.String:
		if answer.native.kind != kindString || answer.variant == nil {
			return false
		}
		value.SetString(answer.variant.text)
		return true
	case reflect.Float32, reflect.Float64:
		value.SetFloat(float64(answer.native.number))
		return answer.native.kind == kindNumber
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		found, fits := integerOf(&answer.native).signed()
		if !fits || value.OverflowInt(found) {
			return false
		}
		value.SetInt(found)
		return true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		found, fits := integerOf(&answer.native).unsigned()
		if !fits || value.OverflowUint(found) {
			return false
		}
		value.SetUint(found)
		return true
	}
	if answer.native.kind != kindJSON || answer.variant == nil {
		return false
	}
	// A new variable, so that nothing of the default is filled or shared.
	made := reflect.New(value.Type())
	if json.Unmarshal([]byte(answer.variant.text), made.Interface()) != nil {
		return false
	}
	value.Set(made.Elem())
	return true
}
