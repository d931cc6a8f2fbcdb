package report

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-csm/csm/cmd/csm/internal/chart"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
	"github.com/go-csm/csm/cmd/csm/internal/timeline"
)

// A pageChart is a chart with what it shows.
type pageChart struct {
	Title, Note string
	SVG         template.HTML
}

// The colours of chart.Series, by what they stand for.
const (
	blue = 1 + iota
	red
	orange
	violet
	green
	grey
)

// resultColours are the colours of results that are failures.
var resultColours = [statistics.NumResults]int{
	statistics.Throttled: orange, statistics.ClientError: violet, statistics.ServerError: red,
	statistics.ConnectionError: blue, statistics.Timeout: green, statistics.Cancelled: grey,
}

// maxSlowest is how many operations are shown as the slowest.
const maxSlowest = 8

// maxRowLabels is how many rows of a heat map all have their label.
const maxRowLabels = 10

// pageCharts draws what there is to draw.
func pageCharts(all timeline.Bucket, p timeline.Picture, operations []statistics.Series) (drawn []pageChart, err error) {
	add := func(title, note string, svg template.HTML, failed error) {
		drawn = append(drawn, pageChart{title, note, svg})
		if err == nil {
			err = failed
		}
	}
	labels := timeLabels(p)
	column := func(f func(*timeline.Bucket) uint64) (values []float64, sum uint64) {
		for i := range p.Buckets {
			n := f(&p.Buckets[i])
			values = append(values, float64(n))
			sum += n
		}
		return values, sum
	}

	if len(p.Buckets) > 0 {
		calls, _ := column(func(b *timeline.Bucket) uint64 { return b.Calls })
		attempts, _ := column(func(b *timeline.Bucket) uint64 { return b.Attempts })
		unit := rate(p.Width, calls, attempts)
		svg, failed := chart.Lines(labels, short,
			chart.Series{Name: "calls", Colour: blue, Values: calls},
			chart.Series{Name: "attempts", Colour: orange, Values: attempts})
		add("Rate", unit+", averaged over "+span(p.Width), svg, failed)

		var results []chart.Series
		for r := range statistics.Result(statistics.NumResults) {
			values, sum := column(func(b *timeline.Bucket) uint64 { return b.Results[r] })
			if r.Failed() && sum > 0 {
				results = append(results, chart.Series{
					Name: strings.ReplaceAll(r.String(), "_", " "), Colour: resultColours[r], Values: values,
				})
			}
		}
		if len(results) > 0 {
			svg, failed := chart.Stack(labels, short, results...)
			add("Errors", "calls that failed in each "+span(p.Width)+", by how", svg, failed)
		} else {
			add("Errors", "no call failed", "", nil)
		}

		retries, r := column(func(b *timeline.Bucket) uint64 { return b.Retries })
		throttled, t := column(func(b *timeline.Bucket) uint64 { return b.Throttled })
		if r+t > 0 {
			svg, failed := chart.Lines(labels, short,
				chart.Series{Name: "retries", Colour: violet, Values: retries},
				chart.Series{Name: "throttled attempts", Colour: orange, Values: throttled})
			add("Retries", "in each "+span(p.Width), svg, failed)
		} else {
			add("Retries", "no attempt was a retry, or throttled", "", nil)
		}
	}

	if low, high, some := bands(&all); some {
		var names []string
		var values []float64
		for band := low; band <= high; band++ {
			names = append(names, strings.TrimPrefix(bandLabel(band), "≤ "))
			values = append(values, float64(all.Latency[band]))
		}
		svg, failed := chart.Stack(names, short, chart.Series{Name: "calls", Colour: blue, Values: values})
		add("Latency", "calls by how long they took at most, their retries included", svg, failed)
		if len(p.Buckets) > 0 {
			svg, failed := heatMap(p, labels, low, high)
			add("Latency over time", "the stronger the colour, the more calls (logarithmic); each column is "+span(p.Width), svg, failed)
		}
	}

	if slow := slowest(operations, maxSlowest); len(slow) > 0 {
		var names []string
		quantiles := []chart.Series{{Name: "p50", Colour: green}, {Name: "p90", Colour: blue}, {Name: "p99", Colour: violet}}
		for i := range slow {
			names = append(names, Grouping{}.name(slow[i].Key, false, 30))
			h := slow[i].Latency()
			for n, q := range []float64{0.5, 0.9, 0.99} {
				quantiles[n].Values = append(quantiles[n].Values, h.Quantile(q))
			}
		}
		svg, failed := chart.Rows(names, Duration, quantiles...)
		add("Slowest operations", "by the p99 of their calls", svg, failed)
	}
	return drawn, err
}

// heatMap draws the latencies over time, from one band to another.
func heatMap(p timeline.Picture, labels []string, low, high int) (template.HTML, error) {
	h := chart.HeatMap{Labels: labels}
	for band := low; band <= high; band++ {
		row := make([]uint64, len(p.Buckets))
		for i := range p.Buckets {
			row[i] = p.Buckets[i].Latency[band]
		}
		h.Cells = append(h.Cells, row)
		label := bandLabel(band)
		if high-low >= maxRowLabels && !isRound(band) {
			label = ""
		}
		h.Rows = append(h.Rows, label)
	}
	h.Title = func(row, column int) string {
		return fmt.Sprintf("%s, %s: %s", labels[column], bandLabel(low+row), Number(h.Cells[row][column], "call"))
	}
	return h.Draw()
}

// bands are the first and the last band with a call, and whether there is one.
func bands(b *timeline.Bucket) (low, high int, some bool) {
	for band, n := range b.Latency {
		if n > 0 {
			if !some {
				low = band
			}
			high, some = band, true
		}
	}
	return low, high, some
}

// bandLabel names a band by its upper bound.
func bandLabel(band int) string {
	lower, upper := timeline.Bounds(band)
	if upper == 0 {
		return "> " + briefly(lower)
	}
	return "≤ " + briefly(upper)
}

// isRound tells whether the upper bound of a band is a round one.
func isRound(band int) bool {
	_, upper := timeline.Bounds(band)
	return slices.Contains([]float64{0.001, 0.01, 0.1, 1, 10, 60, 300}, upper)
}

// briefly writes one of the bounds: 1 ms, 2 s, 5 m.
func briefly(seconds float64) string {
	switch {
	case seconds < 1:
		return fmt.Sprintf("%.0f ms", seconds*1000)
	case seconds < 60:
		return fmt.Sprintf("%.0f s", seconds)
	}
	return fmt.Sprintf("%.0f m", seconds/60)
}

// rate turns numbers for each width of time into rates, and says of what.
func rate(width time.Duration, series ...[]float64) (unit string) {
	most := 0.0
	for _, values := range series {
		for _, v := range values {
			most = max(most, v)
		}
	}
	per, unit := time.Hour, "per hour"
	for _, u := range []struct {
		per  time.Duration
		name string
	}{{time.Minute, "per minute"}, {time.Second, "per second"}} {
		if most*float64(u.per)/float64(width) >= 2 {
			per, unit = u.per, u.name
		}
	}
	for _, values := range series {
		for i := range values {
			values[i] *= float64(per) / float64(width)
		}
	}
	return unit
}

// span writes the width of a bucket: 10 ms, 1 s, 5 min, 2 h, 7 days.
func span(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if d >= u.unit && d%u.unit == 0 {
			return Number(uint64(d/u.unit), u.name)
		}
	}
	return Number(uint64(d/time.Millisecond), "millisecond")
}

// short writes a number in little room.
func short(f float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if f >= u.size {
			return strconv.FormatFloat(f/u.size, 'g', 3, 64) + u.name
		}
	}
	return strconv.FormatFloat(f, 'g', 3, 64)
}
