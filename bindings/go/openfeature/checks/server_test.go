package checks_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"testing"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
	"github.com/flagbit/flagbit/bindings/go/internal/kit"
)

const patience = 30 * time.Second

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func equal[T comparable](t testing.TB, what string, found, expected T) {
	t.Helper()
	if found != expected {
		t.Errorf("%s: %v, expected %v", what, found, expected)
	}
}

// The real server.
type server struct{ *kit.Server }

func newServer(t *testing.T) *server {
	t.Helper()
	return &server{kit.NewServer(t)}
}

// Creates the flags of OpenFeature's scenarios.
func (s *server) createScenarios() {
	text, err := os.ReadFile("../../../../tests/openfeature/flags.json")
	must(err)
	var snapshot struct{ Flags []map[string]any }
	must(json.Unmarshal(text, &snapshot))
	for _, flag := range snapshot.Flags {
		s.Create(flag)
	}
}

// A client of the server.
func (s *server) open(t *testing.T, options ...flagbit.Option) *flagbit.Client {
	t.Helper()
	all := append([]flagbit.Option{
		flagbit.WithURL(s.URL), flagbit.WithServerKey(s.ServerKey), flagbit.WithLogger(slog.New(slog.DiscardHandler)),
		flagbit.WithPollInterval(time.Second), flagbit.WithStaleAfter(2 * time.Second),
	}, options...)
	client, err := flagbit.Open(context.Background(), all...)
	must(err)
	t.Cleanup(func() { _ = client.Close() })
	return client
}
