//go:build cgo

package flagbit

import (
	"runtime"
	"time"
)

// State is the state of a client.
type State string

// The states of a client.
const (
	// StateInitializing: no flags yet.
	StateInitializing State = "initializing"
	// StateReady: serving flags.
	StateReady State = "ready"
	// StateStale: serving flags, but the server was not reached for a while, or not yet.
	StateStale State = "stale"
	// StateError: nothing to serve, and the file cannot be read or the server refuses.
	StateError State = "error"
	// StateClosed: every evaluation gives the caller's default.
	StateClosed State = "closed"
)

var states = map[int32]State{
	stateInitializing: StateInitializing,
	stateReady:        StateReady,
	stateStale:        StateStale,
	stateError:        StateError,
	stateClosed:       StateClosed,
}

func stateOf(state int32) State {
	if known, found := states[state]; found {
		return known
	}
	return State(stateName(state)) // A state of a later library.
}

// Status is what a client knows of itself at one moment.
type Status struct {
	// State is one of the State constants.
	State State
	// Revision is what the snapshot in force states; empty where it states none.
	Revision string
	// Source is where the flags come from, in words.
	Source string
	// Flags is how many flags are in force, those set aside included.
	Flags int
	// FlagsSetAside is how many flags cannot be read; [Client.Warnings] tells why.
	FlagsSetAside int
	// LastError is why the source was not read the last time; empty after it was.
	LastError string
	// LastSuccess is when the source was last read well; zero for never.
	LastSuccess time.Time
	// ConsecutiveFailures is how many reads failed since then.
	ConsecutiveFailures int
	// UnsupportedValues is how many attributes evaluations saw that no rule can match.
	UnsupportedValues uint64
	// Generation counts the changes of the flags in force; 0 before the first.
	Generation uint64
}

// Status tells how the client is doing.
func (c *Client) Status() Status {
	defer runtime.KeepAlive(c)
	c.drainLog()
	return statusOf(c.native())
}

func statusOf(client *nativeClient) Status {
	report, block, code := reportOf(client)
	if code != statusOK {
		return Status{State: StateClosed, LastError: statusMessage(code)}
	}
	status := Status{
		State:               stateOf(int32(report.state)),
		Revision:            textIn(block, report.revision),
		Source:              textIn(block, report.source),
		Flags:               int(report.flags),
		FlagsSetAside:       int(report.flags_set_aside),
		LastError:           textIn(block, report.last_error),
		ConsecutiveFailures: int(report.consecutive_failures),
		UnsupportedValues:   uint64(report.unsupported_values),
		Generation:          uint64(report.generation),
	}
	if report.last_success_ms >= 0 {
		status.LastSuccess = time.UnixMilli(int64(report.last_success_ms)).UTC()
	}
	return status
}
