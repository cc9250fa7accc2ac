package flagbitopenfeature_test

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	flagbit "github.com/flagbit/flagbit/bindings/go"
	flagbitopenfeature "github.com/flagbit/flagbit/bindings/go/openfeature"
	"github.com/open-feature/go-sdk/openfeature"
)

// The code that docs/openfeature/go.md shows, so that it compiles. The test compares the two.

func documentedStart(ctx context.Context) error {
	client, err := flagbit.Open(ctx, flagbit.WithURL("http://127.0.0.1:8080"),
		flagbit.WithServerKey(os.Getenv("FLAGBIT_SERVER_KEY")), flagbit.WithCachePath("flags.cache"))
	if err != nil {
		return err
	}
	if err := openfeature.SetProviderAndWait(flagbitopenfeature.NewProvider(client)); err != nil {
		return err
	}
	defer openfeature.Shutdown()
	return nil
}

func TestADocumentedTest(t *testing.T) {
	t.Cleanup(openfeature.Shutdown)
	flags := flagbit.ForTesting(t, map[string]any{"premium-feature": true, "theme": "dark"})
	if err := openfeature.SetNamedProviderAndWait(t.Name(), flagbitopenfeature.NewProvider(flags)); err != nil {
		t.Fatal(err)
	}
	client := openfeature.NewClient(t.Name())
	equal(t, "theme", client.String(t.Context(), "theme", "", nobody), "dark")
	provider := flagbitopenfeature.NewProvider(flags)
	end, err := provider.Client().Override(map[string]any{"premium-feature": true})
	must(err)
	end()
}

func TestTheDocumentShowsWhatCompiles(t *testing.T) {
	_ = documentedStart
	plain := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	compiled, shown := plain(content("docs_test.go")), content("../../../docs/openfeature/go.md")
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(shown, -1)
	equal(t, "blocks", len(blocks), 3)
	for _, block := range blocks {
		if !strings.Contains(compiled, plain(block[1])) {
			t.Errorf("not compiled:\n%s", block[1])
		}
	}
}
