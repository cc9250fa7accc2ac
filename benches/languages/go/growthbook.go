package main

import (
	"context"

	growthbook "github.com/growthbook/growthbook-golang"
)

// growthbookCells: its context is a child client, which is made of a map; no callback is set.
func growthbookCells(path string, users []user) map[string]loop {
	background := context.Background()
	client, err := growthbook.NewClient(background, growthbook.WithJsonFeatures(text(path)))
	must(err)
	maps := each(users, func(user user) growthbook.Attributes {
		return growthbook.Attributes{
			"id": user.ID, "plan": user.Plan, "country": user.Country, "version": user.Version,
		}
	})
	build := func(user growthbook.Attributes) *growthbook.Client {
		child, err := client.WithAttributes(user)
		must(err)
		return child
	}
	children := each(maps, build)
	built := func(key string) loop {
		return count(children, func(child *growthbook.Client) bool { return child.EvalFeature(background, key).On })
	}
	return map[string]loop{
		"dict": count(maps, func(user growthbook.Attributes) bool {
			return build(user).EvalFeature(background, "flag_0").On
		}),
		"prebuilt": built("flag_0"),
		"on":       built("plain_on"),
		"off":      built("plain_off"),
	}
}
