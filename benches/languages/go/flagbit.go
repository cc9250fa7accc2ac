package main

import (
	"context"

	flagbit "github.com/flagbit/flagbit/bindings/go"
)

// flagbitCells: this repository's module.
func flagbitCells(path string, users []user) map[string]loop {
	client, err := flagbit.Open(context.Background(), flagbit.WithFile(path))
	must(err)
	maps := each(users, func(user user) flagbit.Attributes {
		return flagbit.Attributes{
			"user_id": user.ID, "plan": user.Plan, "country": user.Country, "version": user.Version,
		}
	})
	contexts := each(maps, flagbit.MustContext)
	built := func(key string) loop {
		return count(contexts, func(user *flagbit.Context) bool { return client.Enabled(key, user, false) })
	}
	return map[string]loop{
		"dict":     count(maps, func(user flagbit.Attributes) bool { return client.Enabled("flag_0", user, false) }),
		"prebuilt": built("flag_0"),
		"on":       built("plain_on"),
		"off":      built("plain_off"),
	}
}
