package report

import (
	"cmp"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/go-csm/csm/cmd/csm/internal/histogram"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// WriteJSON writes the figures as one JSON document on one line. Its names are
// those of the wire format where that has them; docs/recording.md describes it.
// Operations and errors are sorted by name.
func (r Recorded) WriteJSON(w io.Writer) error {
	return json.NewEncoder(w).Encode(struct {
		Files       []string
		Hosts       []string
		First, Last time.Time `json:",omitzero"`
		Events      uint64
		Skipped     Skipped
		counted
	}{
		Files: r.Files, Hosts: append([]string{}, r.Hosts...),
		First: r.First.UTC(), Last: r.Last.UTC(), Events: r.Events, Skipped: r.Skipped,
		counted: countedOf(r.Statistics),
	})
}

// counted is what a document says of what was counted.
type counted struct {
	Total      figures
	Operations []operationFigures
	Errors     []errorFigures
}

func countedOf(s statistics.Snapshot) counted {
	total := s.Total()
	c := counted{Total: figuresOf(&total), Operations: []operationFigures{}, Errors: []errorFigures{}}
	shown := s.By(byOperation)
	for _, s := range shown.Series {
		c.Operations = append(c.Operations, operationFigures{
			identity{s.Key.Service, s.Key.Operation, s.Other}, figuresOf(&s),
		})
	}
	for _, e := range shown.Errors {
		c.Errors = append(c.Errors, errorFigures{
			identity{e.Key.Service, e.Key.Operation, e.Other},
			e.Code, e.Status, e.Attempts, e.Calls, e.Message,
		})
	}
	slices.SortFunc(c.Operations, func(a, b operationFigures) int { return a.compare(b.identity) })
	slices.SortFunc(c.Errors, func(a, b errorFigures) int {
		return cmp.Or(a.compare(b.identity), strings.Compare(a.Code, b.Code), cmp.Compare(a.Status, b.Status))
	})
	return c
}

// An identity says whose figures they are.
type identity struct {
	Service string
	API     string `json:"Api"`
	Other   bool   `json:",omitempty"` // all those beyond the limit of how many are told apart
}

func (i identity) compare(j identity) int {
	return compareOperations(statistics.Key{Service: i.Service, Operation: i.API},
		statistics.Key{Service: j.Service, Operation: j.API})
}

type operationFigures struct {
	identity
	figures
}

type errorFigures struct {
	identity
	Code            string
	Status          int64
	Attempts, Calls uint64
	Message         string
}

type figures struct {
	Calls, Attempts, Retries, Errors, Throttled uint64

	Latency latencyFigures
}

// latencyFigures are of the calls, in seconds.
type latencyFigures struct {
	Count                   uint64
	Sum, P50, P90, P99, Max float64
}

func figuresOf(s *statistics.Series) figures {
	return figures{
		Calls: s.Calls, Attempts: s.Attempts, Retries: s.Retries, Errors: s.Errors(), Throttled: s.Throttled,
		Latency: latencyOf(s.Latency()),
	}
}

func latencyOf(h *histogram.Histogram) latencyFigures {
	if h.Count() == 0 {
		return latencyFigures{}
	}
	return latencyFigures{
		Count: h.Count(), Sum: toMicros(h.Sum()),
		P50: toMicros(h.Quantile(0.50)), P90: toMicros(h.Quantile(0.90)), P99: toMicros(h.Quantile(0.99)),
		Max: toMicros(h.Max()),
	}
}

// toMicros leaves out the digits that say nothing.
func toMicros(seconds float64) float64 { return math.Round(seconds*1e6) / 1e6 }
