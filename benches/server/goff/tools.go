//go:build tools

// Package peers names the server that FlagBit's is measured against.
package peers

import _ "github.com/thomaspoignant/go-feature-flag/cmd/relayproxy"
