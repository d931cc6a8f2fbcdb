//go:build linux

package soak

import (
	"testing"

	"github.com/go-csm/csm/test/realagent"
)

// A sample is how much an agent takes.
type sample struct{ goroutines, descriptors, memory float64 }

func sampleOf(m realagent.Metrics) sample {
	return sample{m["go_goroutines"], m["process_open_fds"], m["process_resident_memory_bytes"]}
}

// growth is how much an agent took while it lived.
type growth []sample

// check holds that the agent took about as much in the second half of its life as it
// did in the first, at most.
func (g growth) check(t *testing.T) {
	t.Helper()
	if len(g) < 2 {
		t.Fatalf("%d samples are too few", len(g))
	}
	first, second := g[:len(g)/2].most(), g[len(g)/2:].most()
	const few, some = 30, 16 << 20 // connections of the readers, and what the collector of garbage leaves
	if second.goroutines > first.goroutines+few || second.descriptors > first.descriptors+few ||
		second.memory > 1.25*first.memory+some || second.goroutines == 0 || second.descriptors == 0 || second.memory == 0 {
		t.Errorf("in the first half of its life the agent took at most %+v, in the second %+v", first, second)
	}
	t.Logf("first half of a life: %+v; second half: %+v", first, second)
}

// most is the most of each.
func (g growth) most() (m sample) {
	for _, s := range g {
		m.goroutines = max(m.goroutines, s.goroutines)
		m.descriptors = max(m.descriptors, s.descriptors)
		m.memory = max(m.memory, s.memory)
	}
	return m
}
