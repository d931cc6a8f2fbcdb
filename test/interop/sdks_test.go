//go:build interop

package interop

import (
	"sync"
	"testing"
)

// sightings are what was sent, by sender and scenario.
type sightings struct {
	mu   sync.Mutex
	sent map[[2]string][]datagram
}

func newSightings() *sightings { return &sightings{sent: make(map[[2]string][]datagram)} }

func (s *sightings) add(sender, scenario string, sent []datagram) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent[[2]string{sender, scenario}] = sent
}

func checkTables(t *testing.T, all []sender, seen *sightings) {}
