//go:build !race

package flagbit

// RaceEnabled: the detector takes memory of its own, and has pools forget things on purpose.
const RaceEnabled = false
