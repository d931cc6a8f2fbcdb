package report

import (
	"encoding/json"
	"io"
	"math"
	"strconv"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/go-csm/csm/cmd/csm/internal/harmless"
)

// comparedFigures are the figures of a group. A group that is in one recording only
// has its numbers alone.
type comparedFigures struct {
	Calls, Attempts counts

	Errors    *comparedFigure `json:",omitempty"`
	Throttled *comparedFigure `json:",omitempty"`
	Retries   *comparedFigure `json:",omitempty"`
	P50       *comparedFigure `json:",omitempty"`
	P90       *comparedFigure `json:",omitempty"`
	P99       *comparedFigure `json:",omitempty"`
}

type counts struct{ Before, After uint64 }

// A comparedFigure is a part of all, or seconds.
type comparedFigure struct {
	Before, After float64
	P             *float64 // corrected for the number of tests; null if there was too little to test
	Differs       bool     // by more than noise
}

func figuresOfCompared(c *compared) comparedFigures {
	f := comparedFigures{Calls: counts{c.calls[0], c.calls[1]}, Attempts: counts{c.attempts[0], c.attempts[1]}}
	places := map[string]**comparedFigure{
		"errors": &f.Errors, "throttled": &f.Throttled, "retries": &f.Retries, "p50": &f.P50, "p90": &f.P90, "p99": &f.P99,
	}
	for i := range c.figures {
		from := &c.figures[i]
		to := &comparedFigure{Before: toMicros(from.values[0]), After: toMicros(from.values[1]), Differs: from.differs()}
		if !math.IsNaN(from.p) {
			to.P = &from.p
		}
		*places[from.name] = to
	}
	return f
}

// WriteJSON writes what changed as one JSON document on one line; docs/report.md
// describes it.
func (d Difference) WriteJSON(w io.Writer) error {
	total, groups := d.compare()
	document := struct {
		Before, After source
		By            []string
		Total         comparedFigures
		Groups        []any
	}{d.Before.source(), d.After.source(), d.By.names(), figuresOfCompared(&total), []any{}}
	for i := range groups {
		c := &groups[i]
		document.Groups = append(document.Groups, struct {
			groupIdentity
			comparedFigures
		}{d.By.identity(c.key, c.other), figuresOfCompared(c)})
	}
	return json.NewEncoder(harmless.JSON(w)).Encode(document)
}

// WriteCSV writes what changed as comma-separated values: a line for each figure of
// each group. Times are in seconds, rates are parts of 1.
func (d Difference) WriteCSV(w io.Writer) error {
	_, groups := d.compare()
	t := newCSV(append(d.By.columns(), "Figure", "Before", "After", "P", "Differs"))
	for i := range groups {
		c := &groups[i]
		name := d.By.cells(c.key, c.other)
		add := func(cells ...any) { t.AppendRow(append(name[:len(name):len(name)], table.Row(cells)...)) }
		add("Calls", c.calls[0], c.calls[1], "", "")
		for _, f := range c.figures {
			p := ""
			if !math.IsNaN(f.p) {
				p = strconv.FormatFloat(f.p, 'g', 3, 64)
			}
			add(map[string]string{
				"errors": "ErrorRate", "throttled": "ThrottledRate", "retries": "RetryRate",
				"p50": "LatencyP50", "p90": "LatencyP90", "p99": "LatencyP99",
			}[f.name], decimal(toMicros(f.values[0])), decimal(toMicros(f.values[1])), p, f.differs())
		}
	}
	return writeCSV(w, t)
}
