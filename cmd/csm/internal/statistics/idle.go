package statistics

import (
	"sync/atomic"
	"time"
)

// sweepPause is how long series that are idle can stay, while nobody looks.
func sweepPause(idle time.Duration) time.Duration { return max(idle/4, 0) }

// sweepIfDue lets idle series leave, at most once in a while.
func (a *Aggregation) sweepIfDue(now time.Time) {
	due := a.sweepAt.Load()
	since := int64(now.Sub(a.began))
	if due == 0 || since < due || !a.sweepAt.CompareAndSwap(due, since+int64(sweepPause(a.limits.Idle))) {
		return
	}
	a.sweep(now)
}

// sweep lets the series leave that have been idle for long enough. Events wait for
// it only while some do leave.
func (a *Aggregation) sweep(now time.Time) {
	if a.limits.Idle <= 0 {
		return
	}
	before := now.Add(-a.limits.Idle)
	var idle []*entry
	a.mu.RLock()
	for _, n := range a.entries {
		if n.idle(before) {
			idle = append(idle, n)
		}
	}
	a.mu.RUnlock()
	if len(idle) == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, n := range idle {
		if errors, left := n.leave(before); left {
			a.remove(n)
			a.expired.Add(1)
			a.errors.give(errors)
		}
	}
}

// idle tells whether the last event came at the given time or before.
func (n *entry) idle(before time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.isIdle(before)
}

// leave marks an entry as gone if it is still idle, and tells how many errors it
// had.
func (n *entry) leave(before time.Time) (errors int, left bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.gone || !n.isIdle(before) {
		return 0, false
	}
	n.gone = true
	return len(n.errors), true
}

// isIdle is idle with the lock held. An entry that has counted nothing yet is
// about to.
func (n *entry) isIdle(before time.Time) bool {
	return !n.series.LastSeen.IsZero() && !n.series.LastSeen.After(before)
}

// A room is how many errors there may still be, in all series together.
type room struct{ free atomic.Int64 }

// take takes the room of one error, unless there is none.
func (r *room) take() bool {
	for {
		free := r.free.Load()
		if free <= 0 {
			return false
		}
		if r.free.CompareAndSwap(free, free-1) {
			return true
		}
	}
}

func (r *room) give(n int) { r.free.Add(int64(n)) }
