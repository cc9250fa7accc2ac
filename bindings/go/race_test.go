//go:build race

package flagbit

// RaceEnabled: see norace_test.go.
const RaceEnabled = true
