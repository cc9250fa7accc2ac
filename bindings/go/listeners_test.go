package flagbit_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
	"github.com/flagbit/flagbit/bindings/go/internal/kit"
)

type told chan flagbit.Change

func listen(client *flagbit.Client) (told, func()) {
	changes := make(told, 100)
	return changes, client.OnChange(func(change flagbit.Change) { changes <- change })
}

func (c told) next(t *testing.T) flagbit.Change {
	t.Helper()
	select {
	case change := <-c:
		return change
	case <-time.After(10 * time.Second):
		t.Fatal("not told")
		return flagbit.Change{}
	}
}

func (c told) keys(t *testing.T, expected ...string) {
	t.Helper()
	change := c.next(t)
	if fmt.Sprint(change.Keys) != fmt.Sprint(expected) || change.All {
		t.Errorf("told %+v, expected %q", change, expected)
	}
}

func load(t *testing.T, client *flagbit.Client, flags map[string]bool) {
	t.Helper()
	if err := client.LoadSnapshot(snapshot(flags)); err != nil {
		t.Fatal(err)
	}
}

// The listeners' goroutines of all clients.
func running() int {
	stacks := make([]byte, 1<<20)
	return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "bindings/go.(*core).run(")
}

// Waits until the goroutines of the earlier tests have ended.
func settle(t *testing.T) {
	t.Helper()
	eventually(t, "no client is open", func() bool { return running() == 0 })
}

func TestAListenerIsToldTheKeys(t *testing.T) {
	client := openText(t, sample)
	changes, stop := listen(client)
	load(t, client, map[string]bool{"always": true, "pro": true})
	changes.keys(t, "broken", "off", "pro")
	load(t, client, map[string]bool{"always": true, "pro": true})
	end, err := client.Override(map[string]any{"always": false})
	must(err)
	changes.keys(t, "always") // The load that changed nothing was not told.
	end()
	changes.keys(t, "always")
	stop()
	stop()
	load(t, client, map[string]bool{})
	select {
	case change := <-changes:
		t.Errorf("told after stop: %+v", change)
	case <-time.After(50 * time.Millisecond):
	}
}

func TestAListenerIsNotToldWhatWasBeforeIt(t *testing.T) {
	client := openText(t, "[]")
	first, _ := listen(client)
	load(t, client, map[string]bool{"a": true})
	second, _ := listen(client)
	load(t, client, map[string]bool{"a": true, "b": true})
	second.keys(t, "b")
	if change := first.next(t); change.Keys[0] != "a" {
		t.Errorf("%+v", change)
	}
}

func TestAWatchedFileIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flags.json")
	client := open(t, flagbit.WithFile(path), flagbit.WithWatch())
	changes, _ := listen(client)
	write(t, path, snapshot(map[string]bool{"a": true}))
	if change := changes.next(t); !change.All || len(change.Keys) != 0 || change.Generation != 1 {
		t.Errorf("the first flags may be any: %+v", change)
	}
	write(t, path, snapshot(map[string]bool{"a": false}))
	changes.keys(t, "a")
}

func TestAListenerThatPanicsIsLoggedAndStopsNobody(t *testing.T) {
	log := new(journal)
	client := open(t, flagbit.WithSnapshot("[]"), flagbit.WithLogger(log.logger()))
	client.OnChange(func(flagbit.Change) { panic("on purpose") })
	changes, _ := listen(client)
	for _, on := range []bool{true, false} {
		load(t, client, map[string]bool{"a": on})
		changes.next(t)
	}
	equal(t, "logged", strings.Count(log.String(), `panic="on purpose"`), 2)
}

type broken struct{ slog.Handler }

func (broken) Enabled(context.Context, slog.Level) bool { panic("a logger that panics") }

func TestALoggerThatPanics(t *testing.T) {
	client := open(t, flagbit.WithSnapshot(sample), flagbit.WithLogger(slog.New(broken{})))
	equal(t, "on", client.Enabled("always", flagbit.Attributes{"a": struct{}{}}, false), true)
	client.OnChange(func(flagbit.Change) { panic("on purpose") })
	changes, _ := listen(client)
	load(t, client, map[string]bool{"a": true})
	changes.next(t)
}

func TestAListenerMayUseAndCloseTheClient(t *testing.T) {
	settle(t)
	client := openText(t, sample)
	answers := make(chan bool, 10)
	var stop func()
	stop = client.OnChange(func(flagbit.Change) {
		answers <- client.Enabled("a", nil, false)
		stop()
		_ = client.Close()
	})
	load(t, client, map[string]bool{"a": true})
	equal(t, "the answer", <-answers, true)
	eventually(t, "the goroutine ends", func() bool { return running() == 0 })
}

func TestTheGoroutineEndsWithTheLastListener(t *testing.T) {
	settle(t)
	client := openText(t, sample)
	equal(t, "without listeners", running(), 0)
	_, stopFirst := listen(client)
	_, stopSecond := listen(client)
	eventually(t, "it runs", func() bool { return running() == 1 })
	stopFirst()
	stopSecond()
	eventually(t, "it ends", func() bool { return running() == 0 })
	changes, _ := listen(client)
	load(t, client, map[string]bool{"a": true})
	changes.next(t)
	_ = client.Close()
	eventually(t, "it ends with the client", func() bool { return running() == 0 })
}

func TestListenersThatAreNone(t *testing.T) {
	client := openText(t, "[]")
	for method, call := range map[string]func(){
		"OnChange":      func() { client.OnChange(nil) },
		"OnStateChange": func() { client.OnStateChange(nil) },
	} {
		func() {
			defer func() {
				if fault := fmt.Sprint(recover()); !strings.Contains(fault, method+" of a nil function") {
					t.Errorf("%s: %s", method, fault)
				}
			}()
			call()
		}()
	}
	var nobody *flagbit.Client
	nobody.OnChange(func(flagbit.Change) {})()
	nobody.OnStateChange(func(flagbit.Status) {})()
}

// The statuses that a listener is told, and its stop.
func listenToState(client *flagbit.Client) (chan flagbit.Status, func()) {
	statuses := make(chan flagbit.Status, 100)
	return statuses, client.OnStateChange(func(status flagbit.Status) { statuses <- status })
}

func nextState(t *testing.T, statuses chan flagbit.Status, expected flagbit.State) flagbit.Status {
	t.Helper()
	select {
	case status := <-statuses:
		equal(t, "the state", status.State, expected)
		return status
	case <-time.After(10 * time.Second):
		t.Fatalf("not told of %s", expected)
		return flagbit.Status{}
	}
}

func TestAListenerIsToldEachStateOnce(t *testing.T) {
	server := kit.NewStub(t, snapshot(on(true)))
	server.Tell(503)
	client := openURL(t, server.URL, flagbit.WithStaleAfter(1500*time.Millisecond), flagbit.WithPollInterval(time.Second),
		flagbit.WithBootstrap(snapshot(on(false))))
	statuses, stop := listenToState(client)
	equal(t, "at first", client.Status().State, flagbit.StateStale)
	server.Tell(200)
	if err := client.Refresh(t.Context()); err != nil {
		t.Error(err)
	}
	if status := nextState(t, statuses, flagbit.StateReady); status.LastError != "" || status.Flags != 1 {
		t.Errorf("%+v", status)
	}
	load := func(flag bool) { // A change of the flags is not a change of the state.
		server.Put(snapshot(on(flag)))
		must(client.Refresh(t.Context()))
	}
	load(false)
	load(true)
	server.Tell(503)
	nextState(t, statuses, flagbit.StateStale) // By time alone: nothing calls the client.
	server.Tell(200)
	nextState(t, statuses, flagbit.StateReady)
	late, _ := listenToState(client) // It does not hear of earlier changes.
	stop()
	server.Tell(503)
	nextState(t, late, flagbit.StateStale)
	_ = client.Close()
	settle(t)
	equal(t, "told after stop, or of the end", len(statuses)+len(late), 0)
}

func TestAListenerOfTheStateIsToldOfARefusal(t *testing.T) {
	server := kit.NewStub(t, snapshot(on(true)))
	server.Tell(0) // It hangs, so that there is no state yet.
	client := openURL(t, server.URL)
	server.Asked("/")
	statuses, _ := listenToState(client)
	server.Tell(401)
	server.Cut()
	if status := nextState(t, statuses, flagbit.StateError); !strings.Contains(status.LastError, "401") {
		t.Errorf("%+v", status)
	}
	server.Tell(200)
	_ = client.Refresh(t.Context())
	nextState(t, statuses, flagbit.StateReady)
}

func TestAListenerOfTheStateThatPanicsIsLogged(t *testing.T) {
	path, log := filepath.Join(t.TempDir(), "flags.json"), new(journal)
	client := open(t, flagbit.WithFile(path), flagbit.WithWatch(), flagbit.WithLogger(log.logger()))
	client.OnStateChange(func(flagbit.Status) { panic("on purpose") })
	statuses, _ := listenToState(client)
	write(t, path, "[]")
	nextState(t, statuses, flagbit.StateReady)
	if said := log.String(); !strings.Contains(said, "OnStateChange panicked") || !strings.Contains(said, `panic="on purpose"`) {
		t.Errorf("%s", said)
	}
}

func TestAClientIsCollected(t *testing.T) {
	settle(t)
	gone := make(chan struct{})
	func() {
		client := openAndForget(t)
		runtime.AddCleanup(client, func(gone chan struct{}) { close(gone) }, gone)
		listen(client)
		listenToState(client)
		_, err := client.Override(map[string]any{"a": true})
		must(err)
	}()
	eventually(t, "the client is collected", func() bool {
		runtime.GC()
		select {
		case <-gone:
			return true
		default:
			return false
		}
	})
	eventually(t, "its goroutine ends", func() bool { return running() == 0 })
}

// A client that the test does not close.
func openAndForget(t *testing.T) *flagbit.Client {
	client, err := flagbit.Open(t.Context(), flagbit.WithSnapshot("[]"))
	must(err)
	return client
}

// Ends as FailNow of a test does. The others are still told, also of later changes.
func TestAListenerThatEndsItsGoroutineEndsNobodyElse(t *testing.T) {
	var lines journal
	client := open(t, flagbit.WithSnapshot(sample), flagbit.WithLogger(lines.logger()))
	before, _ := listen(client)
	client.OnChange(func(flagbit.Change) { runtime.Goexit() })
	after, _ := listen(client)
	for index, on := range []bool{true, false, true} {
		load(t, client, map[string]bool{"a": on})
		if index > 0 {
			before.keys(t, "a")
			after.keys(t, "a")
		} else {
			before.next(t)
			after.next(t)
		}
		eventually(t, "it is logged", func() bool {
			return strings.Count(lines.String(), "a listener of OnChange called runtime.Goexit") == index+1
		})
	}
	must(client.Close())
	settle(t)
}
