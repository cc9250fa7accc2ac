// Command openfeature FOLDER [ROUNDS MILLISECONDS] measures one boolean call with a context through OpenFeature's client, over
// FlagBit's provider, the providers of others, and the SDK's own providers, which do nothing.
//
// FOLDER is what benches/languages/workload.py writes. In each round each provider takes one sample, so that a bad minute of
// the machine falls on all. Prints a line of JSON for each: its name, the median and the least in nanoseconds a call, bytes and
// allocations, and how many of the 1,000 users are on.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/open-feature/go-sdk/openfeature"
	"github.com/open-feature/go-sdk/openfeature/isolated"
)

// The flag has two rules on attributes and a percentage.
const flag = "flag_0"

type user struct{ ID, Plan, Country, Version string }

// peer is a provider, and how its name is shown.
type peer struct {
	name, module string
	provider     openfeature.FeatureProvider
}

type contender struct {
	name    string
	client  *openfeature.Client
	samples []float64
}

func main() {
	folder, rounds, milliseconds := os.Args[1], 12, 10
	if len(os.Args) > 3 {
		rounds, milliseconds = number(os.Args[2]), number(os.Args[3])
	}
	var users []user
	must(json.Unmarshal([]byte(text(filepath.Join(folder, "users.json"))), &users))
	contexts := make([]openfeature.EvaluationContext, len(users))
	for i, user := range users {
		contexts[i] = openfeature.NewEvaluationContext(user.ID, map[string]any{
			"plan": user.Plan, "country": user.Country, "version": user.Version,
		})
	}
	var contenders []*contender
	for _, peer := range peers(folder) {
		contenders = append(contenders, start(peer))
	}
	duration := time.Duration(milliseconds) * time.Millisecond
	for range rounds {
		for _, one := range contenders {
			one.ask(contexts, duration/10) // fills the caches, which the others have emptied
			one.samples = append(one.samples, one.ask(contexts, duration))
		}
	}
	for _, one := range contenders {
		bytes, allocations := one.heap(contexts)
		slices.Sort(one.samples)
		line, err := json.Marshal(map[string]any{
			"name": one.name, "ns": round(one.samples[len(one.samples)/2]), "least": round(one.samples[0]),
			"bytes": bytes, "allocations": allocations, "on": one.pass(contexts),
		})
		must(err)
		fmt.Println(string(line))
	}
}

// start makes a program of its own for each provider: an API.
func start(peer peer) *contender {
	api := isolated.NewAPI()
	must(api.SetProviderAndWait(context.Background(), peer.provider))
	return &contender{name: strings.TrimSpace(peer.name + " " + version(peer.module)), client: api.NewClient()}
}

// pass asks for all users, and says how many are on.
func (c *contender) pass(contexts []openfeature.EvaluationContext) (on int) {
	ctx := context.Background()
	for _, who := range contexts {
		if c.client.Boolean(ctx, flag, false, who) {
			on++
		}
	}
	return on
}

// ask returns the nanoseconds of a call, sampled for a while.
func (c *contender) ask(contexts []openfeature.EvaluationContext, duration time.Duration) float64 {
	begin := time.Now()
	for passes := 1; ; passes++ {
		c.pass(contexts)
		if passed := time.Since(begin); passed >= duration {
			return float64(passed.Nanoseconds()) / float64(passes*len(contexts))
		}
	}
}

// heap returns the bytes and the allocations of a call.
func (c *contender) heap(contexts []openfeature.EvaluationContext) (bytes, allocations uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	c.pass(contexts)
	runtime.ReadMemStats(&after)
	calls := uint64(len(contexts))
	return (after.TotalAlloc - before.TotalAlloc) / calls, (after.Mallocs - before.Mallocs) / calls
}

// version is the one of a module that is linked in.
func version(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return strings.TrimPrefix(dependency.Version, "v")
		}
	}
	return ""
}

func round(value float64) float64 { return float64(int(value*10+0.5)) / 10 }

func number(text string) int {
	read, err := strconv.Atoi(text)
	must(err)
	return read
}

func text(path string) string {
	all, err := os.ReadFile(path)
	must(err)
	return string(all)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
