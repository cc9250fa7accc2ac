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

// Change is what a listener is told.
type Change struct {
	// Keys are the flags that may have changed, sorted; empty where All is true.
	Keys []string
	// All is whether any flag may have changed.
	All bool
	// Generation is the one that the client has reached.
	Generation uint64
}

// The listeners of a client, and the goroutine that tells them and follows the log.
type listening struct {
	lock sync.Mutex
	all  []*listener
	// Whether the log is followed also without listeners.
	followed bool
	// The goroutine that is at work; nil for none.
	runner *int
}

type listener struct {
	// The method that it was given to, for the log.
	method string
	// Asks what is new since it was asked last, and gives the call that tells of it; nil where there is nothing to tell.
	next    func() (call func())
	stopped atomic.Bool
}

// OnChange calls a function after each change of the flags, until stop is called.
//
// Changes that come quickly may be told together. All listeners of a client are called on one goroutine of its own, one after
// the other; a panic of theirs is logged, and so is runtime.Goexit. A listener may call everything, Close and stop too. A call that has already begun
// when stop is called goes on to its end. A listener that refers to the client keeps it from being collected until Close.
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
// stop is called. The listener is told when the state is another than it was told of last, at first another than when it was
// given; not of [StateClosed]. All else is as for [Client.OnChange].
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

// Adds a listener. What there is to tell is counted from begin, which is called with the lock held: an event after it finds
// the listener.
func (c *core) listen(method string, begin func() (next func() (call func()))) (stop func()) {
	l := &c.listening
	l.lock.Lock()
	defer l.lock.Unlock()
	added := &listener{method: method, next: begin()}
	// A list of its own, since the goroutine reads the old one.
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

// Follows the log, also without listeners.
func (c *core) follow() {
	c.listening.lock.Lock()
	defer c.listening.lock.Unlock()
	c.listening.followed = true
	c.start()
}

// Starts the goroutine where there is none. The lock is held.
func (c *core) start() {
	if c.listening.runner == nil {
		c.listening.runner = new(int)
		go c.run(c.listening.runner)
	}
}

func (c *core) run(self *int) {
	over := false
	// A listener that calls runtime.Goexit, as FailNow of a test does, ends this goroutine. Another goes on.
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
		defer func() { _ = recover() }() // A logger that panics, too.
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
