package statistics

import (
	"math"
	"strings"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/histogram"
)

// A Series are the numbers of one operation; the package comment says what they
// mean.
type Series struct {
	Operation Operation
	Other     bool // these are all the operations beyond the limit

	Calls     uint64
	Attempts  uint64
	Retries   uint64
	Errors    uint64
	Throttled uint64

	Latency histogram.Histogram // of the calls, in seconds
}

// An Error are the attempts and the calls of one operation that failed in one
// way. Its texts are from events, and not safe to show as they are.
type Error struct {
	Operation Operation
	Code      string // of at most 128 bytes; empty if there was a status only
	Status    int64  // the HTTP status code, or 0 if there was no response
	Other     bool   // these are all the errors beyond the limit

	Attempts uint64
	Calls    uint64
	Message  string // the last one, of at most 512 bytes
}

// A Snapshot is what an [Aggregation] had counted at one moment. It is the
// caller's, and changes no more. Series and errors are in no particular order.
type Snapshot struct {
	Series []Series
	Errors []Error
}

// Snapshot is what was counted so far.
func (a *Aggregation) Snapshot() Snapshot {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := Snapshot{
		Series: make([]Series, 0, len(a.series)+1),
		Errors: make([]Error, 0, len(a.errors)+1),
	}
	for _, series := range a.series {
		s.Series = append(s.Series, series.clone())
	}
	if a.otherSeries != nil {
		s.Series = append(s.Series, a.otherSeries.clone())
	}
	for _, e := range a.errors {
		s.Errors = append(s.Errors, *e)
	}
	if a.otherErrors != nil {
		s.Errors = append(s.Errors, *a.otherErrors)
	}
	return s
}

// Total is the sum of all series, which names no operation.
func (s Snapshot) Total() Series {
	var t Series
	for i := range s.Series {
		series := &s.Series[i]
		t.Calls += series.Calls
		t.Attempts += series.Attempts
		t.Retries = addUpTo(t.Retries, series.Retries)
		t.Errors += series.Errors
		t.Throttled += series.Throttled
		t.Latency.Merge(&series.Latency)
	}
	return t
}

func (s *Series) clone() Series {
	c := *s
	c.Latency = *s.Latency.Clone()
	return c
}

func (s *Series) add(e *csm.Event, f Failure, failed bool) {
	if e.Type != csm.APICall {
		s.Attempts++
		if failed && f.Throttled() {
			s.Throttled++
		}
		return
	}
	s.Calls++
	s.Retries = addUpTo(s.Retries, uint64(max(0, e.AttemptCount.Or(0)-1)))
	if failed {
		s.Errors++
	}
	if ms, known := e.Latency.Get(); known {
		s.Latency.Record(float64(ms) / 1000)
	}
}

func (e *Error) add(event *csm.Event, f Failure) {
	if event.Type == csm.APICall {
		e.Calls++
	} else {
		e.Attempts++
	}
	if f.Message != "" {
		e.Message = strings.Clone(cut(f.Message, maxMessage))
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
