package main

import (
	"time"

	"github.com/launchdarkly/go-sdk-common/v3/ldcontext"
	ld "github.com/launchdarkly/go-server-sdk/v7"
	"github.com/launchdarkly/go-server-sdk/v7/ldcomponents"
	"github.com/launchdarkly/go-server-sdk/v7/ldfiledata"
)

// launchdarklyCells: events are off, and flags come from the file.
func launchdarklyCells(path string, users []user) map[string]loop {
	client, err := ld.MakeCustomClient("none", ld.Config{
		DataSource: ldfiledata.DataSource().FilePaths(path),
		Events:     ldcomponents.NoEvents(),
		Logging:    ldcomponents.NoLogging(),
	}, 10*time.Second)
	must(err)
	// It takes no map, so the call builds the context from one.
	build := func(user map[string]string) ldcontext.Context {
		return ldcontext.NewBuilder(user["id"]).SetString("plan", user["plan"]).
			SetString("country", user["country"]).SetString("version", user["version"]).Build()
	}
	maps := each(users, attributes)
	contexts := each(maps, build)
	ask := func(key string, context ldcontext.Context) bool {
		on, _ := client.BoolVariation(key, context, false)
		return on
	}
	built := func(key string) loop {
		return count(contexts, func(context ldcontext.Context) bool { return ask(key, context) })
	}
	return map[string]loop{
		"dict":     count(maps, func(user map[string]string) bool { return ask("flag_0", build(user)) }),
		"prebuilt": built("flag_0"),
		"on":       built("plain_on"),
		"off":      built("plain_off"),
	}
}

// attributes is the map that a program has. A peer's own context is built from it.
func attributes(user user) map[string]string {
	return map[string]string{"id": user.ID, "plan": user.Plan, "country": user.Country, "version": user.Version}
}
