package flagbitopenfeature_test

// OpenFeature's own scenarios, see tests/openfeature/README.md.

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
	flagbitopenfeature "github.com/flagbit/flagbit/bindings/go/openfeature"
	"github.com/open-feature/go-sdk/openfeature"
)

const scenarios = "../../../tests/openfeature/"

type scenario struct {
	Group     string
	Provider  string
	Type      string
	Flag      string
	Default   any
	Context   map[string]any
	Times     int
	Async     bool
	Expect    map[string]any
	Deviation string
	Instead   map[string]any
}

func content(path string) string {
	text, err := os.ReadFile(path)
	must(err)
	return string(text)
}

// An OpenFeature client of a provider that is in the state of a scenario.
func (s scenario) client(t *testing.T) *openfeature.Client {
	api, client, options := newAPI(t), (*flagbit.Client)(nil), []flagbitopenfeature.Option(nil)
	flags := content(scenarios + "flags.json")
	const unreachable = "http://127.0.0.1:1"
	var expected openfeature.State
	switch s.Provider {
	case "stable":
		client, expected = open(t, flagbit.WithSnapshot(flags)), openfeature.ReadyState
	case "not ready":
		client, expected = openURL(t, newStub(t, 0, "").URL), openfeature.NotReadyState
	case "fatal":
		client, expected = openURL(t, newStub(t, 401, "").URL), openfeature.FatalState
	case "error":
		client, expected = openURL(t, unreachable), openfeature.ErrorState
		options = append(options, flagbitopenfeature.WithReadyTimeout(50*time.Millisecond))
	case "stale":
		client, expected = openURL(t, unreachable, flagbit.WithBootstrap(flags)), openfeature.StaleState
	default:
		t.Fatalf("no provider is %q", s.Provider)
	}
	must(api.SetProvider(context.Background(), flagbitopenfeature.NewProvider(client, options...)))
	found := api.NewClient()
	eventually(t, "the provider is "+string(expected), func() bool { return found.State() == expected })
	return found
}

// The hooks that are called.
type recorder struct{ called []string }

func (r *recorder) Before(context.Context, openfeature.HookContext, openfeature.HookHints) (*openfeature.EvaluationContext, error) {
	r.called = append(r.called, "before")
	return nil, nil
}

func (r *recorder) After(context.Context, openfeature.HookContext, openfeature.InterfaceEvaluationDetails, openfeature.HookHints) error {
	r.called = append(r.called, "after")
	return nil
}

func (r *recorder) Error(context.Context, openfeature.HookContext, error, openfeature.HookHints) {
	r.called = append(r.called, "error")
}

func (r *recorder) Finally(context.Context, openfeature.HookContext, openfeature.InterfaceEvaluationDetails, openfeature.HookHints) {
	r.called = append(r.called, "finally")
}

func generic[T any](details openfeature.GenericEvaluationDetails[T], _ error) openfeature.InterfaceEvaluationDetails {
	return openfeature.InterfaceEvaluationDetails{Value: details.Value, EvaluationDetails: details.EvaluationDetails}
}

// Asks for a flag by the call of a type.
func ask(
	client *openfeature.Client, kind, flag string, def any, who openfeature.EvaluationContext, options ...openfeature.Option,
) openfeature.InterfaceEvaluationDetails {
	ctx := context.Background()
	switch kind {
	case "Boolean":
		return generic(client.BooleanValueDetails(ctx, flag, def.(bool), who, options...))
	case "String":
		return generic(client.StringValueDetails(ctx, flag, def.(string), who, options...))
	case "Integer":
		return generic(client.IntValueDetails(ctx, flag, int64(def.(float64)), who, options...))
	case "Float":
		return generic(client.FloatValueDetails(ctx, flag, def.(float64), who, options...))
	case "Object":
		return generic(client.ObjectValueDetails(ctx, flag, def, who, options...))
	}
	panic("no type is " + kind)
}

// The results of a scenario, in the words of the table.
func (s scenario) run(t *testing.T) map[string]any {
	client := s.client(t)
	found := map[string]any{"status": string(client.State())}
	if s.Type == "" {
		return found
	}
	hook, before := new(recorder), maps.Clone(s.Context)
	who := openfeature.NewTargetlessEvaluationContext(s.Context)
	var details openfeature.InterfaceEvaluationDetails
	for range max(1, s.Times) {
		*hook = recorder{}
		call := func() { details = ask(client, s.Type, s.Flag, s.Default, who, openfeature.WithHooks(hook)) }
		if s.Async {
			done := make(chan struct{})
			go func() {
				defer close(done)
				call()
			}()
			<-done
		} else {
			call()
		}
	}
	found["value"], found["flag_key"], found["variant"] = details.Value, details.FlagKey, details.Variant
	found["reason"], found["error_code"] = details.Reason, details.ErrorCode
	found["error_message"], found["metadata"] = details.ErrorMessage, details.FlagMetadata
	found["hooks"] = hook.called
	found["context_unchanged"] = len(before) == len(s.Context) && (len(before) == 0 || reflect.DeepEqual(before, s.Context)) &&
		len(who.Attributes()) == len(s.Context)
	return found
}

// Returns the expected parts that are not found. Both are compared as JSON, which has one type of numbers.
func differs(found, expected map[string]any) (differences []string) {
	for name, wanted := range expected {
		is := found[name]
		switch name {
		case "metadata":
			part := map[string]any{}
			for key := range wanted.(map[string]any) {
				part[key] = is.(openfeature.FlagMetadata)[key]
			}
			is = part
		case "error_message":
			if strings.Contains(is.(string), wanted.(string)) {
				continue
			}
		}
		one, err := json.Marshal(is)
		must(err)
		other, err := json.Marshal(wanted)
		must(err)
		if string(one) != string(other) {
			differences = append(differences, fmt.Sprintf("%s is %s, not %s", name, one, other))
		}
	}
	return differences
}

func TestScenarios(t *testing.T) {
	var all []scenario
	must(json.Unmarshal([]byte(content(scenarios+"scenarios.json")), &all))
	asExpected, deviate := 0, 0
	for i, one := range all {
		t.Run(fmt.Sprintf("%d_%s_%s", i, one.Group, one.Type), func(t *testing.T) {
			found := one.run(t)
			differences := differs(found, one.Expect)
			if one.Deviation == "" {
				asExpected++
				if differences != nil {
					t.Errorf("%s", differences)
				}
				return
			}
			deviate++
			if differences == nil {
				t.Error("it deviates no more")
			}
			if differences = differs(found, one.Instead); differences != nil {
				t.Errorf("deviates otherwise: %s", differences)
			}
		})
	}
	fmt.Printf("openfeature: %d scenarios, %d as expected, %d with a deviation that is explained\n", len(all), asExpected, deviate)
}
