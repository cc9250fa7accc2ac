//go:build race

package flagbitopenfeature_test

const raceEnabled = true
