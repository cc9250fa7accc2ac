//go:build cgo

package flagbit

import (
	"fmt"
	"runtime"
	"strings"
)

// Format writes what the client is and how it does, for every verb of package fmt. Keys and contexts are not in it.
func (c *Client) Format(state fmt.State, _ rune) {
	if c == nil || c.core == nil {
		fmt.Fprint(state, "flagbit.Client (none)")
		return
	}
	fmt.Fprintf(state, "flagbit.Client (%v)", statusOf(c.handle))
	runtime.KeepAlive(c)
}

// Format writes that this is a context, for every verb of package fmt. The attributes are not in it.
func (c *Context) Format(state fmt.State, _ rune) {
	fmt.Fprint(state, "flagbit.Context")
}

// String is the status in one line.
func (s Status) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s, %d flags", s.Source, s.State, s.Flags)
	if s.FlagsSetAside > 0 {
		fmt.Fprintf(&text, ", %d of them set aside", s.FlagsSetAside)
	}
	if s.LastError != "" {
		fmt.Fprintf(&text, "; last error: %s", s.LastError)
	}
	return text.String()
}

// String is the evaluation in one line: the key, the value and the reason, or the error.
func (e Evaluation) String() string {
	value := e.Value
	if integer, found := e.integer.text(); found {
		value = integer
	}
	switch {
	case e.ErrorCode != "":
		return fmt.Sprintf("%q: %s: %s", e.FlagKey, e.ErrorCode, e.ErrorMessage)
	case e.RuleIndex >= 0:
		return fmt.Sprintf("%q: %v (variant %q, %s, rule %d)", e.FlagKey, value, e.Variant, e.Reason, e.RuleIndex)
	}
	return fmt.Sprintf("%q: %v (variant %q, %s)", e.FlagKey, value, e.Variant, e.Reason)
}
