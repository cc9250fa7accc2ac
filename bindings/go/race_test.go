//go:build race

package flagbit

// RaceEnabled is documented in norace_test.go.
const RaceEnabled = true
