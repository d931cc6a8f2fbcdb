package api

import (
	"math"
	"math/bits"

	"github.com/go-csm/csm/cmd/csm/internal/health"
	"github.com/go-csm/csm/cmd/csm/internal/histogram"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

func keyOf(k statistics.Key, other bool) Key {
	return Key{k.ClientID, k.Service, k.Operation, k.Region, other}
}

// Operations is what the API answers of a snapshot to a request with by=operation
// and brief=true.
func Operations(s statistics.Snapshot, h health.Health) Statistics {
	return Statistics{
		Began: s.Began, Taken: s.Taken, Agent: agentOf(h, s),
		Series: briefsOf(s.Series, statsQuery{byOperation: true, brief: true}),
	}
}

// Operation is what it answers to one with by=operation, for one operation.
func Operation(s statistics.Snapshot, h health.Health, service, operation string) Statistics {
	q := statsQuery{filter: filter{"service": {service}, "operation": {operation}}, byOperation: true}
	out := Statistics{Began: s.Began, Taken: s.Taken, Agent: agentOf(h, s)}
	chosen := q.choose(s)
	for i := range chosen.Series {
		out.Series = append(out.Series, seriesOf(&chosen.Series[i]))
	}
	for _, e := range chosen.Errors {
		out.Errors = append(out.Errors, errorOf(e))
	}
	return out
}

// byOperation leaves of a key what operations are merged by.
func byOperation(k statistics.Key) statistics.Key {
	return statistics.Key{Service: k.Service, Operation: k.Operation}
}

// countsOf are the numbers of a series without its distributions.
func countsOf(s *statistics.Series) Series {
	return Series{
		Key:   keyOf(s.Key, s.Other),
		Calls: s.Calls, Attempts: s.Attempts, Retries: s.Retries, Errors: s.Errors(), Throttled: s.Throttled,
		LastSeen: s.LastSeen,
	}
}

// briefsOf are those that a query wants, merged if it says so. What is not shown is
// neither merged nor copied: series are large.
func briefsOf(all []statistics.Series, q statsQuery) []Series {
	var briefs []Series
	var latencies []histogram.Histogram // of the briefs
	index := make(map[statistics.Key]int)
	for i := range all {
		s := &all[i]
		if !q.wants(s.Key) {
			continue
		}
		n, known := len(briefs), false
		if q.byOperation && !s.Other {
			key := byOperation(s.Key)
			if n, known = index[key]; !known {
				n = len(briefs)
				index[key] = n
			}
		}
		if known {
			briefs[n].add(countsOf(s))
		} else {
			briefs = append(briefs, countsOf(s))
			latencies = append(latencies, histogram.Histogram{})
			if q.byOperation {
				briefs[n].ClientID, briefs[n].Region = "", ""
			}
		}
		for r := range s.Latencies {
			latencies[n].Merge(&s.Latencies[r])
		}
	}
	for i := range briefs {
		briefs[i].Latency = summaryOf(&latencies[i])
	}
	return briefs
}

// add adds the counts of another series.
func (s *Series) add(other Series) {
	s.Calls += other.Calls
	s.Attempts += other.Attempts
	retries, tooMany := bits.Add64(s.Retries, other.Retries, 0) // what a sender claims can be anything
	s.Retries = max(retries, tooMany*math.MaxUint64)
	s.Errors += other.Errors
	s.Throttled += other.Throttled
	if other.LastSeen.After(s.LastSeen) {
		s.LastSeen = other.LastSeen
	}
}

// seriesOf are all the numbers of a series.
func seriesOf(s *statistics.Series) Series {
	out := countsOf(s)
	out.Latency = histogramOf(s.Latency())
	out.Results = make(map[string]uint64)
	out.Statuses = s.Statuses
	out.Connections = &Connections{s.ConnectionsNew, s.ConnectionsReused}
	out.AttemptLatency = histogramOf(&s.AttemptLatency)
	out.Phases = make(map[string]*Histogram)
	for r, n := range s.Results {
		if n > 0 {
			out.Results[statistics.Result(r).String()] = n
		}
	}
	if out.Statuses == nil {
		out.Statuses = map[int]uint64{}
	}
	for p := range s.Phases {
		if h := histogramOf(&s.Phases[p]); h != nil {
			out.Phases[statistics.Phase(p).String()] = h
		}
	}
	return out
}

// summaryOf is a histogram without its buckets, or nil if it has no values.
func summaryOf(h *histogram.Histogram) *Histogram {
	if h.Count() == 0 {
		return nil
	}
	return &Histogram{
		Count: h.Count(), Sum: h.Sum(), Min: h.Min(), Max: h.Max(),
		P50: h.Quantile(0.50), P90: h.Quantile(0.90), P99: h.Quantile(0.99),
	}
}

// histogramOf is a histogram, or nil if it has no values.
func histogramOf(h *histogram.Histogram) *Histogram {
	out := summaryOf(h)
	if out == nil {
		return nil
	}
	out.Buckets = &Buckets{Scale: h.Scale(), Offset: h.Offset(), Buckets: h.Buckets(), Zeros: h.Zeros()}
	return out
}

func errorOf(e statistics.Error) Error {
	return Error{keyOf(e.Key, e.Other), e.Code, e.Status, e.Attempts, e.Calls, e.Message}
}
