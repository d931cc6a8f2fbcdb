package report

import (
	"cmp"
	_ "embed" // the page's template
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
	"github.com/go-csm/csm/cmd/csm/internal/timeline"
)

const (
	// maxColumns is how many buckets of time a chart has.
	maxColumns = 150

	// maxRows is how many rows a table of the page has.
	maxRows = 1000
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// A page is what the template shows. Its texts are harmless; the template escapes
// them for HTML.
type page struct {
	Title, Origin, Span string
	Notes               []string
	Cards               []card
	Charts              []pageChart
	By                  string
	Header              []string
	Rows                []pageRow
	Total               []string
	MoreRows            int
	ErrorsBy            string
	Errors              []pageError
	MoreErrors          int
}

// A card is one large number.
type card struct{ Name, Value, Note string }

type pageRow struct {
	Name  string
	Cells []string
}

type pageError struct {
	Code, Status, Attempts, Calls, Name, Message string
}

// WriteHTML writes the report as one HTML page with charts, which needs nothing else:
// no file, no network and no script. Over time is what the timeline says.
func (r Recorded) WriteHTML(w io.Writer, over *timeline.Timeline) error {
	total := r.Statistics.Total()
	p := page{
		Title:  strings.Replace(Number(total.Calls, "call"), fmt.Sprint(total.Calls), grouped(total.Calls), 1) + " to AWS",
		Origin: r.origin(),
		Span:   strings.TrimPrefix(r.span(), ", "),
		Cards:  cards(&total),
	}
	picture := over.Picture(maxColumns)
	if r.Events > 0 {
		var err error
		if p.Charts, err = pageCharts(over.All(), picture, r.Statistics.By(Grouping{}.key).Series); err != nil {
			return fmt.Errorf("csm: drawing a chart: %w", err)
		}
	} else {
		p.Notes = append(p.Notes, r.None())
	}
	p.Notes = append(p.Notes, r.notes(picture)...)
	p.addTables(r, &total)
	return pageTemplate.Execute(w, p)
}

// notes say what is not counted, or not shown over time.
func (r Recorded) notes(picture timeline.Picture) (notes []string) {
	add := func(n uint64, what, which string) {
		if n > 0 {
			notes = append(notes, Number(n, what)+" "+which)
		}
	}
	add(r.BadLines, "line", "with something that is no event: not counted")
	add(r.DamagedFiles, "damaged file", "counted up to the damage")
	add(r.WithoutTime, "event", "without a time: not counted")
	add(picture.Undated, "event", "without a time: not in the charts over time")
	add(picture.Far, "event", "of a time far from the others: not in the charts over time")
	return notes
}

// cards are the numbers on top.
func cards(total *statistics.Series) []card {
	latency := total.Latency()
	cards := []card{
		{"calls", grouped(total.Calls), ""},
		{"attempts", grouped(total.Attempts), ""},
		{"errors", grouped(total.Errors()), percent(part(total.Errors(), total.Calls)) + " of calls"},
		{"retries", grouped(total.Retries), ""},
		{"throttled", grouped(total.Throttled), percent(part(total.Throttled, total.Attempts)) + " of attempts"},
	}
	if latency.Count() > 0 {
		cards = append(cards,
			card{"p50", Duration(latency.Quantile(0.5)), ""},
			card{"p99", Duration(latency.Quantile(0.99)), "max " + Duration(latency.Max())})
	}
	return cards
}

// grouped writes a number with spaces between its thousands.
func grouped(n uint64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// addTables adds the tables: that of what the report is grouped by, and the errors.
func (p *page) addTables(r Recorded, total *statistics.Series) {
	by := r.By
	shown := r.Statistics.By(by.key)
	p.ErrorsBy = by.header()
	byNumber(shown.Errors)
	for i, e := range shown.Errors {
		if i == maxRows {
			p.MoreErrors = len(shown.Errors) - maxRows
			break
		}
		p.Errors = append(p.Errors, pageError{
			errorCode(e), errorStatus(e), grouped(e.Attempts), grouped(e.Calls),
			by.name(e.Key, e.Other, maxText), harmless.Cut(e.Message, maxText),
		})
	}
	if by.errors {
		return
	}
	cells := func(s *statistics.Series) []string {
		var cells []string
		for _, cell := range numbers(s) {
			if n, ok := cell.(uint64); ok {
				cell = grouped(n)
			}
			cells = append(cells, fmt.Sprint(cell))
		}
		return cells
	}
	p.By = by.header()
	for _, name := range numbersHeader {
		p.Header = append(p.Header, fmt.Sprint(name))
	}
	byTime(shown.Series)
	for i := range shown.Series {
		s := &shown.Series[i]
		if i == maxRows {
			p.MoreRows = len(shown.Series) - maxRows
			break
		}
		p.Rows = append(p.Rows, pageRow{by.name(s.Key, s.Other, maxText), cells(s)})
	}
	if len(shown.Series) > 1 {
		p.Total = cells(total)
	}
}

// slowest are the operations with the largest p99, of those that are no exception.
func slowest(series []statistics.Series, n int) []statistics.Series {
	var calls uint64
	for i := range series {
		calls += series[i].Calls
	}
	p99 := make(map[statistics.Key]float64)
	kept := slices.DeleteFunc(slices.Clone(series), func(s statistics.Series) bool {
		h := s.Latency()
		p99[s.Key] = h.Quantile(0.99)
		return s.Other || h.Count() == 0 || s.Calls < calls/10_000
	})
	slices.SortFunc(kept, func(a, b statistics.Series) int {
		return cmp.Or(cmp.Compare(p99[b.Key], p99[a.Key]), compareKeys(a.Key, b.Key))
	})
	return kept[:min(n, len(kept))]
}

// timeLabels are the labels of buckets, as short as they can be.
func timeLabels(p timeline.Picture) []string {
	layout := "15:04:05.000"
	switch span := p.Width * time.Duration(len(p.Buckets)); {
	case span > 300*24*time.Hour:
		layout = "2006-01-02"
	case span > 48*time.Hour:
		layout = "Jan 2 15:04"
	case span > 5*time.Minute:
		layout = "15:04"
	case span > 5*time.Second:
		layout = "15:04:05"
	}
	labels := make([]string, len(p.Buckets))
	for i := range labels {
		labels[i] = p.Began.Add(time.Duration(i) * p.Width).Local().Format(layout)
	}
	return labels
}
