package flagbit_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	flagbit "github.com/flagbit/flagbit/bindings/go"
)

const typed = `[
	{"key": "on", "enabled": true, "default_enabled": true},
	{"key": "theme", "enabled": true, "variants": {"light": "#fff", "dark": "a\u0000ü"}, "default": "light", "rules": [
		{"conditions": [{"attribute": "plan", "operator": "eq", "value": "pro"}], "value": "dark"}]},
	{"key": "off", "enabled": false, "variants": {"a": "A", "b": "B"}, "default": "a", "off": "b"},
	{"key": "whole", "enabled": true, "variants": {"a": 300, "b": 1}, "default": "a"},
	{"key": "negative", "enabled": true, "variants": {"a": -3, "b": 1}, "default": "a"},
	{"key": "fraction", "enabled": true, "variants": {"a": 1.5, "b": 1}, "default": "a"},
	{"key": "huge", "enabled": true, "variants": {"a": 1e300, "b": 1}, "default": "a"},
	{"key": "2^63", "enabled": true, "variants": {"a": 9223372036854775808, "b": 1}, "default": "a"},
	{"key": "-2^63", "enabled": true, "variants": {"a": -9223372036854775808, "b": 1}, "default": "a"},
	{"key": "2^64-1", "enabled": true, "variants": {"a": 18446744073709551615, "b": 1}, "default": "a"},
	{"key": "2^63-1", "enabled": true, "variants": {"a": 9223372036854775807, "b": 1}, "default": "a"},
	{"key": "ids", "enabled": true, "variants": {"a": {"id": 9223372036854775807}, "b": {}}, "default": "a"},
	{"key": "object", "enabled": true, "variants": {"a": {"retries": 3, "hosts": ["x", "y"]}, "b": {}}, "default": "a"},
	{"key": "list", "enabled": true, "variants": {"a": [1, "two", null], "b": []}, "default": "a"}
]`

type (
	named  string
	small  int8
	config struct {
		Retries int
		Hosts   []string
		Timeout float64
	}
)

func TestTypedValues(t *testing.T) {
	client := openText(t, typed)
	pro := flagbit.Attributes{"plan": "pro"}
	equal(t, "theme", client.String("theme", nil, "gray"), "#fff")
	equal(t, "theme for pro", client.String("theme", pro, "gray"), "a\x00ü")
	equal(t, "theme, prepared", client.String("theme", newContext(t, pro), "gray"), "a\x00ü")
	equal(t, "off", client.String("off", nil, "gray"), "B")
	equal(t, "off", client.Evaluate("off", nil, "gray"), flagbit.Evaluation{
		FlagKey: "off", Value: "B", Variant: "b", Reason: flagbit.ReasonDisabled, RuleIndex: -1, Generation: 1,
	})
	equal(t, "of another type", client.String("whole", nil, "gray"), "gray")
	equal(t, "of another type", client.String("on", nil, "gray"), "gray")
	equal(t, "of another type", client.Enabled("theme", nil, true), true)
	equal(t, "of another type", client.Enabled("theme", nil, false), false)

	equal(t, "whole", client.Number("whole", nil, 0), 300)
	equal(t, "fraction", client.Number("fraction", nil, 0), 1.5)
	equal(t, "of another type", client.Number("theme", nil, 0.5), 0.5)
	equal(t, "of another type", client.Number("on", nil, 0.5), 0.5)
	for key, expected := range map[string]int64{
		"whole": 300, "negative": -3, "-2^63": math.MinInt64, "2^63-1": math.MaxInt64, "fraction": 77, "huge": 77, "2^63": 77, "2^64-1": 77, "theme": 77, "on": 77, "unknown": 77,
	} {
		equal(t, key, client.Integer(key, nil, 77), expected)
	}

	equal(t, "object", fmt.Sprint(client.JSON("object", nil, nil)), "map[hosts:[x y] retries:3]")
	equal(t, "list", fmt.Sprint(client.JSON("list", nil, nil)), "[1 two <nil>]")
	equal(t, "of another type", client.JSON("theme", nil, "def"), any("def"))
	first := client.JSON("object", nil, nil).(map[string]any)
	first["retries"] = "changed"
	equal(t, "each gets an object of his own", client.JSON("object", nil, nil).(map[string]any)["retries"], any(3.0))
}

func TestValueIsOfTheDefaultsType(t *testing.T) {
	client := openText(t, typed)
	equal(t, "bool", flagbit.Value(client, "on", nil, false), true)
	equal(t, "string", flagbit.Value(client, "theme", nil, ""), "#fff")
	equal(t, "named", flagbit.Value[named](client, "theme", nil, ""), "#fff")
	equal(t, "float64", flagbit.Value(client, "fraction", nil, 0.0), 1.5)
	equal(t, "float32", flagbit.Value[float32](client, "fraction", nil, 0), 1.5)
	equal(t, "int", flagbit.Value(client, "whole", nil, 0), 300)
	equal(t, "int64", flagbit.Value[int64](client, "negative", nil, 0), -3)
	equal(t, "int of a fraction", flagbit.Value(client, "fraction", nil, 7), 7)
	equal(t, "small", flagbit.Value[small](client, "negative", nil, 0), -3)
	equal(t, "small of 300", flagbit.Value[small](client, "whole", nil, 7), 7)
	equal(t, "uint16", flagbit.Value[uint16](client, "whole", nil, 0), 300)
	equal(t, "uint8 of 300", flagbit.Value[uint8](client, "whole", nil, 7), 7)
	equal(t, "uint of -3", flagbit.Value[uint](client, "negative", nil, 7), 7)
	equal(t, "uint64 of 2^63", flagbit.Value[uint64](client, "2^63", nil, 7), 1<<63)
	equal(t, "uint64 of 2^64-1", flagbit.Value[uint64](client, "2^64-1", nil, 7), math.MaxUint64)
	equal(t, "uint32 of 2^63-1", flagbit.Value[uint32](client, "2^63-1", nil, 7), 7)
	equal(t, "float64 of 2^64-1", flagbit.Value(client, "2^64-1", nil, 0.0), 1<<64)
	equal(t, "int64 of 2^63", flagbit.Value[int64](client, "2^63", nil, 7), 7)
	type yes bool
	equal(t, "a named bool", flagbit.Value[yes](client, "on", nil, false), true)
	equal(t, "a named bool of a text", flagbit.Value[yes](client, "theme", nil, true), true)
	equal(t, "a float32 of a text", flagbit.Value[float32](client, "theme", nil, 7), 7)
	equal(t, "any", flagbit.Value[any](client, "theme", nil, "a string"), "#fff")

	type ids struct{ ID int64 }
	equal(t, "inside JSON", flagbit.Value(client, "ids", nil, ids{}), ids{ID: math.MaxInt64})
	exact := flagbit.Value(client, "ids", nil, map[string]json.Number{})
	equal(t, "inside JSON, as text", exact["id"], "9223372036854775807")
	equal(t, "printed", client.Evaluate("2^64-1", nil, nil).String(), `"2^64-1": 18446744073709551615 (variant "a", default)`)

	def := config{Retries: 1, Hosts: []string{"default"}, Timeout: 2.5}
	equal(t, "a struct", fmt.Sprint(flagbit.Value(client, "object", nil, def)), "{3 [x y] 0}")
	equal(t, "a pointer", fmt.Sprint(*flagbit.Value(client, "object", nil, &def)), "{3 [x y] 0}")
	equal(t, "the default", fmt.Sprint(def), "{1 [default] 2.5}")
	equal(t, "a list", fmt.Sprint(flagbit.Value(client, "list", nil, []any(nil))), "[1 two <nil>]")
	equal(t, "a map", fmt.Sprint(flagbit.Value(client, "object", nil, map[string]any(nil))), "map[hosts:[x y] retries:3]")
	for _, key := range []string{"list", "theme", "on", "whole", "unknown"} {
		if found := flagbit.Value(client, key, nil, def); !reflect.DeepEqual(found, def) {
			t.Errorf("%s: %v", key, found)
		}
	}
}

func TestVariantsOfManySnapshots(t *testing.T) {
	client := openText(t, typed)
	for i := range 3000 {
		text := strings.Repeat(fmt.Sprint("v", i), i%200+1) // Also longer than the first buffer.
		flags := fmt.Sprintf(`[{"key": "theme", "enabled": true, "variants": {"a": %q, "b": ""}, "default": "a"}]`, text)
		if err := client.LoadSnapshot(flags); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			equal(t, "theme", client.String("theme", nil, ""), text)
			equal(t, "theme", client.Evaluate("theme", nil, "").Value, any(text))
			equal(t, "theme", client.EvaluateAll(nil)["theme"].Value, any(text))
		}
	}
}
