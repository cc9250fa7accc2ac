package flagbitopenfeature

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
	"github.com/open-feature/go-sdk/openfeature"
)

var (
	_ openfeature.FeatureProvider          = (*Provider)(nil)
	_ openfeature.EventHandler             = (*Provider)(nil)
	_ openfeature.ContextAwareStateHandler = (*Provider)(nil)
)

// Provider answers OpenFeature's questions with a client of FlagBit. [NewProvider] makes one.
//
// You may bind it to several domains, which then share its client.
type Provider struct {
	client       *flagbit.Client
	readyTimeout time.Duration

	// True if the flags are served without contact to the server, for the reasons of evaluations.
	stale     atomic.Bool
	revisions atomic.Pointer[boxedRevision]

	events chan openfeature.Event
	// Closed by the shutdown, to end blocked senders.
	ending   chan struct{}
	shutdown sync.Once

	lock sync.Mutex
	// The state that the SDK believes in: from its own READY or ERROR, or from an event.
	told openfeature.State
	// The generation of the flags that the last READY announced.
	first uint64
	// How many initializations are under way, or ended so recently that the SDK may not have announced them yet.
	unsettled int
	// Ends the listeners; nil before there are any.
	stop func()
}

// Option is an option of [NewProvider].
type Option func(*Provider)

// WithReadyTimeout limits how long the initialization waits for flags; 10 s by default. A deadline of the context that the
// provider is set with counts instead.
func WithReadyTimeout(timeout time.Duration) Option {
	return func(p *Provider) { p.readyTimeout = timeout }
}

// NewProvider makes a provider of an open client. The provider owns the client from here on, and its shutdown closes it.
func NewProvider(client *flagbit.Client, options ...Option) *Provider {
	provider := &Provider{
		client:       client,
		readyTimeout: 10 * time.Second,
		events:       make(chan openfeature.Event, 8),
		ending:       make(chan struct{}),
		told:         openfeature.NotReadyState,
	}
	for _, option := range options {
		option(provider)
	}
	return provider
}

// Client returns the provider's client, for Override, Status and Explain.
func (p *Provider) Client() *flagbit.Client { return p.client }

// Metadata returns the provider's name.
func (p *Provider) Metadata() openfeature.Metadata { return openfeature.Metadata{Name: "FlagBit"} }

// Hooks returns no hooks.
func (p *Provider) Hooks() []openfeature.Hook { return nil }

// Format writes the provider's name, for every verb of package fmt.
func (p *Provider) Format(state fmt.State, _ rune) {
	fmt.Fprintf(state, "flagbitopenfeature.Provider of %v", p.client)
}
