package statistics

import (
	"maps"
	"math"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/histogram"
)

const (
	// OtherStatus stands for the status codes of a series beyond the first maxStatuses.
	OtherStatus = 0

	maxStatuses = 16
)

// A Series are the numbers of one [Key]; the package comment says what they mean.
type Series struct {
	Key   Key
	Other bool // these are all the series beyond the limit, and Key is zero

	Calls     uint64
	Attempts  uint64
	Retries   uint64
	Throttled uint64             // attempts that were throttled
	Results   [NumResults]uint64 // of the calls; they add up to Calls

	// Statuses are the attempts by HTTP status code, from 100 to 599; of a series
	// with many, the last ones together as [OtherStatus]. It is nil if
	// there are none.
	Statuses map[int]uint64

	// The attempts that tell whether their connection had been used before.
	ConnectionsNew    uint64
	ConnectionsReused uint64

	// In seconds. An event that does not tell has no part in the distribution.
	Latencies      [NumResults]histogram.Histogram // of the calls by result; see Latency
	AttemptLatency histogram.Histogram
	Phases         [NumPhases]histogram.Histogram

	LastSeen time.Time // when the last event was added, by the clock of this machine
}

// Errors is how many calls failed: those that ended neither OK nor Unknown.
func (s *Series) Errors() uint64 {
	return s.Calls - s.Results[OK] - s.Results[Unknown]
}

// Latency is the distribution of the latency of all calls, whatever their result,
// in seconds. It is made anew each time.
func (s *Series) Latency() *histogram.Histogram {
	all := s.LatencyWithoutFailures()
	for r := range s.Latencies {
		if Result(r).Failed() {
			all.Merge(&s.Latencies[r])
		}
	}
	return all
}

// LatencyWithoutFailures is the same of the calls that did not fail.
func (s *Series) LatencyWithoutFailures() *histogram.Histogram {
	h := s.Latencies[OK].Clone()
	h.Merge(&s.Latencies[Unknown])
	return h
}

// addAttempt counts an attempt.
func (s *Series) addAttempt(e *csm.Event, f Failure) {
	s.Attempts++
	if f.Throttled() {
		s.Throttled++
	}
	if f.Status >= minStatus && f.Status <= maxStatus {
		s.countStatus(int(f.Status), 1)
	}
	if reused, known := e.ConnectionReused.Get(); known {
		if reused == 0 {
			s.ConnectionsNew++
		} else {
			s.ConnectionsReused++
		}
	}
	recordMillis(&s.AttemptLatency, e.AttemptLatency)
	for p := range s.Phases {
		recordMillis(&s.Phases[p], Phase(p).of(e))
	}
}

// addCall counts a call.
func (s *Series) addCall(e *csm.Event, r Result) {
	s.Calls++
	s.Results[r]++
	s.Retries = addUpTo(s.Retries, uint64(max(0, e.AttemptCount.Or(0)-1)))
	recordMillis(&s.Latencies[r], e.Latency)
}

// merge adds the numbers of another series, which stays as it is.
func (s *Series) merge(other *Series) {
	s.Calls += other.Calls
	s.Attempts += other.Attempts
	s.Retries = addUpTo(s.Retries, other.Retries)
	s.Throttled += other.Throttled
	for r, n := range other.Results {
		s.Results[r] += n
	}
	for status, n := range other.Statuses {
		s.countStatus(status, n)
	}
	s.ConnectionsNew += other.ConnectionsNew
	s.ConnectionsReused += other.ConnectionsReused
	for r := range s.Latencies {
		s.Latencies[r].Merge(&other.Latencies[r])
	}
	s.AttemptLatency.Merge(&other.AttemptLatency)
	for p := range s.Phases {
		s.Phases[p].Merge(&other.Phases[p])
	}
	if other.LastSeen.After(s.LastSeen) {
		s.LastSeen = other.LastSeen
	}
}

// countStatus counts attempts with a status code: as other ones, if there are too
// many codes already.
func (s *Series) countStatus(code int, n uint64) {
	if s.Statuses == nil {
		s.Statuses = make(map[int]uint64)
	}
	if _, known := s.Statuses[code]; !known && len(s.Statuses) >= maxStatuses {
		code = OtherStatus
	}
	s.Statuses[code] += n
}

// clone is a copy that shares nothing with s.
func (s *Series) clone() Series {
	c := *s
	c.Statuses = maps.Clone(s.Statuses)
	for r := range c.Latencies {
		c.Latencies[r] = *s.Latencies[r].Clone()
	}
	c.AttemptLatency = *s.AttemptLatency.Clone()
	for p := range c.Phases {
		c.Phases[p] = *s.Phases[p].Clone()
	}
	return c
}

func recordMillis(h *histogram.Histogram, ms csm.Int) {
	if n, known := ms.Get(); known {
		h.RecordMillis(n)
	}
}

// addUpTo is a+b, or the largest number that there is: what a sender claims can be
// anything.
func addUpTo(a, b uint64) uint64 {
	if a > math.MaxUint64-b {
		return math.MaxUint64
	}
	return a + b
}
