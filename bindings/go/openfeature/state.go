package flagbitopenfeature

import (
	"context"
	"errors"
	"fmt"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
	"github.com/open-feature/go-sdk/openfeature"
)

// settling is how long after an initialization the provider tells no state. The SDK itself says READY or ERROR right after
// InitWithContext has returned, and announces that to nobody. It would undo an event of ours that came before: a provider that
// serves from a cache would stay READY. Evaluations say STALE from the beginning.
const settling = 100 * time.Millisecond

// Init is InitWithContext without a deadline.
func (p *Provider) Init(who openfeature.EvaluationContext) error {
	return p.InitWithContext(context.Background(), who)
}

// InitWithContext waits until there are flags: for the ready timeout, or until the context's deadline. It fails with
// PROVIDER_FATAL if the server refuses the key or the address, or a watched file cannot be read. Flags that come later still
// bring READY.
func (p *Provider) InitWithContext(ctx context.Context, _ openfeature.EvaluationContext) error {
	p.lock.Lock()
	p.unsettled++
	p.lock.Unlock()

	state, err := p.waitForFlags(ctx)

	p.lock.Lock()
	p.told = state
	p.listen()
	p.lock.Unlock()
	p.tellState() // Only evaluations hear of it, since the SDK has not settled.
	time.AfterFunc(settling, func() {
		p.lock.Lock()
		p.unsettled--
		p.lock.Unlock()
		p.tellState()
	})
	return err
}

// Waits for flags, and returns the state and the error that the SDK derives from the outcome.
func (p *Provider) waitForFlags(ctx context.Context) (openfeature.State, error) {
	if _, limited := ctx.Deadline(); !limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, p.readyTimeout)
		defer cancel()
	}
	begin := time.Now()
	err := p.client.WaitUntilReady(ctx)
	status := p.client.Status()
	last := status.LastError
	switch {
	case err == nil:
		return openfeature.ReadyState, nil
	case errors.Is(err, context.Canceled):
		return openfeature.ErrorState, err
	case errors.Is(err, context.DeadlineExceeded) && status.State != flagbit.StateError:
		if last == "" {
			last = "the source has not answered"
		}
		message := fmt.Sprintf("no flags in %v: %s", time.Since(begin).Round(time.Millisecond), last)
		return openfeature.ErrorState, fmt.Errorf("%w: %w", initError(openfeature.GeneralCode, message), context.DeadlineExceeded)
	case errors.Is(err, flagbit.ErrClosed):
		return openfeature.FatalState, initError(openfeature.ProviderFatalCode, "the client is closed: make another")
	}
	return openfeature.FatalState, initError(openfeature.ProviderFatalCode, last) // The server refuses, or the file cannot be read.
}

func initError(code openfeature.ErrorCode, message string) error {
	return &openfeature.ProviderInitError{ErrorCode: code, Message: message}
}

// Starts to listen, once. It waits for the end of the initialization, so that the first flags are not a change. The caller
// holds the lock.
func (p *Provider) listen() {
	if p.stop != nil {
		return
	}
	endStates := p.client.OnStateChange(func(flagbit.Status) { p.tellState() })
	endChanges := p.client.OnChange(p.tellChange)
	p.stop = func() {
		endStates()
		endChanges()
	}
}

// Shutdown is ShutdownWithContext.
func (p *Provider) Shutdown() { _ = p.ShutdownWithContext(context.Background()) }

// ShutdownWithContext closes the client; from then on evaluations find PROVIDER_NOT_READY. It returns nil at once,
// and may be called more than once.
func (p *Provider) ShutdownWithContext(context.Context) error {
	p.shutdown.Do(func() {
		close(p.ending)
		_ = p.client.Close()
		p.lock.Lock()
		defer p.lock.Unlock()
		if p.stop != nil {
			p.stop()
		}
		// Ends the SDK's goroutine that reads the channel, even if the SDK forgets to.
		close(p.events)
	})
	return nil
}
