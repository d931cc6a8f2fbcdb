//go:build race

package csm

const raceEnabled = true
