package statistics

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-csm/csm"
)

// Limits bound the room that an [Aggregation] takes. What would go beyond them is
// counted together, in a series or an error that is marked as Other. The zero
// value means the defaults.
type Limits struct {
	Series int // 10,000 by default
	Errors int // 10,000 by default

	// Idle is after how long without an event a series leaves, and its errors with
	// it. If it comes again it begins anew. Zero means that none leaves.
	Idle time.Duration
}

const (
	defaultSeries = 10_000
	defaultErrors = 10_000
)

// An Aggregation counts events. Its methods can be called from any goroutine.
// Make one with [New].
type Aggregation struct {
	limits Limits
	began  time.Time

	// mu guards the map. Each entry has a lock of its own, which is taken after mu
	// or without it, so that an event waits for no more than the copy of one series.
	mu      sync.RWMutex
	entries map[Key]*entry
	other   *entry

	errors  room
	expired atomic.Uint64
	sweepAt atomic.Int64 // when to look for idle series again, since began; 0 is never
}

// New makes an aggregation without events.
func New(l Limits) *Aggregation {
	if l.Series <= 0 {
		l.Series = defaultSeries
	}
	if l.Errors <= 0 {
		l.Errors = defaultErrors
	}
	a := &Aggregation{
		limits:  l,
		began:   time.Now(),
		entries: make(map[Key]*entry),
		other:   &entry{series: Series{Other: true}},
	}
	a.errors.free.Store(int64(l.Errors))
	a.sweepAt.Store(int64(sweepPause(l.Idle)))
	return a
}

// Add counts an event. It keeps nothing of it.
func (a *Aggregation) Add(e *csm.Event) {
	now := time.Now()
	a.sweepIfDue(now)
	key := keyOf(e)
	for !a.entryOf(key).add(e, now, &a.errors) {
		continue // it left since it was looked up
	}
}

// entryOf is the entry of a key, a new one if there is room, else the other one.
func (a *Aggregation) entryOf(key Key) *entry {
	a.mu.RLock()
	n, full := a.entries[key], len(a.entries) >= a.limits.Series
	a.mu.RUnlock()
	switch {
	case n != nil:
		return n
	case full:
		return a.other
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if n := a.entries[key]; n != nil {
		return n
	}
	if len(a.entries) >= a.limits.Series {
		return a.other
	}
	key = key.clone()
	n = &entry{series: Series{Key: key}}
	a.entries[key] = n
	return n
}

// Snapshot is what was counted so far. Each series and its errors are of one
// moment; those of two series can be of two, while events are added.
func (a *Aggregation) Snapshot() Snapshot {
	now := time.Now()
	a.sweep(now)
	a.mu.RLock()
	entries := make([]*entry, 0, len(a.entries)+1)
	for _, n := range a.entries {
		entries = append(entries, n)
	}
	a.mu.RUnlock()
	s := Snapshot{
		Began:   a.began,
		Taken:   now,
		Series:  make([]Series, 0, len(entries)+1),
		Expired: a.expired.Load(),
	}
	other := Error{Other: true}
	for _, n := range append(entries, a.other) {
		n.copyTo(&s, &other)
	}
	if other.Attempts+other.Calls > 0 {
		s.Errors = append(s.Errors, other)
	}
	return s
}

// copyTo adds what an entry has counted to a snapshot, and the errors that found
// no room to others.
func (n *entry) copyTo(s *Snapshot, others *Error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.series.Calls+n.series.Attempts > 0 {
		s.Series = append(s.Series, n.series.clone())
	}
	for _, e := range n.errors {
		s.Errors = append(s.Errors, *e)
	}
	if n.otherErrors != nil {
		others.merge(n.otherErrors)
	}
}
