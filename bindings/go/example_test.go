package flagbit_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
)

func Example() {
	client, err := flagbit.Open(context.Background(), flagbit.WithSnapshot(`{"flags": [
		{"key": "premium-feature", "enabled": true, "rules": [
			{"attribute": "plan", "operator": "eq", "value": "pro"},
			{"operator": "percent", "value": 25}]}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	fmt.Println(client.Enabled("premium-feature", flagbit.Attributes{"user_id": "usr_123", "plan": "pro"}, false))

	user := flagbit.MustContext(flagbit.Attributes{"user_id": "usr_123", "plan": "free", "since": time.Now()})
	fmt.Println(client.Evaluate("premium-feature", user, false).Reason)
	// Output:
	// true
	// percentage_rollout
}

func ExampleValue() {
	type Limits struct{ Retries, Burst int }
	client, err := flagbit.Open(context.Background(), flagbit.WithSnapshot(`[
		{"key": "limits", "enabled": true, "default": "few", "variants": {
			"few": {"retries": 2, "burst": 50}, "many": {"retries": 5, "burst": 500}}}]`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	fmt.Println(flagbit.Value(client, "limits", nil, Limits{Retries: 1}))
	fmt.Println(flagbit.Value(client, "other-limits", nil, Limits{Retries: 1}))
	// Output:
	// {2 50}
	// {1 0}
}

func ExampleClient_Evaluate() {
	client, err := flagbit.Open(context.Background(), flagbit.WithValues(map[string]any{"theme": "dark"}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	found := client.Evaluate("theme", nil, "light")
	fmt.Println(found.Value, found.Reason)
	missing := client.Evaluate("them", nil, "light")
	fmt.Println(missing.Value, errors.Is(missing.Err(), flagbit.FlagNotFound))
	// Output:
	// dark default
	// light true
}
