package checks_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
	flagbitopenfeature "github.com/flagbit/flagbit/bindings/go/openfeature"
	"github.com/open-feature/go-sdk/openfeature"
	"github.com/open-feature/go-sdk/openfeature/isolated"
)

func newAPI(t *testing.T) *openfeature.EvaluationAPI {
	api := isolated.NewAPI()
	t.Cleanup(func() { must(api.Shutdown(context.Background())) })
	return api
}

// Every event of an API: its kind and, of a change, the flags.
type heard struct {
	lock   sync.Mutex
	events []string
	last   openfeature.EventDetails
}

func listen(api *openfeature.EvaluationAPI) *heard {
	h := new(heard)
	for kind, name := range map[openfeature.EventType]string{
		openfeature.ProviderReady: "ready", openfeature.ProviderStale: "stale", openfeature.ProviderError: "error",
		openfeature.ProviderConfigChange: "change",
	} {
		callback := func(details openfeature.EventDetails) {
			h.lock.Lock()
			defer h.lock.Unlock()
			h.events, h.last = append(h.events, strings.Join(append([]string{name}, details.FlagChanges...), " ")), details
		}
		api.AddHandler(kind, &callback)
	}
	return h
}

func (h *heard) all() string {
	h.lock.Lock()
	defer h.lock.Unlock()
	return strings.Join(h.events, ", ")
}

// Waits until these are the events, and some more to see that no other follows.
func (h *heard) expect(t *testing.T, events string) {
	t.Helper()
	for begin := time.Now(); h.all() != events && time.Since(begin) < patience; time.Sleep(5 * time.Millisecond) {
	}
	time.Sleep(300 * time.Millisecond)
	if found := h.all(); found != events {
		t.Fatalf("heard %q, expected %q", found, events)
	}
}

func on(key string) map[string]any {
	return map[string]any{"key": key, "enabled": true, "default_enabled": true}
}

func TestEventsOfTheRealServer(t *testing.T) {
	server := newServer(t)
	server.Create(on("a"))
	flags := server.open(t)
	api := newAPI(t)
	events := listen(api)
	must(api.SetProviderAndWait(context.Background(), flagbitopenfeature.NewProvider(flags)))
	client := api.NewClient()
	reason := func() openfeature.Reason {
		found, _ := client.BooleanValueDetails(context.Background(), "a", false, openfeature.EvaluationContext{})
		return found.Reason
	}
	events.expect(t, "ready")
	equal(t, "reason", reason(), openfeature.StaticReason)

	server.Change("a", map[string]any{"enabled": false})
	events.expect(t, "ready, change a")
	equal(t, "reason", reason(), openfeature.DisabledReason)
	server.Create(on("b"))
	events.expect(t, "ready, change a, change b")

	server.Kill()
	events.expect(t, "ready, change a, change b, stale")
	equal(t, "state", client.State(), openfeature.StaleState)
	equal(t, "reason", reason(), openfeature.Reason("STALE"))
	equal(t, "message", events.last.Message, flags.Status().LastError)

	server.Start()
	events.expect(t, "ready, change a, change b, stale, ready")
	equal(t, "state", client.State(), openfeature.ReadyState)
	server.Change("a", map[string]any{"enabled": true})
	events.expect(t, "ready, change a, change b, stale, ready, change a")

	server.Revoke()
	events.expect(t, "ready, change a, change b, stale, ready, change a, stale")
	if !strings.Contains(events.last.Message, "401") {
		t.Errorf("%+v", events.last)
	}
	equal(t, "a, as it was", client.Boolean(context.Background(), "a", false, openfeature.EvaluationContext{}), true)
	fmt.Println("openfeature: 7 events of the real server, none twice")
}

func TestAKeyThatTheRealServerRefuses(t *testing.T) {
	server := newServer(t)
	api := newAPI(t)
	events := listen(api)
	flags := server.open(t, flagbit.WithServerKey(server.ServerKey[:len(server.ServerKey)-6]+"abcdef"))
	err := api.SetProviderAndWait(context.Background(), flagbitopenfeature.NewProvider(flags))
	var failed *openfeature.ProviderInitError
	if !errors.As(err, &failed) || failed.ErrorCode != openfeature.ProviderFatalCode || !strings.Contains(failed.Message, "401") {
		t.Errorf("%v", err)
	}
	events.expect(t, "error")
	equal(t, "state", api.NewClient().State(), openfeature.FatalState)
}

func TestARealServerThatComesLater(t *testing.T) {
	server := newServer(t)
	server.Create(on("a"))
	server.Kill()
	api := newAPI(t)
	events := listen(api)
	err := api.SetProviderAndWait(context.Background(),
		flagbitopenfeature.NewProvider(server.open(t), flagbitopenfeature.WithReadyTimeout(200*time.Millisecond)))
	if err == nil {
		t.Error("no error")
	}
	events.expect(t, "error")
	client := api.NewClient()
	equal(t, "state", client.State(), openfeature.ErrorState)
	server.Start()
	// The first flags are no change.
	events.expect(t, "error, ready")
	equal(t, "a", client.Boolean(context.Background(), "a", false, openfeature.EvaluationContext{}), true)
}
