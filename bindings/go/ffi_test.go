package flagbit

// Compares the binding with the header: each has what the other has.

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The functions that are not bound, and why.
var unbound = map[string]string{
	"flagbit_is_enabled":           "for text that ends with NUL, which Go's does not",
	"flagbit_is_enabled_with":      "for text that ends with NUL",
	"flagbit_evaluate":             "for text that ends with NUL",
	"flagbit_evaluate_with":        "for text that ends with NUL",
	"flagbit_is_enabled_of":        "Go may not pass arrays of its pointers",
	"flagbit_is_enabled_of_n":      "Go may not pass arrays of its pointers",
	"flagbit_evaluate_of":          "Go may not pass arrays of its pointers",
	"flagbit_evaluate_of_n":        "Go may not pass arrays of its pointers",
	"flagbit_evaluate_value_of":    "Go may not pass arrays of its pointers",
	"flagbit_evaluate_all_of":      "Go may not pass arrays of its pointers",
	"flagbit_explain_of":           "Go may not pass arrays of its pointers",
	"flagbit_context_new_of":       "Go may not pass arrays of its pointers",
	"flagbit_flag_new":             "a call costs more here than looking up the key",
	"flagbit_flag_is_enabled":      "a call costs more here than looking up the key",
	"flagbit_flag_is_enabled_of":   "a call costs more here than looking up the key",
	"flagbit_flag_is_enabled_with": "a call costs more here than looking up the key",
	"flagbit_flag_evaluate":        "a call costs more here than looking up the key",
	"flagbit_flag_evaluate_of":     "a call costs more here than looking up the key",
	"flagbit_flag_evaluate_with":   "a call costs more here than looking up the key",
	"flagbit_flag_free":            "a call costs more here than looking up the key",
	"flagbit_client_from_snapshot": "flagbit_client_open does it, with options",
	"flagbit_client_refresh":       "flagbit_client_refresh_within does it, with a timeout",
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The repository's header without its comments.
func header(t *testing.T) string {
	return regexp.MustCompile(`(?s)//[^\n]*|/\*.*?\*/`).ReplaceAllString(content(t, "../../include/flagbit.h"), "")
}

func TestEveryFunctionOfTheHeaderIsBound(t *testing.T) {
	code := content(t, "ffi.go")
	declared := regexp.MustCompile(`FLAGBIT_API\s+[^;(]*?\b(flagbit_\w+)\(`).FindAllStringSubmatch(header(t), -1)
	if len(declared) < 40 {
		t.Fatalf("only %d functions in the header", len(declared))
	}
	for _, function := range declared {
		name := function[1]
		bound := regexp.MustCompile(`\bC\.` + name + `\(`).MatchString(code)
		if _, known := unbound[name]; bound == known {
			t.Errorf("%s: bound: %v, listed as unbound: %v", name, bound, known)
		}
	}
	// Without these two lines Go would put the call's structs on the heap, and prepare for calls back.
	for _, match := range regexp.MustCompile(`#cgo noescape (\w+)`).FindAllStringSubmatch(code, -1) {
		if !strings.Contains(code, "#cgo nocallback "+match[1]+"\n") {
			t.Errorf("%s may call back", match[1])
		}
	}
}

// The numbers are generated, the names that users see are not.
func TestEveryStatusAndStateHasAName(t *testing.T) {
	code := content(t, "codes.go")
	names := map[string]bool{}
	for number := range statuses {
		names[fmt.Sprint("status", number)] = true
	}
	for number := range states {
		names[fmt.Sprint("state", number)] = true
	}
	found := regexp.MustCompile(`(?m)^\t(status|state)\w+ += (\d+)$`).FindAllStringSubmatch(code, -1)
	if len(found) != len(statuses)+len(states) {
		t.Errorf("%d numbers in codes.go, %d names of statuses and %d of states", len(found), len(statuses), len(states))
	}
	for _, member := range found {
		if !names[member[1]+member[2]] {
			t.Errorf("the %s %s has no name in Go", member[1], member[2])
		}
	}
}

func TestNamesAreThoseOfTheLibrary(t *testing.T) {
	for number, reason := range reasons {
		if name := reasonName(int32(number)); string(reason) != name {
			t.Errorf("the reason %d is %q, here %q", number, name, reason)
		}
	}
	if reason := reasonOf(int32(len(reasons))); reason != "unknown" {
		t.Errorf("the library knows another reason: %s", reason)
	}
	for number, code := range errorCodes {
		if name := errorCodeName(int32(number)); string(code) != name {
			t.Errorf("the error code %d is %q, here %q", number, name, code)
		}
	}
	if code := errorCodeOf(int32(len(errorCodes))); code != "unknown" {
		t.Errorf("the library knows another error code: %s", code)
	}
	for number, state := range states {
		if name := stateName(number); string(state) != name {
			t.Errorf("the state %d is %q, here %q", number, name, state)
		}
	}
	for number := range int32(16) {
		if name := stateName(number); name != "unknown" && string(states[number]) != name {
			t.Errorf("the library knows another state: %s", name)
		}
	}
	for code, known := range statuses {
		if err := newError(code, ""); err.Status != known.name || !errors.Is(err, err.kind) && err.kind != nil {
			t.Errorf("%+v", err)
		}
	}
	if err := newError(77, "new"); err.Status != "77" || err.Error() != "flagbit: new" || err.Unwrap() != nil {
		t.Errorf("%+v", err)
	}
}

func TestVersionsAgree(t *testing.T) {
	cargo := regexp.MustCompile(`(?m)^version = "(.*)"`).FindStringSubmatch(content(t, "../../Cargo.toml"))
	for what, version := range map[string]string{
		"Cargo.toml": cargo[1], "the header": headerVersion(), "the library": libraryVersion(),
	} {
		if version != Version {
			t.Errorf("this package is %s, %s %s", Version, what, version)
		}
	}
	if abi := libraryABI(); abi != abiMajor<<16|abiMinor {
		t.Errorf("this package is for the ABI %d.%d, the library's is %d.%d", abiMajor, abiMinor, abi>>16, abi&0xffff)
	}
}

// Vendored, header and library are made together, and both must be of this tree.
func TestTheVendoredHeaderIsTheRepositorys(t *testing.T) {
	vendored, err := os.ReadFile("lib/include/flagbit.h")
	if err != nil {
		t.Skip("built with the system's library")
	}
	if string(vendored) != content(t, "../../include/flagbit.h") {
		t.Error("run make go-library: lib/include/flagbit.h is not include/flagbit.h")
	}
}

func TestALibraryThatDoesNotFit(t *testing.T) {
	const own = abiMajor<<16 | abiMinor
	for abi, fits := range map[uint32]bool{9: false, own: true, own + 9: true, (abiMajor + 1) << 16: false} {
		err := checkABI(abi, "9.8.7")
		if (err == nil) != fits {
			t.Errorf("%#x: %v", abi, err)
		}
		if err != nil && (!errors.Is(err, ErrLibrary) || !strings.Contains(err.Error(), "(version 9.8.7)")) {
			t.Error(err)
		}
	}
}

// Values that the compiler must not put on the heap; otherwise a call costs as much as its attributes' map.
func TestCallsDoNotAllocate(t *testing.T) {
	client, err := Open(t.Context(), WithSnapshot(`{"flags": [
		{"key": "on", "enabled": true, "rules": [{"operator": "percent", "value": 50}]},
		{"key": "theme", "enabled": true, "variants": {"a": "x", "b": "y"}, "default": "a"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	who := Attributes{"user_id": "usr_1", "plan": "pro", "age": 33, "score": 1.5, "roles": []string{"a", "b"}}
	prepared := MustContext(who)
	for range oftenAsked {
		client.Enabled("on", prepared, false)
	}
	if !prepared.subject.prepared.Load() {
		t.Error("a context that is asked often is not prepared")
	}
	for name, call := range map[string]func(){
		"Enabled, nobody":   func() { client.Enabled("on", nil, false) },
		"Enabled, map":      func() { client.Enabled("on", who, false) },
		"Enabled, prebuilt": func() { client.Enabled("on", prepared, false) },
		"Enabled, a map of the call": func() {
			client.Enabled("on", Attributes{"user_id": "usr_1", "plan": "pro", "age": 33, "beta": true}, false)
		},
		"Evaluate, map":        func() { client.Evaluate("on", who, false) },
		"Evaluate, typed":      func() { client.Evaluate("theme", prepared, "") },
		"String":               func() { client.String("theme", prepared, "") },
		"Value":                func() { Value(client, "theme", prepared, "") },
		"Number":               func() { client.Number("theme", who, 0) },
		"Enabled, a short key": func() { client.Enabled(string(readKey), who, false) },
	} {
		// The pool of buffers may be emptied meanwhile.
		if count := testing.AllocsPerRun(1000, call); count >= 1 && !RaceEnabled {
			t.Errorf("%s: %v allocations", name, count)
		}
	}
}

var readKey = []byte("on")
