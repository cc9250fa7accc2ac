package flagbitopenfeature_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
	flagbitopenfeature "github.com/flagbit/flagbit/bindings/go/openfeature"
	"github.com/open-feature/go-sdk/openfeature"
)

const oneFlag = `[{"key": "a", "enabled": true, "default_enabled": true}]`

// Longer than the provider keeps what it has to tell.
const settled = 150 * time.Millisecond

func TestARefusalIsFatalUntilThereAreFlags(t *testing.T) {
	for _, status := range []int{401, 403, 404} {
		server := newStub(t, status, "")
		flags := openURL(t, server.URL)
		api := newAPI(t)
		events := listen(api)
		err := api.SetProviderAndWait(context.Background(), flagbitopenfeature.NewProvider(flags))
		var failed *openfeature.ProviderInitError
		if !errors.As(err, &failed) || failed.ErrorCode != openfeature.ProviderFatalCode || failed.Message != flags.Status().LastError ||
			strings.Contains(err.Error(), "secret") {
			t.Errorf("%d: %v", status, err)
		}
		client := api.NewClient()
		equal(t, "state", client.State(), openfeature.FatalState)
		equal(t, "code", ask(client, "Boolean", "a", true, nobody).ErrorCode, openfeature.ProviderFatalCode)
		time.Sleep(settled)
		events.expect(t, "[ERROR]")
		tell(server, 200, oneFlag)
		must(flags.Refresh(context.Background()))
		// The first flags are no change.
		events.expect(t, "[ERROR READY]")
		equal(t, "ready", client.State(), openfeature.ReadyState)
		equal(t, "a", client.Boolean(context.Background(), "a", false, nobody), true)
	}
}

func TestNoFlagsInTime(t *testing.T) {
	server := newStub(t, 503, "")
	flags := openURL(t, server.URL)
	for _, byContext := range []bool{true, false} {
		ctx, timeout := context.Background(), time.Minute
		if byContext {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, 200*time.Millisecond)
			defer cancel()
		} else {
			timeout = 200 * time.Millisecond
		}
		begin := time.Now()
		err := flagbitopenfeature.NewProvider(flags, flagbitopenfeature.WithReadyTimeout(timeout)).InitWithContext(ctx, nobody)
		var failed *openfeature.ProviderInitError
		if !errors.As(err, &failed) || failed.ErrorCode != openfeature.GeneralCode || !errors.Is(err, context.DeadlineExceeded) ||
			!strings.Contains(failed.Message, "no flags in ") || !strings.Contains(failed.Message, "503") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v", err)
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("it waited %v", took)
		}
	}
}

func TestFlagsThatComeAfterAFailedInitialization(t *testing.T) {
	server := newStub(t, 503, "")
	flags := openURL(t, server.URL)
	api := newAPI(t)
	events := listen(api)
	err := api.SetProviderAndWait(context.Background(),
		flagbitopenfeature.NewProvider(flags, flagbitopenfeature.WithReadyTimeout(10*time.Millisecond)))
	if err == nil || !strings.Contains(err.Error(), "GENERAL") {
		t.Fatalf("%v", err)
	}
	client := api.NewClient()
	equal(t, "state", client.State(), openfeature.ErrorState)
	equal(t, "code", ask(client, "Boolean", "a", true, nobody).ErrorCode, openfeature.ProviderNotReadyCode)
	time.Sleep(settled)
	tell(server, 401, "")
	_ = flags.Refresh(context.Background())
	events.expect(t, "[ERROR ERROR]")
	equal(t, "state", client.State(), openfeature.FatalState)
	equal(t, "message", events.last().Message, flags.Status().LastError)
	tell(server, 200, oneFlag)
	must(flags.Refresh(context.Background()))
	events.expect(t, "[ERROR ERROR READY]")
	equal(t, "state", client.State(), openfeature.ReadyState)
	equal(t, "a", client.Boolean(context.Background(), "a", false, nobody), true)
}

func TestACacheIsStaleUntilThereIsContact(t *testing.T) {
	server := newStub(t, 503, "")
	flags := openURL(t, server.URL, flagbit.WithBootstrap(strings.Replace(oneFlag, "true}", "false}", 1)))
	api := newAPI(t)
	events := listen(api)
	must(api.SetProviderAndWait(context.Background(), flagbitopenfeature.NewProvider(flags)))
	client := api.NewClient()
	found := ask(client, "Boolean", "a", true, nobody)
	equal(t, "reason, before the state is told", found.Reason, "STALE")
	equal(t, "our reason", found.FlagMetadata["reason"], any("default"))
	events.expect(t, "[READY STALE]")
	equal(t, "state", client.State(), openfeature.StaleState)
	equal(t, "code", ask(client, "Boolean", "none", true, nobody).ErrorCode, openfeature.FlagNotFoundCode)

	// A change leaves it stale.
	end, err := flags.Override(map[string]any{"b": true})
	must(err)
	defer end()
	events.expect(t, "[READY STALE CONFIGURATION_CHANGED]")
	equal(t, "changed", strings.Join(events.last().FlagChanges, " "), "b")
	equal(t, "state", client.State(), openfeature.StaleState)

	tell(server, 200, oneFlag)
	must(flags.Refresh(context.Background()))
	eventually(t, "ready", func() bool { return client.State() == openfeature.ReadyState })
	eventually(t, "both are told", func() bool { return strings.Count(events.all(), " ") == 4 })
	equal(t, "reason", ask(client, "Boolean", "a", false, nobody).Reason, openfeature.StaticReason)
	time.Sleep(settled)
	if all := events.all(); strings.Count(all, "READY") != 2 || strings.Count(all, "CONFIGURATION_CHANGED") != 2 {
		t.Errorf("%s", all)
	}
}

// Nothing is told of a state that is over before it could be.
func TestContactBeforeTheStateIsTold(t *testing.T) {
	server := newStub(t, 200, oneFlag)
	flags := openURL(t, server.URL, flagbit.WithBootstrap(oneFlag))
	api := newAPI(t)
	events := listen(api)
	must(api.SetProviderAndWait(context.Background(), flagbitopenfeature.NewProvider(flags)))
	must(flags.Refresh(context.Background()))
	time.Sleep(settled)
	events.expect(t, "[READY]")
}

func TestAFileThatIsMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flags.json")
	flags := open(t, flagbit.WithFile(path), flagbit.WithWatch())
	api := newAPI(t)
	events := listen(api)
	err := api.SetProviderAndWait(context.Background(),
		flagbitopenfeature.NewProvider(flags, flagbitopenfeature.WithReadyTimeout(10*time.Millisecond)))
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("%v", err)
	}
	equal(t, "state", api.NewClient().State(), openfeature.FatalState)
	must(os.WriteFile(path, []byte(oneFlag), 0o600))
	eventually(t, "ready", func() bool { return api.NewClient().State() == openfeature.ReadyState })
	must(os.WriteFile(path, []byte(`[{"key": "a", "enabled": false}, {"key": "b", "enabled": true}]`), 0o600))
	eventually(t, "the change is told", func() bool {
		return strings.Count(events.all(), "CONFIGURATION_CHANGED") == 1 && strings.Join(events.last().FlagChanges, " ") == "a b"
	})
	equal(t, "told of it", strings.Count(events.all(), "READY"), 1)
}

func TestACancelledInitialization(t *testing.T) {
	server := newStub(t, 0, "")
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	err := flagbitopenfeature.NewProvider(openURL(t, server.URL)).InitWithContext(ctx, nobody)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestTheShutdownClosesTheClient(t *testing.T) {
	flags := openSample(t)
	provider := flagbitopenfeature.NewProvider(flags)
	api := newAPI(t)
	must(api.SetProviderAndWait(context.Background(), provider))
	must(provider.ShutdownWithContext(context.Background()))
	provider.Shutdown()
	must(provider.ShutdownWithContext(context.Background()))
	equal(t, "state", flags.Status().State, flagbit.StateClosed)
	equal(t, "code", ask(api.NewClient(), "Boolean", "always", true, nobody).ErrorCode, openfeature.ProviderNotReadyCode)
	err := newAPIWith(t, flagbitopenfeature.NewProvider(flags))
	var failed *openfeature.ProviderInitError
	if !errors.As(err, &failed) || failed.ErrorCode != openfeature.ProviderFatalCode || failed.Message != "the client is closed: make another" {
		t.Errorf("a second initialization: %v", err)
	}
	if err := provider.Init(nobody); !errors.As(err, &failed) || failed.ErrorCode != openfeature.ProviderFatalCode {
		t.Errorf("a second initialization: %v", err)
	}
}

func newAPIWith(t *testing.T, provider openfeature.FeatureProvider) error {
	return newAPI(t).SetProviderAndWait(context.Background(), provider)
}

func TestAShutdownEndsTheInitialization(t *testing.T) {
	server := newStub(t, 0, "")
	provider := flagbitopenfeature.NewProvider(openURL(t, server.URL))
	server.Asked("/")
	done := make(chan error)
	go func() { done <- provider.Init(nobody) }()
	time.Sleep(20 * time.Millisecond)
	provider.Shutdown()
	if err := <-done; err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("%v", err)
	}
}

func TestASecondProviderEndsTheFirst(t *testing.T) {
	first, second := openSample(t), open(t, flagbit.WithSnapshot(oneFlag))
	api := newAPI(t)
	must(api.SetProviderAndWait(context.Background(), flagbitopenfeature.NewProvider(first)))
	must(api.SetProviderAndWait(context.Background(), flagbitopenfeature.NewProvider(second)))
	eventually(t, "the first is closed", func() bool { return first.Status().State == flagbit.StateClosed })
	equal(t, "a", api.NewClient().Boolean(context.Background(), "a", false, nobody), true)
}

func TestTwoProvidersOfTwoDomains(t *testing.T) {
	api := newAPI(t)
	for domain, value := range map[string]string{"shop": "dark", "admin": "light"} {
		flags := flagbit.ForTesting(t, map[string]any{"theme": value})
		must(api.SetProviderAndWait(context.Background(), flagbitopenfeature.NewProvider(flags), openfeature.WithDomain(domain)))
	}
	for domain, value := range map[string]string{"shop": "dark", "admin": "light"} {
		client := api.NewClient(openfeature.WithDomain(domain))
		equal(t, domain, client.String(context.Background(), "theme", "", nobody), value)
	}
}

// One provider of two domains shares its client. The SDK initializes it for each, and says READY to both each time.
func TestOneProviderOfTwoDomains(t *testing.T) {
	server := newStub(t, 503, "")
	flags := openURL(t, server.URL, flagbit.WithBootstrap(oneFlag))
	provider := flagbitopenfeature.NewProvider(flags)
	api := newAPI(t)
	var clients []*openfeature.Client
	for _, domain := range []string{"shop", "admin"} {
		must(api.SetProviderAndWait(context.Background(), provider, openfeature.WithDomain(domain)))
		client := api.NewClient(openfeature.WithDomain(domain))
		clients = append(clients, client)
		eventually(t, "stale", func() bool { return client.State() == openfeature.StaleState })
	}
	eventually(t, "the first is stale again", func() bool { return clients[0].State() == openfeature.StaleState })
	events := listen(clients[0])
	events.expect(t, "[STALE]") // The SDK's, for a handler that is added late.
	must(api.SetProviderAndWait(context.Background(), flagbitopenfeature.NewProvider(openSample(t)), openfeature.WithDomain("shop")))
	equal(t, "the other domain's", flags.Status().State, flagbit.StateStale)
	tell(server, 200, oneFlag)
	must(flags.Refresh(context.Background()))
	eventually(t, "ready", func() bool { return clients[1].State() == openfeature.ReadyState })
	must(api.SetProviderAndWait(context.Background(), flagbitopenfeature.NewProvider(openSample(t)), openfeature.WithDomain("admin")))
	eventually(t, "it is closed with the last domain", func() bool { return flags.Status().State == flagbit.StateClosed })
}

func TestNoGoroutineIsLeft(t *testing.T) {
	server := newStub(t, 200, oneFlag)
	for range 3 {
		api := newAPI(t)
		provider := flagbitopenfeature.NewProvider(openURL(t, server.URL))
		must(api.SetProviderAndWait(context.Background(), provider))
		must(api.SetProviderAndWait(context.Background(), provider, openfeature.WithDomain("again")))
		must(api.Shutdown(context.Background()))
	}
	eventually(t, "all have ended", func() bool {
		return goroutines("bindings/go.(*core).run(", "flagbitopenfeature.(*Provider)", "(*eventExecutor).") == 0
	})
}

// Nobody reads the events, so that the listeners wait. Neither they nor a shutdown may block anything without end.
func TestAProviderWhoseEventsNobodyReads(t *testing.T) {
	flags := open(t, flagbit.WithSnapshot("[]"))
	provider := flagbitopenfeature.NewProvider(flags)
	must(provider.Init(nobody))
	for i := range 100 {
		must(flags.LoadSnapshot(strings.Replace(oneFlag, `"a"`, `"a`+strings.Repeat("a", i)+`"`, 1)))
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		provider.Shutdown()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Error("the shutdown waits")
	}
}

func TestEverythingAtOnce(t *testing.T) {
	flags := openSample(t)
	provider := flagbitopenfeature.NewProvider(flags)
	api := newAPI(t)
	must(api.SetProviderAndWait(context.Background(), provider))
	client, done := api.NewClient(), make(chan struct{})
	who := openfeature.NewEvaluationContext("usr_1", map[string]any{"plan": "pro", "nested": map[string]any{}})
	for range 4 {
		go func() {
			defer func() { done <- struct{}{} }()
			for range 500 {
				client.Boolean(context.Background(), "pro", false, who)
				client.Object(context.Background(), "limits", nil, who)
			}
		}()
	}
	for range 50 {
		must(flags.LoadSnapshot("[]"))
		must(flags.LoadSnapshot(sample))
	}
	<-done
	provider.Shutdown()
	for range 3 {
		<-done
	}
}

func TestAProviderPrintsItsClient(t *testing.T) {
	client := open(t, flagbit.WithSnapshot(oneFlag))
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		equal(t, verb, fmt.Sprintf(verb, flagbitopenfeature.NewProvider(client)),
			"flagbitopenfeature.Provider of flagbit.Client (text: ready, 1 flags)")
	}
}
