package flagbit_test

import (
	"context"
	"testing"

	flagbit "github.com/flagbit/flagbit/bindings/go"
)

// The flags of the benchmarks: on or off by an attribute or a percentage, and one with values.
const benchmarked = `{"flags": [
	{"key": "always", "enabled": true, "default_enabled": true},
	{"key": "premium-feature", "enabled": true, "rules": [
		{"attribute": "plan", "operator": "eq", "value": "pro"},
		{"operator": "percent", "value": 25}]},
	{"key": "theme", "enabled": true, "variants": {"light": "#fff", "dark": "#000"}, "default": "light", "rules": [
		{"conditions": [{"attribute": "plan", "operator": "eq", "value": "pro"}], "value": "dark"}]},
	{"key": "limit", "enabled": true, "variants": {"few": 5, "many": 50.5}, "default": "few"},
	{"key": "config", "enabled": true, "variants": {"a": {"retries": 3, "hosts": ["x", "y"]}, "b": {}}, "default": "a"}
]}`

func benchmarkClient(b *testing.B) *flagbit.Client {
	client, err := flagbit.Open(context.Background(), flagbit.WithSnapshot(benchmarked))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = client.Close() })
	b.ReportAllocs()
	return client
}

var (
	id   = string([]byte("usr_1234567890"))
	user = flagbit.Attributes{"user_id": id, "plan": "pro", "country": "DE", "age": 34, "beta": true}
	free = flagbit.Attributes{"user_id": id, "plan": "free", "country": "DE", "age": 34, "beta": true}

	prepared     = flagbit.MustContext(user)
	preparedFree = flagbit.MustContext(free)
	sink         bool
)

func BenchmarkEnabled(b *testing.B) {
	for _, one := range []struct {
		name, key string
		who       flagbit.AnyContext
	}{
		{"nobody", "always", nil},
		{"map/match", "premium-feature", user},
		{"map/percent", "premium-feature", free},
		{"prebuilt/match", "premium-feature", prepared},
		{"prebuilt/percent", "premium-feature", preparedFree},
	} {
		b.Run(one.name, func(b *testing.B) {
			client := benchmarkClient(b)
			for b.Loop() {
				sink = client.Enabled(one.key, one.who, false)
			}
		})
	}
	b.Run("map of the call", func(b *testing.B) {
		client := benchmarkClient(b)
		for b.Loop() {
			sink = client.Enabled("premium-feature",
				flagbit.Attributes{"user_id": id, "plan": "pro", "country": "DE", "age": 34, "beta": true}, false)
		}
	})
}

func BenchmarkEnabledParallel(b *testing.B) {
	client := benchmarkClient(b)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			client.Enabled("premium-feature", prepared, false)
		}
	})
}

func BenchmarkEvaluate(b *testing.B) {
	for _, one := range []struct {
		name, key string
		who       flagbit.AnyContext
	}{
		{"map", "premium-feature", user},
		{"prebuilt", "premium-feature", prepared},
		{"prebuilt/string", "theme", prepared},
		{"prebuilt/unknown", "unknown", prepared},
	} {
		b.Run(one.name, func(b *testing.B) {
			client := benchmarkClient(b)
			for b.Loop() {
				sink = client.Evaluate(one.key, one.who, false).Enabled
			}
		})
	}
}

func BenchmarkTyped(b *testing.B) {
	for name, call := range map[string]func(*flagbit.Client){
		"string/map":      func(client *flagbit.Client) { client.String("theme", user, "") },
		"string/prebuilt": func(client *flagbit.Client) { client.String("theme", prepared, "") },
		"number/prebuilt": func(client *flagbit.Client) { client.Number("limit", prepared, 0) },
		"json/prebuilt":   func(client *flagbit.Client) { client.JSON("config", prepared, nil) },
		"value/prebuilt":  func(client *flagbit.Client) { flagbit.Value(client, "theme", prepared, "") },
	} {
		b.Run(name, func(b *testing.B) {
			client := benchmarkClient(b)
			for b.Loop() {
				call(client)
			}
		})
	}
}

func BenchmarkEvaluateAll(b *testing.B) {
	client := benchmarkClient(b)
	for b.Loop() {
		client.EvaluateAll(prepared)
	}
}

func BenchmarkNewContext(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		flagbit.MustContext(user)
	}
}
