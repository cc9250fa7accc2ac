package main

import (
	"context"
	"path/filepath"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
	flagbitopenfeature "github.com/flagbit/flagbit/bindings/go/openfeature"
	ld "github.com/launchdarkly/go-server-sdk/v7"
	"github.com/launchdarkly/go-server-sdk/v7/ldcomponents"
	"github.com/launchdarkly/go-server-sdk/v7/ldfiledata"
	flagd "github.com/open-feature/go-sdk-contrib/providers/flagd/pkg"
	launchdarkly "github.com/open-feature/go-sdk-contrib/providers/launchdarkly/pkg"
	"github.com/open-feature/go-sdk/openfeature"
	"github.com/open-feature/go-sdk/openfeature/memprovider"
)

// peers take their flags from files, and send nothing to anybody.
func peers(folder string) []peer {
	const contrib = "github.com/open-feature/go-sdk-contrib/providers/"
	const sdk = "github.com/open-feature/go-sdk"
	path := func(name string) string { return filepath.Join(folder, name+".json") }

	client, err := flagbit.Open(context.Background(), flagbit.WithFile(path("flagbit")))
	must(err)
	inProcess, err := flagd.NewProvider(flagd.WithFileResolver(), flagd.WithOfflineFilePath(path("flagd")))
	must(err)
	darkly, err := ld.MakeCustomClient("none", ld.Config{
		DataSource: ldfiledata.DataSource().FilePaths(path("launchdarkly")),
		Events:     ldcomponents.NoEvents(),
		Logging:    ldcomponents.NoLogging(),
	}, 10*time.Second)
	must(err)
	return []peer{
		{"the SDK with NoopProvider", sdk, openfeature.NoopProvider{}},
		{"the SDK with InMemoryProvider", sdk, memprovider.NewInMemoryProvider(map[string]memprovider.InMemoryFlag{flag: {
			Key: flag, State: memprovider.Enabled, DefaultVariant: "on", Variants: map[string]any{"on": true, "off": false},
		}})},
		{"FlagBit", "github.com/flagbit/flagbit/bindings/go/openfeature", flagbitopenfeature.NewProvider(client)},
		{"flagd, in process", contrib + "flagd", inProcess},
		{"LaunchDarkly", contrib + "launchdarkly", launchdarkly.NewProvider(darkly)},
	}
}
