package flagbitopenfeature_test

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
	"github.com/flagbit/flagbit/bindings/go/internal/kit"
	flagbitopenfeature "github.com/flagbit/flagbit/bindings/go/openfeature"
	"github.com/open-feature/go-sdk/openfeature"
	"github.com/open-feature/go-sdk/openfeature/isolated"
)

const patience = 10 * time.Second

var nobody = openfeature.EvaluationContext{}

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

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for begin := time.Now(); time.Since(begin) < patience; time.Sleep(5 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not in %v: %s", patience, what)
}

func open(t testing.TB, options ...flagbit.Option) *flagbit.Client {
	t.Helper()
	silent := flagbit.WithLogger(slog.New(slog.DiscardHandler))
	client, err := flagbit.Open(context.Background(), append([]flagbit.Option{silent}, options...)...)
	must(err)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func openURL(t testing.TB, url string, options ...flagbit.Option) *flagbit.Client {
	t.Helper()
	return open(t, append([]flagbit.Option{flagbit.WithURL(url), flagbit.WithServerKey("fbsrv_secret")}, options...)...)
}

// A program of its own: an API that is shut down with the test.
func newAPI(t testing.TB) *openfeature.EvaluationAPI {
	api := isolated.NewAPI()
	t.Cleanup(func() { must(api.Shutdown(context.Background())) })
	return api
}

// The OpenFeature client of a provider that is ready.
func clientOf(t testing.TB, client *flagbit.Client) *openfeature.Client {
	t.Helper()
	api := newAPI(t)
	must(api.SetProviderAndWait(context.Background(), flagbitopenfeature.NewProvider(client)))
	return api.NewClient()
}

// A server that serves these flags, or answers with a status.
func newStub(t testing.TB, status int, flags string) *kit.Stub {
	t.Helper()
	s := kit.NewStub(t, flags)
	s.Tell(status)
	return s
}

// Answers with a status from now on, and serves these flags where it is 200.
func tell(s *kit.Stub, status int, flags string) {
	s.Put(flags)
	s.Tell(status)
}

// The events that an API's handlers are told. Handlers run on goroutines of their own, so that two events that come at once
// may be heard in either order.
type heard struct {
	lock   sync.Mutex
	events []openfeature.EventDetails
	kinds  []openfeature.EventType
}

type handled interface {
	AddHandler(openfeature.EventType, openfeature.EventCallback)
}

func listen(from handled) *heard {
	h := new(heard)
	for _, kind := range []openfeature.EventType{
		openfeature.ProviderReady, openfeature.ProviderStale, openfeature.ProviderError, openfeature.ProviderConfigChange,
	} {
		callback := func(details openfeature.EventDetails) {
			h.lock.Lock()
			defer h.lock.Unlock()
			h.kinds, h.events = append(h.kinds, kind), append(h.events, details)
		}
		from.AddHandler(kind, &callback)
	}
	return h
}

// The events so far, without the part of their names that all have.
func (h *heard) all() string {
	h.lock.Lock()
	defer h.lock.Unlock()
	return strings.ReplaceAll(fmt.Sprint(h.kinds), "PROVIDER_", "")
}

func (h *heard) last() openfeature.EventDetails {
	h.lock.Lock()
	defer h.lock.Unlock()
	return h.events[len(h.events)-1]
}

// Waits until these are the events, and some more to see that no other follows.
func (h *heard) expect(t *testing.T, events string) {
	t.Helper()
	for begin := time.Now(); h.all() != events && time.Since(begin) < patience; time.Sleep(5 * time.Millisecond) {
	}
	time.Sleep(50 * time.Millisecond)
	if found := h.all(); found != events {
		t.Fatalf("heard %s, expected %s", found, events)
	}
}

// The goroutines in code that is named so.
func goroutines(names ...string) (count int) {
	stacks := make([]byte, 1<<20)
	for _, stack := range strings.Split(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		for _, name := range names {
			if strings.Contains(stack, name) {
				count++
				break
			}
		}
	}
	return count
}
