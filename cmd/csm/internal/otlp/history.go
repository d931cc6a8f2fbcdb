package otlp

import (
	"iter"
	"time"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// A history knows of each series since when its numbers count, and with delta
// temporality which of them the collector has already.
type history struct {
	delta  bool
	last   time.Time // when the last snapshot was taken; zero before the first
	start  time.Time // when the one before that was taken, or the aggregation began
	series map[seriesID]*past
	errors errorHistory
	own    ownNumbers
}

// A seriesID tells series apart.
type seriesID struct {
	key   statistics.Key
	other bool
}

// past is what a history knows of one series.
type past struct {
	start           time.Time
	calls, attempts uint64             // in the last snapshot
	exported        *statistics.Series // what the collector has; without delta nothing
}

// requests are the metrics of a snapshot, split so that a collector takes them. The
// first holds the agent's own numbers, too. After each that was delivered, the
// caller calls the function which comes with it.
func (h *history) requests(s *statistics.Snapshot, own []number) iter.Seq2[*request, func()] {
	h.see(s)
	h.errors.see(s.Errors, h.start)
	h.own.see(own, h.start)
	return func(yield func(*request, func()) bool) {
		r := &request{taken: s.Taken, delta: h.delta}
		var delivered []func(taken time.Time) // of what is in the request
		full := func() (goOn bool) {
			if r.size < maxRequest {
				return true
			}
			goOn = yield(r, h.whenDelivered(s.Taken, delivered))
			r, delivered = &request{taken: s.Taken, delta: h.delta}, nil
			return goOn
		}
		h.own.add(r)
		delivered = append(delivered, h.own.delivered)
		for i := range s.Series {
			if !full() {
				return
			}
			delivered = append(delivered, h.add(r, &s.Series[i]))
		}
		for _, f := range h.errors.now {
			if !full() {
				return
			}
			f.add(r)
			delivered = append(delivered, f.delivered)
		}
		yield(r, h.whenDelivered(s.Taken, delivered))
	}
}

// whenDelivered is what to call when a collector has taken a request. Without delta
// there is nothing to keep.
func (h *history) whenDelivered(taken time.Time, delivered []func(time.Time)) func() {
	return func() {
		if !h.delta {
			return
		}
		for _, keep := range delivered {
			keep(taken)
		}
	}
}

// see finds out which series are new since the last snapshot, which have begun
// anew, and which are gone. What is new began after the last snapshot, which did
// not have it.
func (h *history) see(s *statistics.Snapshot) {
	h.start, h.last = h.last, s.Taken
	if h.start.IsZero() {
		h.start = s.Began
	}
	series := make(map[seriesID]*past, len(s.Series))
	for i := range s.Series {
		now := &s.Series[i]
		p := h.series[id(now)]
		if p == nil || now.Calls < p.calls || now.Attempts < p.attempts {
			p = &past{start: h.start, exported: new(statistics.Series)}
		}
		p.calls, p.attempts = now.Calls, now.Attempts
		series[id(now)] = p
	}
	h.series = series
}

func id(s *statistics.Series) seriesID { return seriesID{s.Key, s.Other} }

// add adds the metrics of a series to a request, and gives what to call when a
// collector has taken it.
func (h *history) add(r *request, s *statistics.Series) (delivered func(taken time.Time)) {
	p := h.series[id(s)]
	old, base := p.exported, seriesAttributes(s)
	set := with(base)
	sum := func(i instrument, a attribute.Set, now, past uint64) { r.add(i, a, p.start, now, past) }

	r.addDistribution(callDuration, set, p.start, s.LatencyWithoutFailures(), old.LatencyWithoutFailures())
	for i, n := range s.Results {
		if n == 0 { // its attributes would cost as much as all others
			continue
		}
		result := statistics.Result(i)
		a := []attribute.KeyValue{keyResult.String(result.String())}
		if result.Failed() {
			failure := semconv.ErrorTypeKey.String(result.String())
			r.addDistribution(callDuration, with(base, failure), p.start, &s.Latencies[i], &old.Latencies[i])
			a = append(a, failure)
		}
		sum(calls, with(base, a...), n, old.Results[i])
	}
	sum(attempts, set, s.Attempts, old.Attempts)
	sum(retries, set, s.Retries, old.Retries)
	sum(throttledAttempts, set, s.Throttled, old.Throttled)
	for status, n := range s.Statuses {
		attributes := set
		if status != statistics.OtherStatus {
			attributes = with(base, semconv.HTTPResponseStatusCode(status))
		}
		sum(responses, attributes, n, old.Statuses[status])
	}
	if s.ConnectionsNew+s.ConnectionsReused > 0 {
		sum(connections, with(base, keyConnectionReused.Bool(false)), s.ConnectionsNew, old.ConnectionsNew)
		sum(connections, with(base, keyConnectionReused.Bool(true)), s.ConnectionsReused, old.ConnectionsReused)
	}
	r.addDistribution(attemptDuration, set, p.start, &s.AttemptLatency, &old.AttemptLatency)
	for i := range s.Phases {
		if s.Phases[i].Count() == 0 {
			continue
		}
		r.addDistribution(phaseDuration, with(base, keyPhase.String(statistics.Phase(i).String())), p.start,
			&s.Phases[i], &old.Phases[i])
	}
	return func(taken time.Time) { p.start, p.exported = taken, s }
}
