package flagbitopenfeature

import (
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
	"github.com/open-feature/go-sdk/openfeature"
)

// EventChannel is where the SDK reads the provider's events.
func (p *Provider) EventChannel() <-chan openfeature.Event { return p.events }

// Tells the client's state where it is another than the SDK believes.
func (p *Provider) tellState() {
	p.lock.Lock()
	defer p.lock.Unlock()
	status := p.client.Status()
	p.stale.Store(status.State == flagbit.StateStale)
	if p.unsettled > 0 {
		return // The end of the settling tells.
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

// What a status is to OpenFeature: a state, and the event that leads to it. There is none where OpenFeature has no word for it
// but NOT_READY, which only the SDK says.
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

// Tells a change of the flags. It leaves the SDK's state as it is; before v1.20 of the SDK it made a stale provider READY.
func (p *Provider) tellChange(change flagbit.Change) {
	keys := change.Keys
	if change.All {
		keys = p.client.Flags()
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	// The first flags are no change: READY tells of them, or will.
	if !p.serves() || change.Generation <= p.first {
		return
	}
	p.send(openfeature.ProviderConfigChange, openfeature.ProviderEventDetails{FlagChanges: keys})
}

// Whether the SDK believes that there are flags. The lock is held.
func (p *Provider) serves() bool {
	return p.told == openfeature.ReadyState || p.told == openfeature.StaleState
}

// Sends an event. The lock is held, so that events come in the order of what they tell.
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
