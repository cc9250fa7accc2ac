//go:build cgo

package flagbit

import (
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
)

// Change is the news that a listener gets.
type Change struct {
	// Keys are the flags that may have changed, sorted; empty if All is true.
	Keys []string
	// All tells whether any flag may have changed.
	All bool
	// Generation is the client's generation after the change.
	Generation uint64
}

// The listeners of a client, and the goroutine that calls them and follows the log.
type listening struct {
	lock sync.Mutex
	all  []*listener
	// True if the goroutine follows the log even without listeners.
	followed bool
	// The goroutine at work; nil if there is none.
	runner *int
}

type listener struct {
	// The method that registered the listener, for the log.
	method string
	// Finds the news since the last call, and returns the call that tells it; nil if there is no news.
	next    func() (call func())
	stopped atomic.Bool
}

// OnChange calls a function after each change of the flags, until stop is called.
//
// Quick changes may come as one call. One goroutine of the client calls all of its listeners, one after the other. It logs a
// listener's panic, and runtime.Goexit. A listener may call everything, Close and stop included. A call that has begun when stop
// is called goes on to its end. A listener that refers to the client keeps it from being collected until Close.
func (c *Client) OnChange(listener func(Change)) (stop func()) {
	if listener == nil {
		panic("flagbit: OnChange of a nil function")
	}
	if c == nil || c.core == nil {
		return func() {}
	}
	defer runtime.KeepAlive(c)
	core := c.core
	return core.listen("OnChange", func() func() func() {
		_, _, told := changesSince(core.handle, forever)
		return func() func() {
			keys, all, generation := changesSince(core.handle, told)
			told = generation
			if len(keys) == 0 && !all {
				return nil
			}
			return func() { listener(Change{Keys: keys, All: all, Generation: generation}) }
		}
	})
}

// OnStateChange calls a function with the client's status after each change of its state, such as from ready to stale, until
// stop is called. The listener is called when the state differs from the one it was told last, or at first from the one when it
// was registered. It does not hear of [StateClosed]. Everything else is as for [Client.OnChange].
func (c *Client) OnStateChange(listener func(Status)) (stop func()) {
	if listener == nil {
		panic("flagbit: OnStateChange of a nil function")
	}
	if c == nil || c.core == nil {
		return func() {}
	}
	defer runtime.KeepAlive(c)
	core := c.core
	return core.listen("OnStateChange", func() func() func() {
		told := statusOf(core.handle).State
		return func() func() {
			status := statusOf(core.handle)
			if status.State == told || status.State == StateClosed {
				return nil
			}
			told = status.State
			return func() { listener(status) }
		}
	})
}

// Adds a listener. Its news is counted from begin, which runs while the lock is held: an event after begin finds the listener.
func (c *core) listen(method string, begin func() (next func() (call func()))) (stop func()) {
	l := &c.listening
	l.lock.Lock()
	defer l.lock.Unlock()
	added := &listener{method: method, next: begin()}
	// A new list, since the goroutine reads the old one.
	l.all = append(slices.Clip(l.all), added)
	c.start()
	return func() {
		added.stopped.Store(true)
		l.lock.Lock()
		defer l.lock.Unlock()
		l.all = slices.DeleteFunc(slices.Clone(l.all), func(other *listener) bool { return other == added })
		if len(l.all) == 0 && !l.followed && l.runner != nil {
			l.runner = nil
			wake(c.handle)
		}
	}
}

// Follows the log, even without listeners.
func (c *core) follow() {
	c.listening.lock.Lock()
	defer c.listening.lock.Unlock()
	c.listening.followed = true
	c.start()
}

// Starts the goroutine unless there is one. The caller holds the lock.
func (c *core) start() {
	if c.listening.runner == nil {
		c.listening.runner = new(int)
		go c.run(c.listening.runner)
	}
}

func (c *core) run(self *int) {
	over := false
	// A listener that calls runtime.Goexit, as FailNow of a test does, ends this goroutine. Another one replaces it.
	defer func() {
		if !over {
			go c.run(self)
		}
	}()
	for event := uint64(0); ; {
		var code status
		event, code = waitForEvent(c.handle, event)
		c.drainLog()
		c.listening.lock.Lock()
		all, at := c.listening.all, c.listening.runner
		c.listening.lock.Unlock()
		if code != statusOK || at != self {
			over = true
			runtime.KeepAlive(c)
			return
		}
		for _, listener := range all {
			c.tell(listener)
		}
	}
}

func (c *core) tell(listener *listener) {
	call := listener.next()
	if call == nil || listener.stopped.Load() {
		return
	}
	returned := false
	defer func() {
		fault := recover()
		if returned {
			return
		}
		defer func() { _ = recover() }() // The logger may panic, too.
		stack := slog.String("stack", string(debug.Stack()))
		if fault == nil {
			c.log().Error("flagbit: a listener of "+listener.method+" called runtime.Goexit", stack)
		} else {
			c.log().Error("flagbit: a listener of "+listener.method+" panicked", slog.String("panic", fmt.Sprint(fault)), stack)
		}
	}()
	call()
	returned = true
}
