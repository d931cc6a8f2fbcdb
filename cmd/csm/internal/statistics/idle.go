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

// sweep lets the series leave that have been idle for long enough.
func (a *Aggregation) sweep(now time.Time) {
	if a.limits.Idle <= 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for key, n := range a.entries {
		if errors, left := n.leave(now.Add(-a.limits.Idle)); left {
			delete(a.entries, key)
			a.expired.Add(1)
			a.errors.give(errors)
		}
	}
}

// leave marks an entry as gone if its last event came before the given time, and
// tells how many errors it had.
func (n *entry) leave(before time.Time) (errors int, left bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.series.LastSeen.IsZero() || n.series.LastSeen.After(before) { // new, or in use
		return 0, false
	}
	n.gone = true
	return len(n.errors), true
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
