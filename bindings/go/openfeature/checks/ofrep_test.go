package checks_test

// Compares OpenFeature's published provider for OFREP, unmodified, on the real server with FlagBit's provider on the same flags.

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	flagbitopenfeature "github.com/flagbit/flagbit/bindings/go/openfeature"
	"github.com/open-feature/go-sdk-contrib/providers/ofrep"
	"github.com/open-feature/go-sdk/openfeature"
)

type scenario struct {
	Group    string
	Provider string
	Type     string
	Flag     string
	Default  any
	Context  map[string]any
}

func generic[T any](details openfeature.GenericEvaluationDetails[T], _ error) openfeature.InterfaceEvaluationDetails {
	return openfeature.InterfaceEvaluationDetails{Value: details.Value, EvaluationDetails: details.EvaluationDetails}
}

func (s scenario) ask(client *openfeature.Client) openfeature.InterfaceEvaluationDetails {
	ctx, who := context.Background(), openfeature.NewTargetlessEvaluationContext(s.Context)
	switch s.Type {
	case "Boolean":
		return generic(client.BooleanValueDetails(ctx, s.Flag, s.Default.(bool), who))
	case "String":
		return generic(client.StringValueDetails(ctx, s.Flag, s.Default.(string), who))
	case "Integer":
		return generic(client.IntValueDetails(ctx, s.Flag, int64(s.Default.(float64)), who))
	case "Float":
		return generic(client.FloatValueDetails(ctx, s.Flag, s.Default.(float64), who))
	}
	return generic(client.ObjectValueDetails(ctx, s.Flag, s.Default, who))
}

func fields(details openfeature.InterfaceEvaluationDetails) map[string]string {
	value, err := json.Marshal(details.Value)
	must(err)
	return map[string]string{
		"value": string(value), "variant": details.Variant, "reason": string(details.Reason),
		"error code": string(details.ErrorCode), "reason of FlagBit": fmt.Sprint(details.FlagMetadata["reason"]),
	}
}

// A client of the native provider and one of OFREP's, over the flags of a server.
func both(t *testing.T, server *server, options ...ofrep.Option) (native, remote *openfeature.Client) {
	api := newAPI(t)
	must(api.SetProviderAndWait(context.Background(), flagbitopenfeature.NewProvider(server.open(t)), openfeature.WithDomain("native")))
	must(api.SetProviderAndWait(context.Background(), ofrep.NewProvider(server.URL, options...), openfeature.WithDomain("remote")))
	return api.NewClient(openfeature.WithDomain("native")), api.NewClient(openfeature.WithDomain("remote"))
}

func TestOFREPAnswersAsTheNativeProvider(t *testing.T) {
	server := newServer(t)
	server.createScenarios()
	server.Create(map[string]any{"key": "mine", "enabled": true, "rules": []any{
		map[string]any{"attribute": "user_id", "operator": "eq", "value": "usr_1"}}})
	native, remote := both(t, server, ofrep.WithBearerToken(server.ServerKey))
	text, err := os.ReadFile("../../../../tests/openfeature/scenarios.json")
	must(err)
	var all []scenario
	must(json.Unmarshal(text, &all))
	asked, different := 0, []string{}
	for _, one := range all {
		if one.Provider != "stable" || one.Type == "" {
			continue
		}
		asked++
		here, there := fields(one.ask(native)), fields(one.ask(remote))
		for _, field := range []string{"value", "variant", "reason", "error code", "reason of FlagBit"} {
			if here[field] != there[field] {
				difference := fmt.Sprintf("%s, %s: %s", one.Group, one.Type, field)
				t.Logf("%s is %s natively, %s by OFREP", difference, here[field], there[field])
				different = append(different, difference)
			}
		}
	}
	// That provider gives the caller's default for a flag that is switched off, and asks no type for an object.
	expected := []string{
		"another type, Object: value", "another type, Object: variant", "another type, Object: reason",
		"another type, Object: error code", "another type, Object: reason of FlagBit",
		"disabled, String: value", "disabled, Integer: value", "disabled, Float: value", "disabled, Object: value",
	}
	if !slices.Equal(different, expected) {
		t.Errorf("these differ:\n%s", strings.Join(different, "\n"))
	}
	fmt.Printf("openfeature: %d scenarios over OFREP, %d answers differ from the native provider's\n", asked, 5)

	who := openfeature.NewEvaluationContext("usr_1", nil)
	for _, client := range []*openfeature.Client{native, remote} {
		equal(t, "the targeting key is the user", client.Boolean(context.Background(), "mine", false, who), true)
		equal(t, "nobody", client.Boolean(context.Background(), "mine", true, openfeature.EvaluationContext{}), false)
	}
}

func TestOFREPWithAWrongKey(t *testing.T) {
	server := newServer(t)
	server.Create(on("a"))
	for what, options := range map[string][]ofrep.Option{
		"another key": {ofrep.WithBearerToken(server.ServerKey[:len(server.ServerKey)-6] + "abcdef")}, "no key": nil,
	} {
		api := newAPI(t)
		must(api.SetProviderAndWait(context.Background(), ofrep.NewProvider(server.URL, options...)))
		found, err := api.NewClient().BooleanValueDetails(context.Background(), "a", true, openfeature.EvaluationContext{})
		if err == nil || found.Value != true || found.ErrorCode != openfeature.GeneralCode || !strings.Contains(found.ErrorMessage, "auth") {
			t.Errorf("%s: %+v", what, found)
		}
	}
	api := newAPI(t)
	must(api.SetProviderAndWait(context.Background(), ofrep.NewProvider(server.URL, ofrep.WithApiKeyAuth(server.ServerKey))))
	equal(t, "the key in the other header", api.NewClient().Boolean(context.Background(), "a", false, openfeature.EvaluationContext{}), true)
}

// Without a context, this provider sends null, and no key.
func TestOFREPWithoutAContext(t *testing.T) {
	server := newServer(t)
	server.Create(on("a"))
	provider := ofrep.NewProvider(server.URL, ofrep.WithBearerToken(server.ServerKey))
	for what, who := range map[string]openfeature.FlattenedContext{
		"null": nil, "empty": {}, "an empty key": {"targetingKey": ""}, "a key of null": {"targetingKey": nil},
	} {
		found := provider.BooleanEvaluation(context.Background(), "a", false, who)
		if !found.Value || found.Error() != nil || found.Reason != openfeature.StaticReason {
			t.Errorf("%s: %+v", what, found)
		}
	}
}
