// Command languages PEER FOLDER: one evaluator of flags, measured when it is told to.
//
// Says first, as a line of JSON, its name and how many of the 1,000 users are on in each cell. Then answers each line
// "CELL MILLISECONDS" of standard input with nanoseconds an evaluation, sampled for that long.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"
)

// The library prepares a context at its 16th question, so all have been asked more often than that.
const warm = 20

type user struct{ ID, Plan, Country, Version string }

// loop asks for all users, and says how many are on.
type loop func() int

// peers are told the users and the path of their flags. A cell is named "dict", as in every language, for a map.
var peers = map[string]struct {
	name, module string
	cells        func(path string, users []user) map[string]loop
}{
	"flagbit":      {"FlagBit", "github.com/flagbit/flagbit/bindings/go", flagbitCells},
	"launchdarkly": {"launchdarkly/go-server-sdk", "github.com/launchdarkly/go-server-sdk/v7", launchdarklyCells},
	"growthbook":   {"growthbook-golang", "github.com/growthbook/growthbook-golang", growthbookCells},
	"statsig_go":   {"statsig-io/go-sdk", "github.com/statsig-io/go-sdk", statsigCells},
}

func sample(ask loop, users int, duration time.Duration) float64 {
	begin := time.Now()
	for passes := 1; ; passes++ {
		ask()
		if passed := time.Since(begin); passed >= duration {
			return float64(passed.Nanoseconds()) / float64(passes*users)
		}
	}
}

func main() {
	peer, folder := peers[os.Args[1]], os.Args[2]
	var users []user
	must(json.Unmarshal([]byte(text(filepath.Join(folder, "users.json"))), &users))
	cells := peer.cells(filepath.Join(folder, os.Args[1]+".json"), users)
	on := map[string]int{}
	for name, ask := range cells {
		for range warm {
			on[name] = ask()
		}
	}
	ready, err := json.Marshal(map[string]any{"name": peer.name + " " + version(peer.module), "on": on})
	must(err)
	fmt.Println(string(ready))
	var name string
	var milliseconds float64
	for {
		if _, err := fmt.Scanln(&name, &milliseconds); err != nil {
			return
		}
		duration := time.Duration(milliseconds * float64(time.Millisecond))
		sample(cells[name], len(users), duration/10) // fills the caches, which other programs have emptied
		fmt.Println(sample(cells[name], len(users), duration))
	}
}

// version is the one of a module that is linked in.
func version(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return strings.TrimPrefix(dependency.Version, "v")
		}
	}
	return "?"
}

// count asks for each of many; the compiler makes one of it for each peer.
func count[T any](items []T, ask func(T) bool) loop {
	return func() int {
		on := 0
		for _, item := range items {
			if ask(item) {
				on++
			}
		}
		return on
	}
}

func each[F, T any](items []F, build func(F) T) []T {
	all := make([]T, len(items))
	for i, item := range items {
		all[i] = build(item)
	}
	return all
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
