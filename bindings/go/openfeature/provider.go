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
// It may be bound to several domains, which share its client then.
type Provider struct {
	client       *flagbit.Client
	readyTimeout time.Duration

	// Whether what serves is without contact, for the reasons of evaluations.
	stale     atomic.Bool
	revisions atomic.Pointer[boxedRevision]

	events chan openfeature.Event
	// Closed by the shutdown, for those who wait to send.
	ending   chan struct{}
	shutdown sync.Once

	lock sync.Mutex
	// What the SDK believes: from its own READY or ERROR, or from what it was told by an event.
	told openfeature.State
	// The generation of the flags that the latest READY told of.
	first uint64
	// How many initializations are under way, or so recently over that the SDK may not have said so yet.
	unsettled int
	// Ends the listeners; nil before there are any.
	stop func()
}

// Option is an option of [NewProvider].
type Option func(*Provider)

// WithReadyTimeout is how long the initialization waits for flags; 10 s unless set. A deadline of the context that the
// provider is set with counts instead.
func WithReadyTimeout(timeout time.Duration) Option {
	return func(p *Provider) { p.readyTimeout = timeout }
}

// NewProvider makes a provider of an open client, which it owns from here on: the provider's shutdown closes it.
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

// Client is the provider's client: for Override, Status and Explain.
func (p *Provider) Client() *flagbit.Client { return p.client }

// Metadata names the provider.
func (p *Provider) Metadata() openfeature.Metadata { return openfeature.Metadata{Name: "FlagBit"} }

// Hooks are none.
func (p *Provider) Hooks() []openfeature.Hook { return nil }

// Format writes whose provider this is, for every verb of package fmt.
func (p *Provider) Format(state fmt.State, _ rune) {
	fmt.Fprintf(state, "flagbitopenfeature.Provider of %v", p.client)
}
