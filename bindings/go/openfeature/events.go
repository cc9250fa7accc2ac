package flagbitopenfeature

import (
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
	"github.com/open-feature/go-sdk/openfeature"
)

// EventChannel returns the channel from which the SDK reads the provider's events.
func (p *Provider) EventChannel() <-chan openfeature.Event { return p.events }

// Tells the client's state if the SDK believes in another.
func (p *Provider) tellState() {
	p.lock.Lock()
	defer p.lock.Unlock()
	status := p.client.Status()
	p.stale.Store(status.State == flagbit.StateStale)
	if p.unsettled > 0 {
		return // The end of the settling tells the state.
	}
	state, event, details := p.stateOf(status)
	if state == p.told || event == "" {
		return
	}
	if !p.serves() {
		p.first = status.Generation
	}
	p.told = state
	p.send(event, details)
}

// Returns OpenFeature's state for a status, and the event that leads to it. OpenFeature may have no event, but only NOT_READY,
// which the SDK alone says.
func (p *Provider) stateOf(status flagbit.Status) (
	state openfeature.State, event openfeature.EventType, details openfeature.ProviderEventDetails,
) {
	switch status.State {
	case flagbit.StateReady:
		return openfeature.ReadyState, openfeature.ProviderReady, openfeature.ProviderEventDetails{Message: "flags are served"}
	case flagbit.StateStale:
		return openfeature.StaleState, openfeature.ProviderStale, openfeature.ProviderEventDetails{Message: withoutContact(status)}
	case flagbit.StateError:
		details.ErrorCode, details.Message = openfeature.ProviderFatalCode, status.LastError
		return openfeature.FatalState, openfeature.ProviderError, details
	}
	return "", "", details
}

func withoutContact(status flagbit.Status) string {
	switch {
	case status.LastError != "":
		return status.LastError
	case status.LastSuccess.IsZero():
		return "no contact yet"
	}
	return "no contact since " + status.LastSuccess.Format(time.RFC3339)
}

// Tells the SDK of changed flags. The SDK's state stays; before v1.20 of the SDK, this event made a stale provider READY.
func (p *Provider) tellChange(change flagbit.Change) {
	keys := change.Keys
	if change.All {
		keys = p.client.Flags()
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	// The first flags are not a change: READY announces them.
	if !p.serves() || change.Generation <= p.first {
		return
	}
	p.send(openfeature.ProviderConfigChange, openfeature.ProviderEventDetails{FlagChanges: keys})
}

// Returns whether the SDK believes that there are flags. The caller holds the lock.
func (p *Provider) serves() bool {
	return p.told == openfeature.ReadyState || p.told == openfeature.StaleState
}

// Sends an event. The caller holds the lock, so that events arrive in the order of what happened.
func (p *Provider) send(event openfeature.EventType, details openfeature.ProviderEventDetails) {
	select {
	case <-p.ending: // The channel may be closed.
		return
	default:
	}
	select {
	case p.events <- openfeature.Event{ProviderName: p.Metadata().Name, EventType: event, ProviderEventDetails: details}:
	case <-p.ending:
	}
}
