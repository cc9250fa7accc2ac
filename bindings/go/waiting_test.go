package flagbit_test

import (
	"context"
	"errors"
	"net"
	"runtime/pprof"
	"sync"
	"testing"
	"time"

	flagbit "github.com/flagbit/flagbit/bindings/go"
)

// A server that takes connections and never answers.
func silentServer(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	t.Cleanup(func() { _ = listener.Close() })
	return "http://" + listener.Addr().String()
}

func threads() int { return pprof.Lookup("threadcreate").Count() }

func run(all *sync.WaitGroup, work func()) {
	all.Add(1)
	go func() {
		defer all.Done()
		work()
	}()
}

// Calls something with each of many contexts, which are cancelled all together.
func cancelMany(t *testing.T, many int, call func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for range many {
		run(&all, func() {
			if err := call(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("the error is %v", err)
			}
		})
	}
	time.Sleep(100 * time.Millisecond)
	cancel()
	all.Wait()
}

func TestManyWhoWaitHoldOneThread(t *testing.T) {
	const many = 400
	client := open(t, flagbit.WithURL(silentServer(t)), flagbit.WithServerKey("fbsrv_x"))
	before := threads()
	for range 3 {
		cancelMany(t, many, client.Refresh)
		cancelMany(t, many, client.WaitUntilReady)
	}
	if held := threads() - before; held > many/10 {
		t.Errorf("%d waits started %d threads", many, held)
	}
}

// A caller during a refresh gets the next one, and each waits no longer than its context allows.
func TestARefreshIsShared(t *testing.T) {
	client := open(t, flagbit.WithURL(silentServer(t)), flagbit.WithServerKey("fbsrv_x"), flagbit.WithTimeout(time.Second))
	var all sync.WaitGroup
	for index := range 20 {
		run(&all, func() {
			within := time.Duration(index+1) * 20 * time.Millisecond
			ctx, cancel := context.WithTimeout(context.Background(), within)
			defer cancel()
			begin := time.Now()
			if err := client.Refresh(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the error is %v", err)
			}
			if waited := time.Since(begin); waited < within-5*time.Millisecond || waited > within+5*time.Second {
				t.Errorf("it waited for %v, not %v", waited, within)
			}
		})
	}
	all.Wait()
	if err := client.Refresh(context.Background()); !errors.Is(err, flagbit.ErrUnavailable) {
		t.Errorf("the error is %v", err)
	}
	must(client.Close())
	if err := client.Refresh(context.Background()); !errors.Is(err, flagbit.ErrClosed) {
		t.Errorf("the error is %v", err)
	}
	if err := client.WaitUntilReady(context.Background()); !errors.Is(err, flagbit.ErrClosed) {
		t.Errorf("the error is %v", err)
	}
}

func TestClosingEndsEveryWait(t *testing.T) {
	client := open(t, flagbit.WithURL(silentServer(t)), flagbit.WithServerKey("fbsrv_x"))
	var all sync.WaitGroup
	for range 10 {
		run(&all, func() {
			if err := client.WaitUntilReady(context.Background()); !errors.Is(err, flagbit.ErrClosed) {
				t.Errorf("the error is %v", err)
			}
		})
		run(&all, func() {
			if err := client.Refresh(context.Background()); !errors.Is(err, flagbit.ErrClosed) {
				t.Errorf("the error is %v", err)
			}
		})
	}
	time.Sleep(50 * time.Millisecond)
	must(client.Close())
	all.Wait()
}
