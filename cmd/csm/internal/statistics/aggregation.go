package statistics

import (
	"slices"
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
	regions map[Key][]*entry // those of entries that have a region, by the key without it
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
		regions: make(map[Key][]*entry),
		other:   &entry{series: Series{Other: true}},
	}
	a.errors.free.Store(int64(l.Errors))
	a.sweepAt.Store(int64(sweepPause(l.Idle)))
	return a
}

// Add counts an event, and gives what it counts the call or the attempt as. It
// keeps nothing of it.
func (a *Aggregation) Add(e *csm.Event) Result {
	now := time.Now()
	a.sweepIfDue(now)
	key := keyOf(e)
	anyRegion := tellsNoRegion(e)
	for {
		if r, added := a.entryOf(key, anyRegion).add(e, now, &a.errors); added {
			return r
		} // it left since it was looked up
	}
}

// tellsNoRegion tells whether an event is a call of an old Java SDK, which has no
// region although its attempts have one. Of other SDKs, neither has one then.
func tellsNoRegion(e *csm.Event) bool {
	if e.Type != csm.APICall || e.Region != "" || e.UserAgent != "" || e.AttemptCount.Or(0) == 0 {
		return false
	}
	f, failed := FailureOf(e)
	return !failed && f.Status == 0
}

// entryOf is the entry of a key, a new one if there is room, else the other one. A
// key of any region has the entry of the one that is known, if only one is.
func (a *Aggregation) entryOf(key Key, anyRegion bool) *entry {
	a.mu.RLock()
	n, full := a.lookUp(key, anyRegion), len(a.entries) >= a.limits.Series
	a.mu.RUnlock()
	switch {
	case n != nil:
		return n
	case full:
		return a.other
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if n := a.lookUp(key, anyRegion); n != nil {
		return n
	}
	if len(a.entries) >= a.limits.Series {
		return a.other
	}
	key = key.clone()
	n = &entry{series: Series{Key: key}}
	a.entries[key] = n
	if key.Region != "" {
		anywhere := key.anywhere()
		a.regions[anywhere] = append(a.regions[anywhere], n)
	}
	return n
}

// lookUp is the entry of a key, or nil.
func (a *Aggregation) lookUp(key Key, anyRegion bool) *entry {
	if anyRegion {
		if known := a.regions[key]; len(known) == 1 {
			return known[0]
		}
	}
	return a.entries[key]
}

// remove takes an entry out of the maps.
func (a *Aggregation) remove(n *entry) {
	key := n.series.Key
	delete(a.entries, key)
	anywhere := key.anywhere()
	rest := slices.DeleteFunc(a.regions[anywhere], func(other *entry) bool { return other == n })
	if len(rest) > 0 {
		a.regions[anywhere] = rest
	} else {
		delete(a.regions, anywhere)
	}
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
