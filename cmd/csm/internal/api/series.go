package api

import (
	"time"

	"github.com/go-csm/csm/cmd/csm/internal/histogram"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// A keyJSON says whose numbers something has.
type keyJSON struct {
	ClientID  string `json:"client_id"`
	Service   string `json:"service"`
	Operation string `json:"operation"`
	Region    string `json:"region"`
	Other     bool   `json:"other,omitempty"`
}

// A seriesJSON are the numbers of one key.
type seriesJSON struct {
	keyJSON
	Calls       uint64            `json:"calls"`
	Attempts    uint64            `json:"attempts"`
	Retries     uint64            `json:"retries"`
	Errors      uint64            `json:"errors"`
	Throttled   uint64            `json:"throttled"`
	Results     map[string]uint64 `json:"results"`
	Statuses    map[int]uint64    `json:"statuses"`
	Connections connectionsJSON   `json:"connections"`

	Latency        *histogramJSON            `json:"latency,omitempty"`
	AttemptLatency *histogramJSON            `json:"attempt_latency,omitempty"`
	Phases         map[string]*histogramJSON `json:"phases"`

	LastSeen time.Time `json:"last_seen"`
}

type connectionsJSON struct {
	New    uint64 `json:"new"`
	Reused uint64 `json:"reused"`
}

// A histogramJSON is a distribution of seconds.
type histogramJSON struct {
	Count uint64  `json:"count"`
	Sum   float64 `json:"sum"`
	Min   float64 `json:"min"`
	Max   float64 `json:"max"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P99   float64 `json:"p99"`

	// The histogram itself, so that whoever has several can merge them.
	Scale   int      `json:"scale"`
	Offset  int      `json:"offset"`
	Buckets []uint64 `json:"buckets"`
	Zeros   uint64   `json:"zeros"`
}

// An errorJSON are the attempts and calls of one key that failed in one way.
type errorJSON struct {
	keyJSON
	Code     string `json:"code"`
	Status   int64  `json:"status"`
	Attempts uint64 `json:"attempts"`
	Calls    uint64 `json:"calls"`
	Message  string `json:"message"`
}

func keyOf(k statistics.Key, other bool) keyJSON {
	return keyJSON{k.ClientID, k.Service, k.Operation, k.Region, other}
}

func seriesOf(s *statistics.Series) seriesJSON {
	out := seriesJSON{
		keyJSON: keyOf(s.Key, s.Other),
		Calls:   s.Calls, Attempts: s.Attempts, Retries: s.Retries, Errors: s.Errors(), Throttled: s.Throttled,
		Results:        make(map[string]uint64),
		Statuses:       s.Statuses,
		Connections:    connectionsJSON{s.ConnectionsNew, s.ConnectionsReused},
		Latency:        histogramOf(s.Latency()),
		AttemptLatency: histogramOf(&s.AttemptLatency),
		Phases:         make(map[string]*histogramJSON),
		LastSeen:       s.LastSeen,
	}
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

// histogramOf is a histogram, or nil if it has no values.
func histogramOf(h *histogram.Histogram) *histogramJSON {
	if h.Count() == 0 {
		return nil
	}
	return &histogramJSON{
		Count: h.Count(), Sum: h.Sum(), Min: h.Min(), Max: h.Max(),
		P50: h.Quantile(0.50), P90: h.Quantile(0.90), P99: h.Quantile(0.99),
		Scale: h.Scale(), Offset: h.Offset(), Buckets: h.Buckets(), Zeros: h.Zeros(),
	}
}

func errorOf(e statistics.Error) errorJSON {
	return errorJSON{keyOf(e.Key, e.Other), e.Code, e.Status, e.Attempts, e.Calls, e.Message}
}
