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
	// StateInitializing: there are no flags yet.
	StateInitializing State = "initializing"
	// StateReady: the client serves flags.
	StateReady State = "ready"
	// StateStale: the client serves flags, but without contact to the server for a while, or as yet.
	StateStale State = "stale"
	// StateError: the client has nothing to serve, and the file cannot be read or the server refuses.
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
	return State(stateName(state)) // This is a state of a later library.
}

// Status is a client's state at one moment, with its details.
type Status struct {
	// State is one of the State constants.
	State State
	// Revision is the revision of the snapshot in force; empty if the snapshot states none.
	Revision string
	// Source describes the source of the flags in words.
	Source string
	// Flags is the number of flags in force, including those set aside.
	Flags int
	// FlagsSetAside is the number of flags that cannot be read; [Client.Warnings] tells why.
	FlagsSetAside int
	// LastError tells why the last read of the source failed; empty if it succeeded.
	LastError string
	// LastSuccess is when the source was last read successfully; zero for never.
	LastSuccess time.Time
	// ConsecutiveFailures is how many reads have failed since LastSuccess.
	ConsecutiveFailures int
	// UnsupportedValues counts the attributes with values that no rule can match in all evaluations.
	UnsupportedValues uint64
	// Generation counts the changes of the flags in force; 0 before the first.
	Generation uint64
}

// Status returns the client's state.
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
