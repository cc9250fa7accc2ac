package checks_test

import (
	"context"
	"testing"

	flagbitopenfeature "github.com/flagbit/flagbit/bindings/go/openfeature"
	"github.com/open-feature/go-sdk/openfeature"
	"github.com/open-feature/go-sdk/openfeature/multi"
)

// The SDK's multi provider asks several at once with one context, and writes into the metadata it is given: the race detector
// sees whether they are shared.
func TestBesideOthersInAMultiProvider(t *testing.T) {
	const flags = `[{"key": "mine", "enabled": true, "rules": [{"attribute": "user_id", "operator": "eq", "value": "usr_1"}]}]`
	for strategy, askers := range map[multi.EvaluationStrategy]int{
		multi.StrategyFirstMatch: 4, multi.StrategyFirstSuccess: 4,
		multi.StrategyComparison: 1, // It races with itself.
	} {
		many, err := multi.NewProvider(strategy,
			multi.WithProvider("a", flagbitopenfeature.NewProvider(openText(t, flags))),
			multi.WithProvider("b", flagbitopenfeature.NewProvider(openText(t, flags))))
		must(err)
		api := newAPI(t)
		must(api.SetProviderAndWait(context.Background(), many))
		client, done := api.NewClient(), make(chan bool)
		who := openfeature.NewEvaluationContext("usr_1", map[string]any{"nested": map[string]any{}})
		for range askers {
			go func() {
				on := true
				for range 100 {
					on = on && client.Boolean(context.Background(), "mine", false, who)
				}
				done <- on
			}()
		}
		for range askers {
			equal(t, string(strategy), <-done, true)
		}
	}
}
