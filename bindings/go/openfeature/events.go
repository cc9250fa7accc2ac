package flagbitopenfeature

import (
	"context"
	"errors"
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
		state, details.ErrorCode = openfeature.ErrorState, openfeature.GeneralCode
		if p.isRefused() {
			state, details.ErrorCode = openfeature.FatalState, openfeature.ProviderFatalCode
		}
		details.Message = status.LastError
		return state, openfeature.ProviderError, details
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

// Whether a server refuses, and not only a file is missing, which may still come.
func (p *Provider) isRefused() bool {
	return errors.Is(p.client.WaitUntilReady(noTime), flagbit.ErrRefused)
}

var noTime = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// Tells a change of the flags. It leaves the SDK's state as it is; before v1.20 of the SDK it made a stale provider READY.
func (p *Provider) tellChange(change flagbit.Change) {
	keys := change.Keys
	if change.All {
		keys = p.client.Flags()
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	p.send(openfeature.ProviderConfigChange, openfeature.ProviderEventDetails{FlagChanges: keys})
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
