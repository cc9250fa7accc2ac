//go:build cgo

package flagbit

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// The waits of a client. A goroutine that waits in the library holds a thread until the library returns, even when nobody waits
// any more. So one goroutine waits for all.
type waiting struct {
	lock sync.Mutex
	// The wait for flags; nil while nobody waits.
	ready *wait
	// The refresh that begins after the present one: it sees all changes before the call.
	next       *wait
	refreshing bool
}

// One wait that many goroutines share.
type wait struct {
	// Closed at the end, when err is set.
	done chan struct{}
	err  error
	// The longest timeout of a waiting goroutine, in milliseconds.
	longest uint64
	// How many goroutines wait. The lock guards it.
	waiters int
}

// Waits for the end, or until the context is done.
func (w *wait) until(ctx context.Context) error {
	select {
	case <-w.done:
		return w.err
	case <-ctx.Done():
	}
	select { // Both may be ready.
	case <-w.done:
		return w.err
	default:
		return ctx.Err()
	}
}

func (w *wait) end(err error) {
	w.err = err
	close(w.done)
}

// Refreshes, or takes part in the next refresh if one is under way. The error may be the context's.
func (c *core) refresh(ctx context.Context) error {
	timeout := uint64(forever)
	if deadline, found := ctx.Deadline(); found {
		timeout = uint64(max(0, time.Until(deadline).Milliseconds()+1))
	}
	all := &c.waiting
	all.lock.Lock()
	if all.next == nil {
		all.next = &wait{done: make(chan struct{})}
	}
	joined := all.next
	joined.longest = max(joined.longest, timeout)
	if !all.refreshing {
		all.refreshing = true
		go c.refreshAll()
	}
	all.lock.Unlock()
	return joined.until(ctx)
}

// Refreshes until no goroutine asks for it.
func (c *core) refreshAll() {
	all := &c.waiting
	for {
		all.lock.Lock()
		next := all.next
		all.next, all.refreshing = nil, next != nil
		all.lock.Unlock()
		if next == nil {
			return
		}
		next.end(refreshNative(c.handle, next.longest))
		runtime.KeepAlive(c)
	}
}

// How long the goroutine that waits for flags may outlive its callers.
const waitSlice = 100 * time.Millisecond

// Waits for flags. The error may be the context's.
func (c *core) waitForFlags(ctx context.Context) error {
	all := &c.waiting
	all.lock.Lock()
	if all.ready == nil {
		all.ready = &wait{done: make(chan struct{})}
		go c.waitForAll(all.ready)
	}
	joined := all.ready
	joined.waiters++
	all.lock.Unlock()
	defer func() {
		all.lock.Lock()
		joined.waiters--
		all.lock.Unlock()
	}()
	return joined.until(ctx)
}

// Waits for flags until no goroutine waits any more.
func (c *core) waitForAll(joined *wait) {
	all := &c.waiting
	for {
		code := waitUntilReady(c.handle, uint64(waitSlice/time.Millisecond))
		all.lock.Lock()
		over := code != statusTimeout || joined.waiters == 0
		if over {
			all.ready = nil
		}
		all.lock.Unlock()
		if over {
			joined.end(failure(code, nil))
			runtime.KeepAlive(c)
			return
		}
	}
}
