package flagbit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
)

// The repository, whose header and vectors the tests read.
const repository = "../../"

// A flag that is always on, one by a plan, one that is off, and one that is set aside.
const sample = `{"revision": "r1", "flags": [
	{"key": "always", "enabled": true, "default_enabled": true},
	{"key": "pro", "enabled": true, "rules": [{"attribute": "plan", "operator": "eq", "value": "pro"}]},
	{"key": "off", "enabled": false, "default_enabled": true},
	{"key": "broken", "enabled": true, "rules": [{"operator": "percent", "value": 101}]}
]}`

// The snapshot of boolean flags.
func snapshot(flags map[string]bool) string {
	type flag struct {
		Enabled bool `json:"enabled"`
		Default bool `json:"default_enabled"`
	}
	all := map[string]flag{}
	for key, on := range flags {
		all[key] = flag{true, on}
	}
	text, err := json.Marshal(map[string]any{"flags": all})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// A log that tests read while it is written.
type journal struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.lock.Lock()
	defer j.lock.Unlock()
	return j.text.Write(line)
}

func (j *journal) String() string {
	j.lock.Lock()
	defer j.lock.Unlock()
	return j.text.String()
}

func (j *journal) logger() *slog.Logger { return slog.New(slog.NewTextHandler(j, nil)) }

// A client that the test's end closes. It logs into a journal that nobody reads, unless an option names another logger.
func open(t testing.TB, options ...flagbit.Option) *flagbit.Client {
	t.Helper()
	options = append([]flagbit.Option{flagbit.WithLogger(new(journal).logger())}, options...)
	client, err := flagbit.Open(context.Background(), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func openText(t testing.TB, text string) *flagbit.Client {
	t.Helper()
	return open(t, flagbit.WithSnapshot(text))
}

func newContext(t testing.TB, attributes flagbit.Attributes) *flagbit.Context {
	t.Helper()
	made, err := flagbit.NewContext(attributes)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// A context with so many evaluations that the library has prepared it.
func newPrepared(t testing.TB, attributes flagbit.Attributes) *flagbit.Context {
	t.Helper()
	made := newContext(t, attributes)
	var nobody *flagbit.Client
	for range 20 {
		nobody.Enabled("", made, false)
	}
	return made
}

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for begin := time.Now(); time.Since(begin) < 10*time.Second; time.Sleep(5 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not in 10 s: %s", what)
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t testing.TB, what string, found, expected T) {
	t.Helper()
	if found != expected {
		t.Errorf("%s: %v, expected %v", what, found, expected)
	}
}
