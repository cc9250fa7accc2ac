package flagbit_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
)

// How long the stress takes: FLAGBIT_STRESS_SECONDS, else a moment.
func stressTime() time.Duration {
	if seconds, err := strconv.ParseFloat(os.Getenv("FLAGBIT_STRESS_SECONDS"), 64); err == nil {
		return time.Duration(seconds * float64(time.Second))
	}
	return time.Second
}

// The memory of the process in MiB, the library's included.
func resident(t *testing.T) float64 {
	runtime.GC()
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("only Linux tells the memory of a process so")
	}
	pages, err := strconv.ParseFloat(strings.Fields(string(data))[1], 64)
	must(err)
	return pages * float64(os.Getpagesize()) / (1 << 20)
}

// A snapshot whose revision tells the answer of all of its flags.
func state(on bool) string {
	return fmt.Sprintf(`{"revision": "%[1]v", "flags": [
		{"key": "a", "enabled": true, "default_enabled": %[1]v},
		{"key": "b", "enabled": true, "rules": [
			{"conditions": [{"attribute": "plan", "operator": "eq", "value": "pro"}], "value": %[1]v}]},
		{"key": "text", "enabled": true, "variants": {"true": "is true", "false": "is false"}, "default": "%[1]v"}]}`, on)
}

// Many goroutines evaluate in every way while snapshots are swapped; each answer is of one snapshot, and the memory stays.
func TestStress(t *testing.T) {
	goroutines := 10_000
	client := openText(t, state(true))
	user := newContext(t, flagbit.Attributes{"plan": "pro", "user_id": "usr_1"})
	var stop atomic.Bool
	var count, told atomic.Int64
	client.OnChange(func(flagbit.Change) { told.Add(1) })
	evaluate := func(number int) {
		who := flagbit.AnyContext(user)
		if number%2 == 0 {
			who = flagbit.Attributes{"plan": "pro", "user_id": "usr_" + strconv.Itoa(number)}
		}
		switch number % 5 {
		case 0, 1:
			client.Enabled("a", who, false)
		case 2:
			if found := client.Evaluate("b", who, nil); found.Revision != fmt.Sprint(found.Enabled) {
				t.Errorf("%+v", found)
			}
		case 3:
			if found := client.Evaluate("text", who, nil); found.Value != "is "+found.Revision {
				t.Errorf("%+v", found)
			}
		case 4:
			if text := client.String("text", who, ""); !strings.HasPrefix(text, "is ") {
				t.Errorf("%q", text)
			}
		}
		if number%1000 == 7 {
			all := client.EvaluateAll(who)
			if all["a"].Enabled != all["b"].Enabled || all["text"].Value != "is "+all["b"].Revision {
				t.Errorf("%+v", all)
			}
			client.Enabled("a", newPrepared(t, flagbit.Attributes{"plan": "pro", "number": number}), false)
		}
	}
	var all sync.WaitGroup
	for number := range goroutines {
		all.Add(1)
		go func() {
			defer all.Done()
			for !stop.Load() {
				evaluate(number)
				count.Add(1)
				runtime.Gosched()
			}
		}()
	}
	swaps := 0
	run := func(length time.Duration) {
		for begin := time.Now(); time.Since(begin) < length; swaps++ {
			must(client.LoadSnapshot(state(swaps%2 == 0)))
			if swaps%10 == 0 {
				end, err := client.Override(map[string]any{"c": true})
				must(err)
				end()
			}
			time.Sleep(time.Millisecond)
		}
	}
	run(stressTime() / 3)
	before := resident(t)
	run(stressTime() * 2 / 3)
	after := resident(t)
	stop.Store(true)
	all.Wait()
	t.Logf("%d goroutines, %d evaluations, %d swaps, %d told; memory %.1f MiB, then %.1f MiB",
		goroutines, count.Load(), swaps, told.Load(), before, after)
	if count.Load() < int64(goroutines) || told.Load() == 0 {
		t.Errorf("%d evaluations, told %d times", count.Load(), told.Load())
	}
	if after > before*1.1+8 && !flagbit.RaceEnabled {
		t.Errorf("the memory grew from %.1f MiB to %.1f MiB", before, after)
	}
}

// Clients are opened, used, closed or forgotten, by many at once.
func TestClosingBesideEvaluations(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "flags.json")
	user := newContext(t, flagbit.Attributes{"plan": "pro"})
	for number := range 200 {
		options := []flagbit.Option{flagbit.WithSnapshot(state(true))}
		if number%2 == 0 {
			options = []flagbit.Option{flagbit.WithFile(missing), flagbit.WithWatch()}
		}
		client, err := flagbit.Open(t.Context(), append(options, flagbit.WithLogger(new(journal).logger()))...)
		must(err)
		client.OnChange(func(flagbit.Change) {})
		var all sync.WaitGroup
		for range 4 {
			all.Add(1)
			go func() {
				defer all.Done()
				for range 20 {
					client.Enabled("a", flagbit.Attributes{"n": 1}, false)
					client.Evaluate("text", user, nil)
					client.EvaluateAll(user)
					client.Status()
				}
			}()
		}
		if number%4 < 2 {
			_ = client.Close()
		}
		all.Wait()
	}
}

// Memory that the collector does not see is freed with the objects that it sees.
func TestContextsAndClientsLeaveNoMemory(t *testing.T) {
	churn := func(count int) {
		for number := range count {
			attributes := flagbit.Attributes{"plan": "pro", "user_id": strconv.Itoa(number), "text": strings.Repeat("x", 200)}
			if number%2 == 0 {
				newContext(t, attributes)
			} else {
				newPrepared(t, attributes)
			}
			if number%50 == 0 {
				client, err := flagbit.Open(t.Context(), flagbit.WithSnapshot(typed))
				must(err)
				client.Enabled("on", nil, false)
				if number%100 == 0 {
					_ = client.Close()
				}
			}
		}
	}
	churn(20_000)
	before := resident(t)
	churn(60_000)
	after := resident(t)
	t.Logf("memory %.1f MiB, then %.1f MiB", before, after)
	if after > before*1.2+16 && !flagbit.RaceEnabled {
		t.Errorf("the memory grew from %.1f MiB to %.1f MiB", before, after)
	}
}

// A client and a context whose last use is a call live until it returns, however often the collector runs.
func TestNothingIsCollectedDuringACall(t *testing.T) {
	var stop atomic.Bool
	var all sync.WaitGroup
	for range 2 {
		all.Add(1)
		go func() {
			defer all.Done()
			for !stop.Load() {
				runtime.GC()
			}
		}()
	}
	// Long enough for the collector to come round: many flags, each with a search in a long text.
	flags := make([]string, 500)
	for i := range flags {
		flags[i] = fmt.Sprintf(`{"key": "%d", "enabled": true, "rules": [
			{"attribute": "a", "operator": "matches", "value": "z[a-z]*z$"}]}`, i)
	}
	text := "[" + strings.Join(flags, ",") + "]"
	long := strings.Repeat("a", 500) + "zz"
	for range int(50 * min(stressTime().Seconds(), 10)) {
		client, err := flagbit.Open(t.Context(), flagbit.WithSnapshot(text))
		must(err)
		for key, found := range client.EvaluateAll(newPrepared(t, flagbit.Attributes{"a": long})) {
			if !found.Enabled {
				t.Fatalf("something was collected during a call: %s: %+v", key, found)
			}
		}
	}
	stop.Store(true)
	all.Wait()
}

// The stack of a goroutine may grow, and then the runtime looks through it, in the middle of any call. The library's empty lists
// have invalid addresses, which must never be in a variable of Go.
func TestStacksMayGrowAnywhere(t *testing.T) {
	empty, some := openText(t, "[]"), openText(t, sample)
	var all sync.WaitGroup
	for depth := range 300 {
		all.Add(1)
		go func() {
			defer all.Done()
			deeper(depth, func() {
				for _, client := range []*flagbit.Client{empty, some} {
					client.Flags()
					client.Warnings()
					client.EvaluateAll(nil)
					client.Status()
					client.Evaluate("a", nil, false)
					client.Explain("a", nil)
					client.OnChange(func(flagbit.Change) {})()
				}
				_, _ = flagbit.NewContext(flagbit.Attributes{"a": make(chan int)})
			})
		}()
	}
	all.Wait()
}

//go:noinline
func deeper(depth int, call func()) {
	if depth > 0 {
		deeper(depth-1, call)
	} else {
		call()
	}
}
