package flagbitopenfeature_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
	flagbitopenfeature "github.com/flagbit/flagbit/bindings/go/openfeature"
	"github.com/open-feature/go-sdk/openfeature"
)

const sample = `{"revision": "r7", "flags": [
	{"key": "always", "enabled": true, "default_enabled": true},
	{"key": "off", "enabled": false, "default_enabled": true},
	{"key": "pro", "enabled": true, "rules": [
		{"attribute": "beta", "operator": "eq", "value": true},
		{"attribute": "plan", "operator": "eq", "value": "pro"}]},
	{"key": "rollout", "enabled": true, "rules": [{"operator": "percent", "value": 100}]},
	{"key": "mine", "enabled": true, "rules": [{"attribute": "user_id", "operator": "eq", "value": "usr_1"}]},
	{"key": "keyed", "enabled": true, "rules": [{"attribute": "targetingKey", "operator": "eq", "value": "usr_1"}]},
	{"key": "role", "enabled": true, "rules": [{"attribute": "roles", "operator": "has", "value": "admin"}]},
	{"key": "old", "enabled": true, "rules": [{"attribute": "since", "operator": "before", "value": "2020-01-01T00:00:00Z"}]},
	{"key": "theme", "enabled": true, "default": "light", "variants": {"light": "l", "dark": "d"}},
	{"key": "retries", "enabled": true, "default": "few", "variants": {"few": 2, "many": 9}},
	{"key": "ratio", "enabled": true, "default": "half", "variants": {"half": 0.5, "none": 0}},
	{"key": "huge", "enabled": true, "default": "huge", "variants": {"huge": 1e300, "none": 0}},
	{"key": "limits", "enabled": true, "default": "some", "variants": {"some": {"burst": 50}, "none": {}}},
	{"key": "list", "enabled": true, "default": "some", "variants": {"some": [1, "a"], "none": []}},
	{"key": "broken", "enabled": true, "rules": [{"operator": "percent", "value": 101}]}
]}`

func openSample(t testing.TB) *flagbit.Client {
	t.Helper()
	return open(t, flagbit.WithSnapshot(sample))
}

func TestMetadataOfTheProvider(t *testing.T) {
	provider := flagbitopenfeature.NewProvider(openSample(t))
	equal(t, "name", provider.Metadata().Name, "FlagBit")
	equal(t, "hooks", len(provider.Hooks()), 0)
	if provider.Client().Status().Revision != "r7" {
		t.Error("it has another client")
	}
}

func TestValuesOfEachType(t *testing.T) {
	client := clientOf(t, openSample(t))
	for _, one := range []struct {
		kind, flag string
		def, value any
		variant    string
	}{
		{"Boolean", "always", false, true, "on"},
		{"Boolean", "pro", true, false, "off"},
		{"String", "theme", "def", "l", "light"},
		{"Integer", "retries", 7.0, int64(2), "few"},
		{"Float", "retries", 7.0, 2.0, "few"},
		{"Float", "ratio", 7.0, 0.5, "half"},
		{"Float", "huge", 7.0, 1e300, "huge"},
		{"Object", "limits", nil, map[string]any{"burst": 50.0}, "some"},
		{"Object", "list", nil, []any{1.0, "a"}, "some"},
	} {
		found := ask(client, one.kind, one.flag, one.def, nobody)
		if !reflect.DeepEqual(found.Value, one.value) || found.Variant != one.variant || found.ErrorCode != "" || found.ErrorMessage != "" {
			t.Errorf("%s of %s: %+v", one.kind, one.flag, found)
		}
	}
	first := client.Object(context.Background(), "limits", nil, nobody).(map[string]any)
	first["burst"] = "changed by its owner"
	equal(t, "the next one's", client.Object(context.Background(), "limits", nil, nobody).(map[string]any)["burst"], any(50.0))
}

func TestAnotherTypeIsAMismatch(t *testing.T) {
	client := clientOf(t, openSample(t))
	fits := map[string]string{
		"always": "Boolean", "theme": "String", "retries": "Integer Float", "ratio": "Float", "huge": "Float",
		"limits": "Object", "list": "Object",
	}
	messages := map[string]string{
		"Boolean": "not a boolean", "String": "not a string", "Integer": "not a 64-bit integer", "Float": "not a number",
		"Object": "not JSON",
	}
	defaults := map[string]any{"Boolean": true, "String": "def", "Integer": 7.0, "Float": 7.5, "Object": "def"}
	for flag, kinds := range fits {
		for kind, message := range messages {
			if strings.Contains(kinds, kind) {
				continue
			}
			found := ask(client, kind, flag, defaults[kind], nobody)
			if found.ErrorCode != openfeature.TypeMismatchCode || found.Reason != openfeature.ErrorReason || found.Variant != "" ||
				!strings.Contains(found.ErrorMessage, fmt.Sprintf("flag %q is ", flag)) || !strings.HasSuffix(found.ErrorMessage, message) ||
				fmt.Sprint(found.Value) != fmt.Sprint(defaults[kind]) {
				t.Errorf("%s of %s: %+v", kind, flag, found)
			}
		}
	}
	equal(t, "in words", ask(client, "Boolean", "theme", true, nobody).ErrorMessage, `flag "theme" is a string, not a boolean`)
	equal(t, "in words", ask(client, "Integer", "ratio", 1.0, nobody).ErrorMessage, `flag "ratio" is the number 0.5, not a 64-bit integer`)
}

func TestErrorsOfFlags(t *testing.T) {
	client := clientOf(t, openSample(t))
	for flag, code := range map[string]openfeature.ErrorCode{
		"unknown": openfeature.FlagNotFoundCode, "": openfeature.FlagNotFoundCode, "broken": openfeature.ParseErrorCode,
	} {
		found := ask(client, "String", flag, "def", nobody)
		if found.ErrorCode != code || found.Value != "def" || found.Reason != openfeature.ErrorReason || !strings.Contains(found.ErrorMessage, flag) {
			t.Errorf("%s: %+v", flag, found)
		}
	}
}

func TestReasonsAndMetadata(t *testing.T) {
	client := clientOf(t, openSample(t))
	for _, one := range []struct {
		flag     string
		who      map[string]any
		reason   openfeature.Reason
		metadata openfeature.FlagMetadata
	}{
		{"always", nil, "STATIC", openfeature.FlagMetadata{"reason": "default"}},
		{"off", nil, "DISABLED", openfeature.FlagMetadata{"reason": "disabled"}},
		{"pro", nil, "DEFAULT", openfeature.FlagMetadata{"reason": "default"}},
		{"pro", map[string]any{"beta": true}, "TARGETING_MATCH", openfeature.FlagMetadata{"reason": "targeting_match", "ruleIndex": int64(0)}},
		{"pro", map[string]any{"plan": "pro"}, "TARGETING_MATCH", openfeature.FlagMetadata{"reason": "targeting_match", "ruleIndex": int64(1)}},
		{"rollout", map[string]any{"user_id": "usr_1"}, "SPLIT", openfeature.FlagMetadata{"reason": "percentage_rollout", "ruleIndex": int64(0)}},
	} {
		found := ask(client, "Boolean", one.flag, false, openfeature.NewTargetlessEvaluationContext(one.who))
		one.metadata["revision"], one.metadata["version"] = "r7", "r7"
		if found.Reason != one.reason || !reflect.DeepEqual(found.FlagMetadata, one.metadata) {
			t.Errorf("%s of %v: %+v", one.flag, one.who, found)
		}
	}
	equal(t, "a disabled flag is no error", ask(client, "Boolean", "off", true, nobody).Value, any(false))
	plain := clientOf(t, open(t, flagbit.WithSnapshot(`[{"key": "a", "enabled": true}]`)))
	if found := ask(plain, "Boolean", "a", true, nobody); !reflect.DeepEqual(found.FlagMetadata, openfeature.FlagMetadata{"reason": "default"}) {
		t.Errorf("without a revision: %v", found.FlagMetadata)
	}
	index, err := ask(client, "Boolean", "pro", false, openfeature.NewTargetlessEvaluationContext(map[string]any{"plan": "pro"})).FlagMetadata.GetInt("ruleIndex")
	must(err)
	equal(t, "by the SDK's getter", index, 1)
}

func TestTheRevisionOfTheMetadataFollowsTheSnapshot(t *testing.T) {
	flags := openSample(t)
	client := clientOf(t, flags)
	equal(t, "at first", ask(client, "Boolean", "always", false, nobody).FlagMetadata["version"], any("r7"))
	must(flags.LoadSnapshot(strings.Replace(sample, "r7", "r8", 1)))
	equal(t, "after the load", ask(client, "Boolean", "always", false, nobody).FlagMetadata["version"], any("r8"))
}

func TestWhoAsks(t *testing.T) {
	flags := openSample(t)
	client := clientOf(t, flags)
	type attributes = map[string]any
	nested := attributes{"plan": "pro"}
	for _, one := range []struct {
		flag string
		key  string
		who  attributes
		on   bool
	}{
		{"mine", "usr_1", nil, true},
		{"mine", "usr_2", nil, false},
		{"mine", "usr_2", attributes{"user_id": "usr_1"}, true},
		{"mine", "usr_1", attributes{"user_id": "usr_2"}, false},
		{"mine", "", attributes{"targetingKey": "usr_1"}, true},
		{"keyed", "usr_1", nil, true},
		{"keyed", "usr_1", attributes{"user_id": "usr_2"}, true},
		{"rollout", "", nil, false},
		{"role", "usr_1", attributes{"roles": []string{"dev", "admin"}}, true},
		{"role", "", attributes{"roles": []any{"dev", "admin"}}, true},
		{"old", "usr_1", attributes{"since": time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)}, true},
		{"old", "usr_1", attributes{"since": time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)}, false},
		{"pro", "usr_1", attributes{"plan": "pro", "nested": nested, "deeper": attributes{"nested": nested}}, true},
		{"pro", "", attributes{"plan": "pro", "struct": struct{ A int }{1}, "pointer": &struct{ A int }{1}, "typed": map[string]int{"a": 1}}, true},
		{"pro", "usr_1", attributes{"plan": nested}, false},
		{"pro", "usr_1", attributes{"plan": nil}, false},
	} {
		found := ask(client, "Boolean", one.flag, !one.on, openfeature.NewEvaluationContext(one.key, one.who))
		if found.Value != one.on || found.ErrorCode != "" {
			t.Errorf("%s for %q and %v: %+v", one.flag, one.key, one.who, found)
		}
	}
	equal(t, "unsupported values", flags.Status().UnsupportedValues, uint64(0))
	ask(client, "Boolean", "always", false, openfeature.NewTargetlessEvaluationContext(attributes{"a": make(chan int)}))
	equal(t, "unsupported values", flags.Status().UnsupportedValues, uint64(1))
}

func TestContextsOfAllLevels(t *testing.T) {
	api := newAPI(t)
	must(api.SetProviderAndWait(context.Background(), flagbitopenfeature.NewProvider(openSample(t))))
	client := api.NewClient()
	with := func(name string, value any) openfeature.EvaluationContext {
		return openfeature.NewTargetlessEvaluationContext(map[string]any{name: value})
	}
	ctx := openfeature.WithTransactionContext(context.Background(), openfeature.NewEvaluationContext("usr_1", nil))
	equal(t, "of nobody", client.Boolean(context.Background(), "mine", false, nobody), false)
	equal(t, "of the transaction", client.Boolean(ctx, "mine", false, nobody), true)
	api.SetEvaluationContext(with("plan", "pro"))
	equal(t, "of the API", client.Boolean(ctx, "pro", false, nobody), true)
	client.SetEvaluationContext(with("plan", "free"))
	equal(t, "of the client", client.Boolean(ctx, "pro", true, nobody), false)
	equal(t, "of the call", client.Boolean(ctx, "pro", false, with("plan", "pro")), true)
}

// Hooks see the provider's answer; after a hook that fails before, they see the default.
func TestHooks(t *testing.T) {
	client := clientOf(t, openSample(t))
	hook := new(recorder)
	client.AddHooks(hook)
	client.Boolean(context.Background(), "always", false, nobody)
	client.Boolean(context.Background(), "unknown", false, nobody)
	equal(t, "called", fmt.Sprint(hook.called), "[before after finally before error finally]")
}

func TestACancelledContextStillAnswers(t *testing.T) {
	client := clientOf(t, openSample(t))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	equal(t, "always", client.Boolean(ctx, "always", false, nobody), true)
}

func TestOverrides(t *testing.T) {
	flags := openSample(t)
	client := clientOf(t, flags)
	end, err := flags.Override(map[string]any{"theme": "d", "pro": true, "limits": map[string]any{"burst": 1}, "new": 5})
	must(err)
	for flag, kind := range map[string]string{"theme": "String", "pro": "Boolean", "limits": "Object", "new": "Integer"} {
		defaults := map[string]any{"String": "", "Boolean": false, "Object": nil, "Integer": 0.0}
		found := ask(client, kind, flag, defaults[kind], nobody)
		if found.ErrorCode != "" || found.Variant != "override" && kind != "Boolean" {
			t.Errorf("%s: %+v", flag, found)
		}
	}
	equal(t, "theme", client.String(context.Background(), "theme", "", nobody), "d")
	equal(t, "pro", client.Boolean(context.Background(), "pro", false, nobody), true)
	end()
	equal(t, "theme", client.String(context.Background(), "theme", "", nobody), "l")
	testing := clientOf(t, flagbit.ForTesting(t, map[string]any{"theme": "dark", "retries": 3}))
	equal(t, "theme", testing.String(context.Background(), "theme", "", nobody), "dark")
	equal(t, "retries", testing.Int(context.Background(), "retries", 0, nobody), 3)
}

// An evaluation may put only its metadata on the heap.
func TestAllocations(t *testing.T) {
	provider := flagbitopenfeature.NewProvider(openSample(t))
	ctx := context.Background()
	for what, who := range map[string]openfeature.FlattenedContext{
		"as it is": {"user_id": "usr_1", "plan": "pro"},
		"copied":   {"targetingKey": "usr_1", "plan": "pro", "nested": map[string]any{}},
	} {
		count := testing.AllocsPerRun(1000, func() {
			provider.BooleanEvaluation(ctx, "pro", false, who)
			provider.StringEvaluation(ctx, "theme", "", who)
			provider.IntEvaluation(ctx, "retries", 0, who)
		})
		if perCall := count / 3; perCall > 2 && !raceEnabled {
			t.Errorf("%s: %v allocations", what, perCall)
		}
	}
}

func BenchmarkBoolean(b *testing.B) {
	provider := flagbitopenfeature.NewProvider(openSample(b))
	ctx, who := context.Background(), openfeature.FlattenedContext{"targetingKey": "usr_1", "plan": "pro"}
	b.ReportAllocs()
	for b.Loop() {
		provider.BooleanEvaluation(ctx, "pro", false, who)
	}
}
