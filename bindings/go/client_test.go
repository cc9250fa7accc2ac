package flagbit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
)

func TestARefusedSnapshotNamesThePlaceAndLeavesTheOldOne(t *testing.T) {
	client := openText(t, sample)
	for name, refused := range map[string]struct{ text, message string }{
		"not JSON":            {"{\"flags\": [\n  {]}", `line 2.*column 4`},
		"nothing":             {"", `line 1`},
		"wrong shape":         {`{"flags": 5}`, `^flagbit: flags: `},
		"duplicate in a list": {`[{"key": "a", "enabled": true}, {"key": "a", "enabled": true}]`, `^flagbit: \[1\].key: duplicate key "a"`},
		"no key":              {`{"flags": [{"enabled": true}]}`, `^flagbit: flags\[0\].key: `},
		"bad UTF-8":           {"[{\"key\": \"\xff\", \"enabled\": true}]", `line 1.*column 11`},
	} {
		t.Run(name, func(t *testing.T) {
			_, opening := flagbit.Open(t.Context(), flagbit.WithSnapshot(refused.text))
			for _, err := range []error{client.LoadSnapshot(refused.text), opening} {
				var found *flagbit.Error
				if !errors.Is(err, flagbit.ErrSnapshot) || !errors.As(err, &found) || found.Status != "SNAPSHOT_REFUSED" {
					t.Fatalf("%v", err)
				}
				if !regexp.MustCompile(refused.message).MatchString(err.Error()) {
					t.Errorf("%v", err)
				}
			}
			equal(t, "the flag", client.Enabled("always", nil, false), true)
			equal(t, "the state", client.Status().State, flagbit.StateReady)
		})
	}
}

func TestAFlagThatCannotBeReadIsSetAside(t *testing.T) {
	log := new(journal)
	client := open(t, flagbit.WithSnapshot(sample), flagbit.WithLogger(log.logger()))
	warnings := client.Warnings()
	if len(warnings) != 1 || !strings.HasPrefix(warnings[0], "flags[3].rules[0].value: a percentage ") {
		t.Fatalf("%q", warnings)
	}
	equal(t, "set aside", client.Status().FlagsSetAside, 1)
	found := client.Evaluate("broken", nil, true)
	if err := found.Err(); !errors.Is(err, flagbit.ParseError) || !strings.Contains(err.Error(), warnings[0]) {
		t.Errorf("%v", err)
	}
	var err *flagbit.EvaluationError
	if !errors.As(found.Err(), &err) || err.FlagKey != "broken" || err.Code != flagbit.ParseError {
		t.Errorf("%+v", err)
	}
	if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "flags[3].rules[0].value") {
		t.Errorf("the log: %s", log)
	}
}

func TestTheOptionsOfOpen(t *testing.T) {
	for name, options := range map[string][]flagbit.Option{
		"no source":        {},
		"nil":              {nil},
		"two sources":      {flagbit.WithSnapshot("[]"), flagbit.WithFile("flags.json")},
		"a text to watch":  {flagbit.WithSnapshot("[]"), flagbit.WithWatch()},
		"a negative limit": {flagbit.WithSnapshot("[]"), flagbit.WithMaxSnapshotBytes(-5)},
	} {
		client, err := flagbit.Open(t.Context(), options...)
		var found *flagbit.Error
		if client != nil || !errors.As(err, &found) || found.Status != "INVALID_ARGUMENT" {
			t.Errorf("%s: %v", name, err)
		}
	}
	over := flagbit.WithMaxSnapshotBytes(int64(len(sample)) - 1)
	if _, err := flagbit.Open(t.Context(), flagbit.WithSnapshot(sample), over); !errors.Is(err, flagbit.ErrSnapshot) {
		t.Errorf("%v", err)
	}
	open(t, flagbit.WithSnapshot(sample), flagbit.WithMaxSnapshotBytes(int64(len(sample))))
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if client, err := flagbit.Open(done, flagbit.WithSnapshot(sample)); client != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	withDeadline, cancel := context.WithTimeout(t.Context(), time.Minute)
	client, err := flagbit.Open(withDeadline, flagbit.WithSnapshot(sample), flagbit.WithLogger(new(journal).logger()))
	cancel()
	if err != nil || !client.Enabled("always", nil, false) {
		t.Errorf("the context of Open is not that of the client: %v", err)
	}
}

func TestStatus(t *testing.T) {
	client := openText(t, sample)
	status := client.Status()
	if since := time.Since(status.LastSuccess); since < 0 || since > time.Minute {
		t.Errorf("the last success was %v ago", since)
	}
	status.LastSuccess = time.Time{}
	equal(t, "status", status, flagbit.Status{
		State: flagbit.StateReady, Revision: "r1", Source: "text", Flags: 4, FlagsSetAside: 1, Generation: 1,
	})
	_ = client.LoadSnapshot("[")
	failed := client.Status()
	equal(t, "failures", failed.ConsecutiveFailures, 1)
	if !strings.Contains(failed.LastError, "line 1") {
		t.Errorf("the last error: %s", failed.LastError)
	}
}

func TestEvaluate(t *testing.T) {
	client := openText(t, sample)
	equal(t, "on", client.Evaluate("pro", flagbit.Attributes{"plan": "pro"}, false), flagbit.Evaluation{
		FlagKey: "pro", Enabled: true, Value: true, Variant: "on", Reason: flagbit.ReasonTargetingMatch, Revision: "r1", Generation: 1,
	})
	equal(t, "no rule", client.Evaluate("pro", nil, true), flagbit.Evaluation{
		FlagKey: "pro", Value: false, Variant: "off", Reason: flagbit.ReasonDefault, RuleIndex: -1, Revision: "r1", Generation: 1,
	})
	equal(t, "off", client.Evaluate("off", nil, true), flagbit.Evaluation{
		FlagKey: "off", Value: false, Variant: "off", Reason: flagbit.ReasonDisabled, RuleIndex: -1, Revision: "r1", Generation: 1,
	})
	for _, def := range []any{true, false, "text", nil, 5} {
		found := client.Evaluate("unknown", nil, def)
		equal(t, "unknown", found, flagbit.Evaluation{
			FlagKey: "unknown", Enabled: def == true, Value: def, Reason: flagbit.ReasonError, RuleIndex: -1,
			ErrorCode: flagbit.FlagNotFound, ErrorMessage: `no flag "unknown" among the 4 in force`, Revision: "r1", Generation: 1,
		})
	}
	_ = client.Evaluate("unknown", nil, []string{"a default that cannot be compared"})
	all := client.EvaluateAll(flagbit.Attributes{"plan": "pro"})
	equal(t, "all", fmt.Sprint(slices.Sorted(maps.Keys(all))), "[always broken off pro]")
	equal(t, "pro of all", all["pro"], client.Evaluate("pro", flagbit.Attributes{"plan": "pro"}, false))
}

func TestAFlagWithoutRulesIsStatic(t *testing.T) {
	client := openText(t, sample)
	for key, static := range map[string]bool{"always": true, "off": false, "pro": false, "broken": false, "unknown": false} {
		equal(t, key, client.Evaluate(key, flagbit.Attributes{"plan": "pro"}, false).IsStatic, static)
		if found, listed := client.EvaluateAll(nil)[key]; listed {
			equal(t, key+" of all", found.IsStatic, static)
		}
	}
	typed := openText(t, `[{"key": "theme", "enabled": true, "default": "a", "variants": {"a": "light", "b": "dark"}}]`)
	equal(t, "a typed flag", typed.Evaluate("theme", nil, "").IsStatic, true)
	end, err := client.Override(map[string]any{"pro": true})
	must(err)
	defer end()
	equal(t, "an override", client.Evaluate("pro", nil, false).IsStatic, true)
}

func TestKeysOfAllKinds(t *testing.T) {
	key := "a\x00b"
	client := openText(t, `[{"key": "a\u0000b", "enabled": true, "default_enabled": true}, {"key": "a", "enabled": true}]`)
	equal(t, "a key with NUL", client.Enabled(key, nil, false), true)
	equal(t, "a key with NUL", client.Evaluate(key, nil, false).Enabled, true)
	for _, key := range []string{"", "b", "a\xff", strings.Repeat("k", 5000)} {
		for _, who := range []flagbit.AnyContext{nil, flagbit.Attributes{"a": 1}, newContext(t, flagbit.Attributes{"a": 1})} {
			equal(t, "another key", client.Enabled(key, who, true), true)
			found := client.Evaluate(key, who, true)
			if found.ErrorCode != flagbit.FlagNotFound || found.Value != true {
				t.Errorf("%q: %+v", key, found)
			}
			equal(t, "as a text", client.String(key, who, "def"), "def")
			if !json.Valid(client.Explain(key, who)) {
				t.Errorf("%q: %s", key, client.Explain(key, who))
			}
		}
	}
}

func TestLongTextsComeOutWhole(t *testing.T) {
	revision := strings.Repeat("ü", 5000)
	client := openText(t, `{"revision": "`+revision+`", "flags": []}`)
	equal(t, "revision", client.Status().Revision, revision)
	key := strings.Repeat("k", 5000)
	equal(t, "message", client.Evaluate(key, nil, false).ErrorMessage, `no flag "`+key+`" among the 0 in force`)
	equal(t, "revision", client.Evaluate("k", nil, false).Revision, revision)
}

func TestTheRevisionFollowsTheSnapshot(t *testing.T) {
	client := openText(t, sample)
	equal(t, "revision", client.Evaluate("always", nil, false).Revision, "r1")
	if err := client.LoadSnapshot(`{"revision": 7, "flags": {"always": {"enabled": false}}}`); err != nil {
		t.Fatal(err)
	}
	found := client.Evaluate("always", nil, true)
	if found.Revision != "7" || found.Generation != 2 || found.Enabled {
		t.Errorf("%+v", found)
	}
}

func TestAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flägs.json")
	_, err := flagbit.Open(t.Context(), flagbit.WithFile(path))
	if !errors.Is(err, flagbit.ErrFile) || !strings.Contains(err.Error(), "flägs.json") {
		t.Errorf("%v", err)
	}
	write(t, path, "{")
	if _, err := flagbit.Open(t.Context(), flagbit.WithFile(path)); !errors.Is(err, flagbit.ErrSnapshot) {
		t.Errorf("%v", err)
	}
	write(t, path, snapshot(map[string]bool{"a": true}))
	client := open(t, flagbit.WithFile(path))
	write(t, path, "{")
	if err := client.Refresh(t.Context()); !errors.Is(err, flagbit.ErrSnapshot) || !strings.Contains(err.Error(), "flägs.json") {
		t.Errorf("%v", err)
	}
	equal(t, "what was in force", client.Enabled("a", nil, false), true)
	write(t, path, snapshot(map[string]bool{"a": false}))
	if err := client.Refresh(context.Background()); err != nil {
		t.Error(err)
	}
	equal(t, "what is read", client.Enabled("a", nil, true), false)
	must(os.Remove(path))
	if err := client.Refresh(t.Context()); !errors.Is(err, flagbit.ErrFile) {
		t.Errorf("%v", err)
	}
	var other *flagbit.Error
	if err := client.LoadSnapshot("[]"); !errors.As(err, &other) || other.Status != "INVALID_ARGUMENT" {
		t.Errorf("%v", err)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if err := client.Refresh(done); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestAWatchedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flags.json")
	log := new(journal)
	client := open(t, flagbit.WithFile(path), flagbit.WithWatch(), flagbit.WithLogger(log.logger()))
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := client.WaitUntilReady(short); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "flags.json") {
		t.Errorf("%v", err)
	}
	equal(t, "state", client.Status().State, flagbit.StateError)
	equal(t, "error", client.Evaluate("a", nil, true).ErrorCode, flagbit.ProviderNotReady)
	write(t, path, snapshot(map[string]bool{"a": true}))
	if err := client.WaitUntilReady(t.Context()); err != nil {
		t.Fatal(err)
	}
	equal(t, "flag", client.Enabled("a", nil, false), true)
	write(t, path, "{")
	eventually(t, "a line for the log, with nobody calling", func() bool {
		return strings.Contains(log.String(), "what was in force stays")
	})
	equal(t, "flag", client.Enabled("a", nil, false), true)
	write(t, path, snapshot(map[string]bool{"a": false}))
	eventually(t, "the flag is off", func() bool { return !client.Enabled("a", nil, true) })
}

func TestWaiting(t *testing.T) {
	ready := openText(t, "[]")
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for _, ctx := range []context.Context{done, t.Context(), context.Background()} {
		if err := ready.WaitUntilReady(ctx); err != nil {
			t.Errorf("there are flags: %v", err)
		}
	}
	missing := filepath.Join(t.TempDir(), "flags.json")
	for _, ctx := range []context.Context{t.Context(), context.Background()} {
		client := open(t, flagbit.WithFile(missing), flagbit.WithWatch())
		begin := time.Now()
		time.AfterFunc(50*time.Millisecond, func() { _ = client.Close() })
		if err := client.WaitUntilReady(ctx); !errors.Is(err, flagbit.ErrClosed) {
			t.Errorf("%v", err)
		}
		if waited := time.Since(begin); waited > 5*time.Second {
			t.Errorf("closing ended the wait after %v", waited)
		}
	}
	client := open(t, flagbit.WithFile(missing), flagbit.WithWatch())
	begin := time.Now()
	soon, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if err := client.WaitUntilReady(soon); !errors.Is(err, context.Canceled) || time.Since(begin) > waitsAtMost {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
}

const waitsAtMost = 2 * time.Second

func TestOverrides(t *testing.T) {
	client := openText(t, sample)
	outer, err := client.Override(map[string]any{"pro": true, "new": true, "theme": "dark", "limit": 5, "hosts": []string{"x"}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "pro", client.Enabled("pro", nil, false), true)
	equal(t, "new", client.Enabled("new", nil, false), true)
	equal(t, "theme", client.String("theme", nil, ""), "dark")
	equal(t, "limit", client.Integer("limit", nil, 0), 5)
	equal(t, "hosts", fmt.Sprint(client.JSON("hosts", nil, nil)), "[x]")
	equal(t, "the variant", client.Evaluate("theme", nil, "").Variant, "override")
	inner, err := client.Override(map[string]any{"pro": false})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "pro", client.Enabled("pro", flagbit.Attributes{"plan": "pro"}, true), false)
	inner()
	inner()
	equal(t, "pro", client.Enabled("pro", nil, false), true)
	outer()
	equal(t, "pro", client.Enabled("pro", nil, true), false)
	equal(t, "new", client.Enabled("new", nil, true), true)
	for name, values := range map[string]map[string]any{
		"null": {"a": nil}, "no key": {"": true}, "no JSON": {"a": func() {}}, "no UTF-8": {"\xff": true},
	} {
		end, err := client.Override(values)
		if !errors.Is(err, flagbit.ErrSnapshot) {
			t.Errorf("%s: %v", name, err)
		}
		end()
		if _, err := flagbit.Open(t.Context(), flagbit.WithValues(values)); !errors.Is(err, flagbit.ErrSnapshot) {
			t.Errorf("%s: %v", name, err)
		}
	}
	end, err := client.Override(nil)
	if err != nil {
		t.Error(err)
	}
	end()
}

func TestForTesting(t *testing.T) {
	var client *flagbit.Client
	t.Run("inner", func(t *testing.T) {
		client = flagbit.ForTesting(t, map[string]any{"premium-feature": true, "theme": "dark", "limit": 5.5})
		equal(t, "premium-feature", client.Enabled("premium-feature", nil, false), true)
		equal(t, "theme", client.String("theme", nil, ""), "dark")
		equal(t, "limit", client.Number("limit", nil, 0), 5.5)
	})
	equal(t, "closed with its test", client.Status().State, flagbit.StateClosed)
}

func TestUseAfterClose(t *testing.T) {
	client := openText(t, sample)
	end, err := client.Override(map[string]any{"pro": true})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	}
	end()
	checkClosed(t, client, "the client is closed")
	for _, err := range []error{client.LoadSnapshot("[]"), client.Refresh(t.Context()), client.WaitUntilReady(t.Context())} {
		if !errors.Is(err, flagbit.ErrClosed) {
			t.Errorf("%v", err)
		}
	}
	if _, err := client.Override(map[string]any{"a": true}); !errors.Is(err, flagbit.ErrClosed) {
		t.Errorf("%v", err)
	}
	client.OnChange(func(flagbit.Change) { t.Error("told of a change") })()
}

func TestAClientThatIsNone(t *testing.T) {
	for _, client := range []*flagbit.Client{nil, {}} {
		checkClosed(t, client, "there is no client: flagbit.Open makes one")
		for _, err := range []error{client.LoadSnapshot("[]"), client.Refresh(t.Context()), client.WaitUntilReady(t.Context())} {
			var found *flagbit.Error
			if !errors.As(err, &found) || found.Status != "NULL_ARGUMENT" {
				t.Errorf("%v", err)
			}
		}
		end, err := client.Override(map[string]any{"a": true})
		if err == nil {
			t.Error("an override of nothing")
		}
		end()
		client.OnChange(func(flagbit.Change) {})()
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Checks that every call gives the default.
func checkClosed(t *testing.T, client *flagbit.Client, message string) {
	for _, who := range []flagbit.AnyContext{
		nil, flagbit.Attributes{"plan": "pro", "odd": struct{}{}}, newContext(t, flagbit.Attributes{"plan": "pro"}),
		newPrepared(t, flagbit.Attributes{"plan": "pro"}),
	} {
		equal(t, "enabled", client.Enabled("always", who, false), false)
		equal(t, "enabled", client.Enabled("off", who, true), true)
		found := client.Evaluate("always", who, true)
		if !found.Enabled || found.ErrorCode != flagbit.ProviderNotReady || found.ErrorMessage != message {
			t.Errorf("%+v", found)
		}
		equal(t, "string", client.String("always", who, "def"), "def")
		equal(t, "number", client.Number("always", who, 1.5), 1.5)
		equal(t, "integer", client.Integer("always", who, 15), 15)
		equal(t, "JSON", client.JSON("always", who, "def"), any("def"))
		equal(t, "value", flagbit.Value(client, "always", who, struct{ A int }{7}), struct{ A int }{7})
		equal(t, "all", len(client.EvaluateAll(who)), 0)
		if text := client.Explain("always", who); !json.Valid(text) || !strings.Contains(string(text), "PROVIDER_NOT_READY") {
			t.Errorf("%s", text)
		}
	}
	equal(t, "flags", len(client.Flags())+len(client.Warnings()), 0)
	equal(t, "state", client.Status().State, flagbit.StateClosed)
}

func TestExplain(t *testing.T) {
	client := openText(t, sample)
	for _, who := range []flagbit.AnyContext{flagbit.Attributes{"plan": "free"}, newContext(t, flagbit.Attributes{"plan": "free"})} {
		var found struct {
			FlagKey string `json:"flag_key"`
			Enabled bool
			Reason  flagbit.Reason
			Rules   []struct {
				Outcome    string
				Conditions []struct {
					Attribute, Found string
					Holds            bool
				}
			}
		}
		must(json.Unmarshal(client.Explain("pro", who), &found))
		if found.FlagKey != "pro" || found.Enabled || found.Reason != flagbit.ReasonDefault || len(found.Rules) != 1 ||
			found.Rules[0].Outcome != "not_matched" || found.Rules[0].Conditions[0].Found != "free" {
			t.Errorf("%+v", found)
		}
	}
	var plain map[string]any
	must(json.Unmarshal(client.Explain("unknown", nil), &plain))
	keys := slices.Sorted(maps.Keys(plain))
	equal(t, "the error", plain["error_code"], any("FLAG_NOT_FOUND"))
	var none *flagbit.Client
	clear(plain)
	must(json.Unmarshal(none.Explain("unknown", nil), &plain))
	equal(t, "the same fields", fmt.Sprint(slices.Sorted(maps.Keys(plain))), fmt.Sprint(keys))
}
