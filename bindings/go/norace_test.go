//go:build !race

package flagbit

// RaceEnabled tells whether the race detector is on. It takes memory, and makes pools forget entries on purpose.
const RaceEnabled = false
