package report

import (
	"cmp"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/histogram"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// WriteJSON writes the figures as one JSON document on one line. Its names are
// those of the wire format where that has them; docs/report.md describes it.
// Operations, errors and groups are sorted by name.
func (r Recorded) WriteJSON(w io.Writer) error {
	document := struct {
		source
		counted
		By     []string `json:",omitempty"`
		Groups []any    `json:",omitzero"`
	}{
		source:  r.source(),
		counted: countedOf(r.Statistics),
	}
	if !r.By.isDefault() {
		document.By, document.Groups = r.By.names(), r.groups()
	}
	return json.NewEncoder(harmless.JSON(w)).Encode(document)
}

// A source says what figures are of.
type source struct {
	Files       []string
	Hosts       []string
	First, Last time.Time `json:",omitzero"`
	Events      uint64
	Skipped     Skipped
}

func (r Recorded) source() source {
	return source{r.Files, append([]string{}, r.Hosts...), r.First.UTC(), r.Last.UTC(), r.Events, r.Skipped}
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
	shown := s.By(Grouping{}.key)
	for _, s := range shown.Series {
		c.Operations = append(c.Operations, operationFigures{
			identity{s.Key.Service, s.Key.Operation, s.Other}, figuresOf(&s),
		})
	}
	for _, e := range shown.Errors {
		c.Errors = append(c.Errors, errorFigures{
			identity{e.Key.Service, e.Key.Operation, e.Other}, failureFiguresOf(&e),
		})
	}
	slices.SortFunc(c.Operations, func(a, b operationFigures) int { return a.compare(b.identity) })
	slices.SortFunc(c.Errors, func(a, b errorFigures) int {
		return cmp.Or(a.compare(b.identity), strings.Compare(a.Code, b.Code), cmp.Compare(a.Status, b.Status))
	})
	return c
}

// groups are the figures of what the statistics are grouped by.
func (r Recorded) groups() []any {
	groups := []any{}
	shown := r.Statistics.By(r.By.key)
	if r.By.errors {
		slices.SortFunc(shown.Errors, func(a, b statistics.Error) int {
			return cmp.Or(compareOther(a.Other, b.Other), compareKeys(a.Key, b.Key), strings.Compare(a.Code, b.Code), cmp.Compare(a.Status, b.Status))
		})
		for _, e := range shown.Errors {
			groups = append(groups, struct {
				groupIdentity
				failureFigures
			}{r.By.identity(e.Key, e.Other), failureFiguresOf(&e)})
		}
		return groups
	}
	slices.SortFunc(shown.Series, func(a, b statistics.Series) int {
		return cmp.Or(compareOther(a.Other, b.Other), compareKeys(a.Key, b.Key))
	})
	for _, s := range shown.Series {
		groups = append(groups, struct {
			groupIdentity
			figures
		}{r.By.identity(s.Key, s.Other), figuresOf(&s)})
	}
	return groups
}

// compareOther puts what has no name at the end.
func compareOther(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// A groupIdentity says whose figures they are. What they are not grouped by is nil.
type groupIdentity struct {
	Service  *string `json:",omitempty"`
	API      *string `json:"Api,omitempty"`
	ClientID *string `json:"ClientId,omitempty"`
	Region   *string `json:",omitempty"`
	Host     *string `json:",omitempty"`
	Other    bool    `json:",omitempty"`
}

// identity is how a key is named in JSON.
func (g Grouping) identity(k statistics.Key, other bool) groupIdentity {
	id := groupIdentity{Other: other}
	for _, d := range g.all() {
		switch d {
		case operation:
			id.Service, id.API = &k.Service, &k.Operation
		case service:
			id.Service = &k.Service
		case client:
			id.ClientID = &k.ClientID
		case host:
			id.Host = &k.ClientID
		case region:
			id.Region = &k.Region
		}
	}
	return id
}

// An identity says whose figures they are.
type identity struct {
	Service string
	API     string `json:"Api"`
	Other   bool   `json:",omitempty"` // all those beyond the limit of how many are told apart
}

func (i identity) compare(j identity) int {
	return compareKeys(statistics.Key{Service: i.Service, Operation: i.API},
		statistics.Key{Service: j.Service, Operation: j.API})
}

type operationFigures struct {
	identity
	figures
}

type errorFigures struct {
	identity
	failureFigures
}

type failureFigures struct {
	Code            string
	Status          int64
	Attempts, Calls uint64
	Message         string
}

func failureFiguresOf(e *statistics.Error) failureFigures {
	return failureFigures{e.Code, e.Status, e.Attempts, e.Calls, e.Message}
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
