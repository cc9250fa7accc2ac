//go:build cgo

package flagbit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
)

// Client answers whether a feature is on for a user, from flags in memory. [Open] makes one.
//
// All methods may be called from any number of goroutines at once, Close included. A nil or zero Client gives the
// defaults. A client that is not closed is closed when the garbage collector frees it.
type Client struct {
	_      noCopy
	handle *nativeClient
	core   *core
}

// The state that a client shares with its listeners. It never refers to the Client, so the Client can be collected.
type core struct {
	handle   *nativeClient
	logger   *slog.Logger
	variants variants
	revision atomic.Pointer[revision]
	// True after the log was asked for unsupported attributes. The library reports them once.
	unsupportedNoted atomic.Bool
	listening        listening
	waiting          waiting
}

// Open opens a client. It reads the text or the file once, and never waits for a network: see [Client.WaitUntilReady]. The
// context limits the opening alone.
//
// The errors are [ErrSnapshot], [ErrFile] (neither with [WithWatch]: see [Client.Status]), [ErrLibrary], and an *[Error] for
// options that contradict each other.
func Open(ctx context.Context, options ...Option) (*Client, error) {
	if err := checkLibrary(); err != nil {
		return nil, err
	}
	var config config
	for _, option := range options {
		if option != nil {
			option(&config)
		}
	}
	if config.err != nil {
		return nil, config.err
	}
	type opened struct {
		client *Client
		err    error
	}
	found, err := during(ctx, func() opened {
		handle, err := openNative(config.settings)
		if err != nil {
			return opened{nil, err}
		}
		client := newClient(handle, &config)
		if err := ctx.Err(); err != nil { // Nobody waits for it any more.
			_ = client.Close()
			return opened{nil, fmt.Errorf("flagbit: opening: %w", err)}
		}
		return opened{client, nil}
	})
	if err != nil {
		return nil, fmt.Errorf("flagbit: opening: %w", err)
	}
	return found.client, found.err
}

func newClient(handle *nativeClient, config *config) *Client {
	core := &core{handle: handle, logger: config.logger}
	client := &Client{handle: handle, core: core}
	// A safety net for callers that forget Close: the first cleanup ends the listeners, the last to refer to the second's client.
	runtime.AddCleanup(client, (*nativeCore).close, (*nativeCore)(core))
	runtime.AddCleanup(core, freeClient, handle)
	core.drainLog()
	if config.background {
		core.follow()
	}
	return client
}

type nativeCore core

func (c *nativeCore) close() {
	closeNative(c.handle)
	runtime.KeepAlive(c)
}

// Makes a call that may take long, and waits until the context is done. The call then goes on to its end unheard.
func during[T any](ctx context.Context, call func() T) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	if ctx.Done() == nil {
		return call(), nil
	}
	result := make(chan T, 1)
	go func() { result <- call() }()
	select {
	case found := <-result:
		return found, nil
	case <-ctx.Done():
	}
	select { // Both may be ready.
	case found := <-result:
		return found, nil
	default:
		return none, ctx.Err()
	}
}

// Returns the client's handle, or NULL. The library answers NULL with the default or an error.
func (c *Client) native() *nativeClient {
	if c == nil {
		return nil
	}
	return c.handle
}

// Passes the library's log lines on, if there is a client.
func (c *Client) drainLog() {
	if c != nil && c.core != nil {
		c.core.drainLog()
	}
	runtime.KeepAlive(c)
}

// Close closes the client: from here on evaluations give the default, and waiting calls return. Close returns nil at once, and
// may be called more than once. You need not close a client at the end of a process.
func (c *Client) Close() error {
	closeNative(c.native())
	c.drainLog()
	return nil
}

// LoadSnapshot puts another snapshot in force, in a client of [WithSnapshot]. Evaluations see the old one or the new one.
//
// The errors are [ErrSnapshot], after which the old snapshot stays in force; [ErrClosed]; an *[Error] for a client of another
// source.
func (c *Client) LoadSnapshot(snapshot string) error {
	err := loadNative(c.native(), snapshot)
	c.drainLog()
	return err
}

// Refresh fetches the flags now, or reads the client's file; it does nothing for a snapshot in memory. On an error the old
// flags stay in force. A fetch goes on in the background when ctx is done. Calls during a fetch share the next one.
//
// The errors are [ErrSnapshot], [ErrFile], [ErrRefused], [ErrUnavailable], [ErrClosed], and those of ctx.
func (c *Client) Refresh(ctx context.Context) error {
	if c == nil || c.core == nil {
		return failure(statusNullArgument, nil)
	}
	err := ctx.Err()
	if err == nil {
		err = c.core.refresh(ctx)
	}
	runtime.KeepAlive(c)
	c.drainLog()
	if err != nil && err == ctx.Err() {
		return fmt.Errorf("flagbit: refreshing: %w", err)
	}
	return err
}

// WaitUntilReady waits until there are flags. The errors are [ErrClosed], those of ctx, and, at once, [ErrRefused] if there is
// nothing to serve and the server refuses the key or the address.
func (c *Client) WaitUntilReady(ctx context.Context) error {
	if c == nil || c.core == nil {
		return failure(statusNullArgument, nil)
	}
	code := waitUntilReady(c.handle, 0)
	err := failure(code, nil)
	if code == statusTimeout {
		err = ctx.Err()
		if err == nil {
			err = c.core.waitForFlags(ctx)
		}
	}
	runtime.KeepAlive(c)
	c.drainLog()
	last := c.Status().LastError
	switch {
	case errors.Is(err, ErrRefused) && last != "":
		return newError(statusRefused, last)
	case err == nil || err != ctx.Err():
		return err
	case last != "":
		return fmt.Errorf("flagbit: waiting until ready: %w (%s)", err, last)
	}
	return fmt.Errorf("flagbit: waiting until ready: %w", err)
}

// Flags returns the keys of the flags in force, sorted, including those set aside.
func (c *Client) Flags() []string {
	defer runtime.KeepAlive(c)
	return flagKeys(c.native())
}

// Warnings returns what is wrong with the flags that are set aside: the place and the reason of each.
func (c *Client) Warnings() []string {
	defer runtime.KeepAlive(c)
	return warningTexts(c.native())
}

// Override gives everybody the same answers, in all goroutines, instead of the snapshot's, until end is called:
//
//	end, err := client.Override(map[string]any{"premium-feature": true, "theme": "dark"})
//
// A bool answers for a boolean flag; a string, a number, a map, a slice or a struct answers for a typed one. If a flag has
// several overrides, the latest wins. Override is meant for tests. The errors are [ErrSnapshot] and [ErrClosed].
func (c *Client) Override(values map[string]any) (end func(), err error) {
	text, err := valuesJSON(values)
	if err != nil {
		return func() {}, err
	}
	id, err := startOverride(c.native(), text)
	if err != nil {
		return func() {}, err
	}
	return sync.OnceFunc(func() {
		endOverride(c.handle, id)
		runtime.KeepAlive(c)
	}), nil
}

// TB is the part of [testing.TB] that [ForTesting] needs.
type TB interface {
	Helper()
	Fatalf(format string, arguments ...any)
	Cleanup(func())
}

// ForTesting returns a client of flags with fixed answers, for tests: see [Client.Override]. The test's end closes the client.
func ForTesting(t TB, values map[string]any) *Client {
	t.Helper()
	client, err := Open(context.Background(), WithValues(values))
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}
