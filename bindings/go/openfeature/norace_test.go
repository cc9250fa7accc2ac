//go:build !race

package flagbitopenfeature_test

const raceEnabled = false
