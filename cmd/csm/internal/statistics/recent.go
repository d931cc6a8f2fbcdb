package statistics

import (
	"slices"

	"github.com/go-csm/csm"
)

const (
	// maxRecent is how many attempts are kept until their call comes. SDKs make up
	// to ten, unless they are told to make more.
	maxRecent = 16

	// clockSlack is how much two times of one sender can be off, in milliseconds:
	// it may read one clock for when an attempt began, and another for how long it
	// took.
	clockSlack = 1
)

// recentAttempts are the attempts of one key whose call has not come yet. A call
// whose sender does not tell how it ended came to what its last attempt came to,
// if it is certain which that is.
type recentAttempts struct {
	attempts []pastAttempt // in the order in which they came, which is that in which they ended

	// unsure is set while attempts may be those of a call that came already, and
	// times do not show it.
	unsure bool

	// forgotten is when the last attempt began that found no room any more.
	forgotten int64
}

// A pastAttempt is what there is to know of an attempt when its call comes.
type pastAttempt struct {
	began   int64 // in milliseconds since 1970, or 0 if that is not known
	ended   int64 // as far as known, otherwise as began
	result  Result
	failure *Error // where it was counted; nil if it did not fail
}

// add keeps an attempt.
func (r *recentAttempts) add(e *csm.Event, result Result, failure *Error) {
	a := pastAttempt{result: result, failure: failure}
	if !e.Timestamp.IsZero() {
		a.began = e.Timestamp.UnixMilli()
		a.ended = a.began + within(e.AttemptLatency)
	}
	if len(r.attempts) == maxRecent {
		r.forgotten = max(r.forgotten, r.attempts[0].began)
		r.unsure = r.unsure || r.attempts[0].began == 0
		r.attempts = slices.Delete(r.attempts, 0, 1)
	}
	r.attempts = append(r.attempts, a)
}

// settle gives the last attempt of a call that has ended, if the attempts kept
// tell for certain: those that began within the call's time are as many as it
// made, one after the other, and only the last may have succeeded. Those of a call
// that is told are no other's. Those that began before may be of a call around it
// that still runs.
func (r *recentAttempts) settle(call *csm.Event) (last pastAttempt, told bool) {
	count, known := call.AttemptCount.Get()
	if known && count == 0 {
		return pastAttempt{}, false
	}
	began, ended := int64(0), int64(0)
	if _, known := call.Latency.Get(); known && !call.Timestamp.IsZero() {
		began = call.Timestamp.UnixMilli()
		ended = began + within(call.Latency) + clockSlack
	}
	timed := began > 0
	var own, rest [maxRecent]pastAttempt
	candidates, others := own[:0], rest[:0]
	for _, a := range r.attempts {
		switch {
		case began == 0 || a.began == 0:
			timed = false
			candidates = append(candidates, a)
		case began <= a.began && a.began <= ended:
			candidates = append(candidates, a)
		default:
			others = append(others, a)
		}
	}
	whole := known && int64(len(candidates)) == count && oneAfterTheOther(candidates)
	if whole || !timed {
		r.attempts = append(r.attempts[:0], others...)
	} // otherwise they may be those of a shorter call within this one
	told = whole && !r.unsure && (began == 0 || began > r.forgotten)
	r.unsure = !whole && (r.unsure || !timed)
	if told {
		last = candidates[count-1]
	}
	return last, told
}

// oneAfterTheOther tells whether attempts can be those of one call.
func oneAfterTheOther(attempts []pastAttempt) bool {
	for i := 1; i < len(attempts); i++ {
		before, a := attempts[i-1], attempts[i]
		if before.result == OK || before.began > 0 && a.began > 0 && a.began < before.ended-clockSlack {
			return false
		}
	}
	return true
}

// within is a number of milliseconds that can be added to a time.
func within(ms csm.Int) int64 {
	const century = 100 * 365 * 24 * 60 * 60 * 1000
	return min(ms.Or(0), century)
}
