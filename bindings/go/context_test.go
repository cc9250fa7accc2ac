package flagbit_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
)

type (
	plan    string
	score   float32
	counter uint16
	flag    bool
	moment  time.Time
	outside struct{ *flagbit.Context }
)

func pointer[T any](value T) *T { return &value }

// Returns a value as the rules see it, found by explain; empty if it is absent.
var kinds = map[string]struct {
	value any
	found string
}{
	"a string":            {"text", `"text"`},
	"the empty string":    {"", `""`},
	"a string with NUL":   {"a\x00b", `"a\u0000b"`},
	"a named string":      {plan("pro"), `"pro"`},
	"a pointer":           {pointer("text"), `"text"`},
	"a bool":              {true, `"true"`},
	"a named bool":        {flag(false), `"false"`},
	"an int":              {-33, `"-33"`},
	"an int8":             {int8(-8), `"-8"`},
	"an int32":            {int32(32), `"32"`},
	"the least int64":     {int64(math.MinInt64), `"-9223372036854775808"`},
	"the largest uint64":  {uint64(math.MaxUint64), `"18446744073709551615"`},
	"a named uint16":      {counter(16), `"16"`},
	"a uint8":             {uint8(8), `"8"`},
	"a float64":           {1e21, `"1e+21"`},
	"a whole float64":     {33.0, `"33"`},
	"a float32":           {float32(0.5), `"0.5"`},
	"a named float32":     {score(-1.5), `"-1.5"`},
	"a pointer to an int": {pointer(7), `"7"`},
	"a JSON number":       {json.Number("12345678901234567890"), `"12345678901234567890"`},
	"a JSON double":       {json.Number("1.0"), `"1"`},
	"a JSON -1":           {json.Number("-1"), `"-1"`},
	"a duration":          {time.Second, `"1000000000"`},
	"a time":              {time.Date(2026, 12, 1, 9, 0, 0, 5e8, time.FixedZone("", 3600)), `"2026-12-01T08:00:00.5Z"`},
	"a pointer to a time": {pointer(time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)), `"2026-12-01T09:00:00Z"`},

	"nil":               {nil, ""},
	"a nil pointer":     {(*string)(nil), ""},
	"a nil time":        {(*time.Time)(nil), ""},
	"nil in a pointer":  {pointer[any](nil), ""},
	"text in a pointer": {pointer[any]("text"), `"text"`},
}

var unsupported = map[string]any{
	"NaN":                     math.NaN(),
	"an infinity":             math.Inf(-1),
	"a float32's infinity":    float32(math.Inf(1)),
	"a string of no UTF-8":    "a\xff",
	"a named one":             plan("\xff"),
	"bytes":                   []byte("text"),
	"an array of bytes":       [4]byte{},
	"a struct":                struct{ A int }{1},
	"another time":            moment(time.Now()),
	"a map":                   map[string]int{"a": 1},
	"a func":                  func() {},
	"a channel":               make(chan int),
	"a complex number":        complex(1, 2),
	"a pointer to a pointer":  pointer(pointer("text")),
	"a pointer to a struct":   &struct{}{},
	"no JSON number":          json.Number("many"),
	"a JSON number too large": json.Number("1e999"),
	"the year 10000":          time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC),
	"the year -1":             time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC),
	"a list too long":         make([]int, 1001),
	"strings too many":        make([]string, 1001),
	"anything too many":       make([]any, 1001),
	"times too many":          make([]time.Time, 1001),
	"a list of lists":         [][]string{{"a"}},
	"a list of anything else": []any{"a", []string{"b"}},
	"a list with nil":         []any{"a", nil},
	"a list of nil pointers":  []*string{nil},
	"a list with NaN":         []float64{1, math.NaN()},
	"a list of bad strings":   []string{"a", "\xff"},
	"a list with a bad one":   []any{"\xff"},
	"a list of bad times":     []time.Time{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
	"a list of nil times":     []*time.Time{nil},
	"a list of structs":       []struct{}{{}},
	"a pointer to a list":     &[]string{"a"},
}

func found(t *testing.T, client *flagbit.Client, who flagbit.AnyContext) string {
	t.Helper()
	var explained struct {
		Rules []struct {
			Conditions []struct{ Found json.RawMessage }
		}
	}
	must(json.Unmarshal(client.Explain("f", who), &explained))
	if text := string(explained.Rules[0].Conditions[0].Found); text != "null" {
		return text
	}
	return ""
}

func oneRule(operator, value string) string {
	return `[{"key": "f", "enabled": true, "rules": [{"attribute": "a", "operator": "` + operator + `", "value": ` + value + `}]}]`
}

func TestValuesOfAllKinds(t *testing.T) {
	client := openText(t, oneRule("neq", `"never"`))
	for name, one := range kinds {
		attributes := flagbit.Attributes{"a": one.value, "b": "another"}
		equal(t, name, found(t, client, attributes), one.found)
		equal(t, name+", in a context", found(t, client, newContext(t, attributes)), one.found)
		equal(t, name+", prepared", found(t, client, newPrepared(t, attributes)), one.found)
	}
	equal(t, "unsupported values", client.Status().UnsupportedValues, 0)
}

const notUnicode = "string that is not Unicode text; replace lone surrogates and bytes that are not UTF-8"

func TestUnsupportedValuesHaveTheirOwnMessages(t *testing.T) {
	for _, one := range []struct {
		value   any
		problem string
	}{
		{"\xff", "has a " + notUnicode},
		{make([]string, 1001), "is a list of 1001 elements; a list has at most 1000"},
		{[]any{"a", nil}, "has, at [1] of its list, a null; leave it out"},
		{[]*time.Time{nil}, "has, at [0] of its list, a null; leave it out"},
		{[][]string{{"a"}}, "has, at [0] of its list, a list; a list holds single values only"},
		{[]string{"a", "\xff"}, "has, at [1] of its list, a " + notUnicode},
		{math.NaN(), "has a number that is not finite; give a finite number"},
		{[]float64{math.Inf(1)}, "has, at [0] of its list, a number that is not finite; give a finite number"},
		{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "has a moment that is invalid or outside the years 0 to 9999 in UTC"},
		{json.Number("many"), "has a number that is not finite; give a finite number"},
		{pointer(pointer("text")), "has a value behind too many pointers; give the value itself"},
		{[]byte("a"), "has a value of the type []uint8; give a string"},
		{map[string]int{}, "has a value of the type map[string]int; give a string, a boolean, a finite number, a moment or a list"},
	} {
		_, err := flagbit.NewContext(flagbit.Attributes{"a": one.value, "b": 1})
		if want := `the attribute "a" ` + one.problem; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("said %v, expected %s", err, want)
		}
	}
	_, err := flagbit.NewContext(flagbit.Attributes{"a\xff": 1})
	if want := `the attribute "a\\xff" has a name that is not Unicode text; give a name that is`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("said %v, expected %s", err, want)
	}
}

func TestUnsupportedValues(t *testing.T) {
	log := new(journal)
	client := open(t, flagbit.WithSnapshot(oneRule("neq", `"never"`)), flagbit.WithLogger(log.logger()))
	seen := uint64(0)
	for name, value := range unsupported {
		attributes := flagbit.Attributes{"a": value, "b": "another"}
		equal(t, name, found(t, client, attributes), "")
		equal(t, name, client.Enabled("f", attributes, false), true)
		seen += 2
		made, err := flagbit.NewContext(attributes)
		if made != nil || !errors.Is(err, flagbit.ErrContext) || !strings.Contains(err.Error(), `"a"`) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if counted := client.Status().UnsupportedValues; counted < seen/2 || counted > seen {
		t.Errorf("%d of %d unsupported values were counted", counted, seen)
	}
	if count := strings.Count(log.String(), "level="); count != 1 {
		t.Errorf("it was logged %d times: %s", count, log)
	}
	defer func() {
		if recover() == nil {
			t.Error("MustContext did not panic")
		}
	}()
	flagbit.MustContext(flagbit.Attributes{"a": math.NaN()})
}

func TestNamesThatAreNoUTF8HideNothing(t *testing.T) {
	client := openText(t, oneRule("eq", `"x"`))
	attributes := flagbit.Attributes{"a": "x", "\xff": "y", `\xff`: "z"}
	for range 20 {
		equal(t, "the other attribute", client.Enabled("f", attributes, false), true)
	}
	if _, err := flagbit.NewContext(flagbit.Attributes{"\xff": 1, "\xfe": 2}); err == nil || !strings.Contains(err.Error(), `\\xf`) {
		t.Errorf("%v", err)
	}
}

func TestLists(t *testing.T) {
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	client := openText(t, oneRule("has", `["admin", "7", "1.5", "true", "2026-12-01T09:00:00Z"]`))
	for name, list := range map[string]any{
		"strings": []string{"user", "admin"}, "named strings": []plan{"admin"}, "ints": []int{1, 7}, "int64s": []int64{7},
		"floats": []float64{1.5}, "bools": []bool{true}, "an array": [2]string{"a", "admin"}, "anything": []any{1, "a", true},
		"times": []time.Time{now}, "pointers to times": []*time.Time{&now}, "times in any": []any{now}, "pointers": []*string{pointer("admin")}, "a scalar": "admin",
		"a scalar 7": 7, "stringers": []fmt.Stringer{time.Duration(7)}, "1,000": append(make([]int, 999), 7),
	} {
		for _, who := range []flagbit.AnyContext{
			flagbit.Attributes{"a": list}, newContext(t, flagbit.Attributes{"a": list}), newPrepared(t, flagbit.Attributes{"a": list}),
		} {
			if !client.Enabled("f", who, false) {
				t.Errorf("%s: not found: %s", name, client.Explain("f", who))
			}
		}
	}
	for name, list := range map[string]any{"empty": []string{}, "nil": []string(nil), "others": []any{"b"}} {
		equal(t, name, client.Enabled("f", flagbit.Attributes{"a": list}, true), false)
	}
	other := openText(t, oneRule("eq", `"admin"`))
	equal(t, "to eq a list is absent", other.Enabled("f", flagbit.Attributes{"a": []string{"admin"}}, true), false)
	equal(t, "it is supported", other.Status().UnsupportedValues, 0)
}

func TestNobody(t *testing.T) {
	client := openText(t, `[{"key": "f", "enabled": true, "rules": [{"attribute": "a", "operator": "neq", "value": 1}]}]`)
	for name, who := range map[string]flagbit.AnyContext{
		"nil": nil, "a nil map": flagbit.Attributes(nil), "an empty map": flagbit.Attributes{}, "a nil context": (*flagbit.Context)(nil),
		"a zero context": &flagbit.Context{}, "an empty context": newContext(t, nil), "a prepared one": newPrepared(t, nil),
	} {
		equal(t, name, client.Enabled("f", who, false), true)
		equal(t, name, client.Evaluate("f", who, false).Reason, flagbit.ReasonTargetingMatch)
		equal(t, name, client.EvaluateAll(who)["f"].Enabled, true)
	}
	odd := outside{newContext(t, nil)}
	equal(t, "another type", client.Enabled("f", odd, false), false)
	equal(t, "another type", client.Evaluate("f", odd, false).ErrorCode, flagbit.InvalidContext)
	equal(t, "another type", client.EvaluateAll(odd)["f"].ErrorCode, flagbit.InvalidContext)
	if text := client.Explain("f", odd); !strings.Contains(string(text), "INVALID_CONTEXT") {
		t.Errorf("%s", text)
	}
}

func TestAContextIsForAllClients(t *testing.T) {
	who := newPrepared(t, flagbit.Attributes{"a": "x"})
	for range 3 {
		client := openText(t, oneRule("eq", `"x"`))
		equal(t, "on", client.Enabled("f", who, false), true)
		_ = client.Close()
	}
}

func TestLargeContexts(t *testing.T) {
	attributes := flagbit.Attributes{"a": "x"}
	for i := range 2000 {
		attributes[fmt.Sprint("attribute-", i)] = strings.Repeat("v", 100)
	}
	client := openText(t, oneRule("eq", `"x"`))
	equal(t, "packed", client.Enabled("f", attributes, false), true)
	equal(t, "in a context", client.Enabled("f", newContext(t, attributes), false), true)
	equal(t, "prepared", client.Enabled("f", newPrepared(t, attributes), false), true)
}

// Values that contain themselves. Each is unsupported, and no stack overflows.
func TestAValueThatPointsToItself(t *testing.T) {
	var itself any
	itself = &itself
	var there, back any
	there, back = &back, &there
	list := make([]any, 2)
	list[0], list[1] = list, &list
	array := [1]any{}
	array[0] = &array
	mapping := map[string]any{}
	mapping["itself"] = mapping
	type circle struct{ Next *circle }
	ring := &circle{}
	ring.Next = ring
	type pointer *pointer
	var chain pointer
	chain = &chain
	client := openText(t, sample)
	for name, value := range map[string]any{
		"an interface": itself, "two interfaces": there, "a list": list, "a pointer to a list": &list, "an array": array,
		"a map": mapping, "a struct": ring, "a pointer": chain, "in a list": []any{itself}, "in a slice": []*any{&itself},
	} {
		attributes := flagbit.Attributes{"plan": "pro", "odd": value}
		if _, err := flagbit.NewContext(attributes); !errors.Is(err, flagbit.ErrContext) {
			t.Errorf("%s: the error is %v", name, err)
		}
		if !client.Enabled("pro", attributes, false) {
			t.Errorf("%s: the other attributes do not count", name)
		}
		if _, err := client.Override(map[string]any{"a": value}); !errors.Is(err, flagbit.ErrSnapshot) {
			t.Errorf("%s: the error of an override is %v", name, err)
		}
	}
	text := "pro"
	for _, value := range []any{&text, []any{&text}, []*string{&text}} {
		if _, err := flagbit.NewContext(flagbit.Attributes{"plan": value}); err != nil {
			t.Errorf("%T: %v", value, err)
		}
	}
}

func TestTextsOfAnyLengthAndScript(t *testing.T) {
	for _, length := range []int{0, 1, 7, 8, 9, 126, 127, 128, 129, 300, 5_000} {
		for _, character := range []string{"a", "é", "€", "😀"} {
			text := strings.Repeat(character, length)
			for _, attribute := range []string{"a", "a" + text} {
				client := asking(t, attribute, text)
				for _, who := range []flagbit.Attributes{{attribute: text}, {attribute: text, "other": "x"}} {
					if !client.Enabled("f", who, false) || !client.Enabled("f", flagbit.MustContext(who), false) {
						t.Errorf("%d times %s: not found in %d attributes", length, character, len(who))
					}
				}
				if client.Enabled("f", flagbit.Attributes{attribute: text + "."}, false) {
					t.Errorf("%d times %s: found where it is not", length, character)
				}
			}
		}
	}
}

// Returns a client of the flag f, which is on where the attribute has this text.
func asking(t *testing.T, attribute, text string) *flagbit.Client {
	t.Helper()
	rule := map[string]any{"attribute": attribute, "operator": "eq", "value": text}
	snapshot, err := json.Marshal([]any{map[string]any{"key": "f", "enabled": true, "rules": []any{rule}}})
	if err != nil {
		t.Fatal(err)
	}
	return openText(t, string(snapshot))
}
