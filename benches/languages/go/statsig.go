package main

import (
	statsig "github.com/statsig-io/go-sdk"
)

// statsigCells: exposures are not logged, and nothing is fetched.
func statsigCells(path string, users []user) map[string]loop {
	client := statsig.NewClientWithOptions("secret-none", &statsig.Options{
		LocalMode:       true,
		BootstrapValues: text(path),
	})
	// It takes no map, so the call builds the user from one.
	build := func(user map[string]string) statsig.User {
		return statsig.User{
			UserID:  user["id"],
			Country: user["country"],
			Custom:  map[string]any{"plan": user["plan"], "version": user["version"]},
		}
	}
	maps := each(users, attributes)
	built := each(maps, build)
	ask := func(key string) loop {
		return count(built, func(user statsig.User) bool {
			return client.CheckGateWithExposureLoggingDisabled(user, key)
		})
	}
	return map[string]loop{
		"dict": count(maps, func(user map[string]string) bool {
			return client.CheckGateWithExposureLoggingDisabled(build(user), "flag_0")
		}),
		"prebuilt": ask("flag_0"),
		"on":       ask("plain_on"),
		"off":      ask("plain_off"),
	}
}
