package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// results are what was measured: by benchmark and unit, one value a round.
type results map[string][]float64

// of are the values of a benchmark.
func (r results) of(name, unit string) []float64 { return r[name+" "+unit] }

// median is the middle of the values of a benchmark.
func (r results) median(name, unit string) float64 {
	values := slices.Sorted(slices.Values(r.of(name, unit)))
	return values[len(values)/2]
}

// A figure is computed of values, which value gives. What counts is the figure of the
// medians of all rounds; those of the rounds show how they spread.
type figure func(value func(name, unit string) float64) float64

// A row compares something with something else.
type row struct {
	what, against string
	goal          string
	least         bool    // the goal is a least value, not a most
	limit         float64 // of the figure; 0 if there is no goal
	figure        figure
	format        string
}

func ratio(a, b, unit string) figure {
	return func(value func(name, unit string) float64) float64 { return value(a, unit) / value(b, unit) }
}

func one(name, unit string) figure {
	return func(value func(name, unit string) float64) float64 { return value(name, unit) }
}

// added is what a kind of client adds to a call of aws-sdk-go-v2, in CPU time.
func added(value func(name, unit string) float64, kind string) float64 {
	return value("V2Call/"+kind, "cpu-ns/op") - value("V2Call/none", "cpu-ns/op")
}

var rows = []row{
	{"encode an event", "encoding/json, as the SDK's own client", "≤ 0.3", false, 0.3,
		ratio("Encode/csm", "Encode/encoding-json", "ns/op"), "%.2f ×"},
	{"encode: allocations", "", "0", false, 0.01, one("Encode/csm", "allocs/op"), "%.0f"},
	{"`Publish`: encode and send", "a bare write of the same bytes", "≤ 1.25", false, 1.25,
		ratio("Publish/csm", "Publish/write", "cpu-ns/op"), "%.2f ×"},
	{"`Publish`: allocations", "", "0", false, 0.01, one("Publish/csm", "allocs/op"), "%.0f"},
	{"a call of aws-sdk-go-v2, CPU added", "what two bare writes add to it", "≤ 2.5", false, 2.5,
		func(value func(name, unit string) float64) float64 {
			return added(value, "csm") / added(value, "writes")
		}, "%.2f ×"},
	{"the same", "what otelaws adds, with a batching span processor", "< 1", false, 1,
		func(value func(name, unit string) float64) float64 {
			return added(value, "csm") / added(value, "otelaws")
		}, "%.2f ×"},
	{"the same", "what the SDK's own metrics add, in OpenTelemetry's instruments", "", false, 0,
		func(value func(name, unit string) float64) float64 {
			return added(value, "csm") / added(value, "meter")
		}, "%.2f ×"},
	{"the same, without what two bare writes add", "otelaws", "", false, 0,
		func(value func(name, unit string) float64) float64 {
			return (added(value, "csm") - added(value, "writes")) / added(value, "otelaws")
		}, "%.2f ×"},
	{"the same: allocations added", "", "≤ 25", false, 25,
		func(value func(name, unit string) float64) float64 {
			return value("V2Call/csm", "allocs/op") - value("V2Call/none", "allocs/op")
		}, "%.0f"},
	{"a call of aws-sdk-go-v2, switched off", "one that is not instrumented", "≈ 1", false, 1.03,
		ratio("V2Call/off", "V2Call/none", "cpu-ns/op"), "%.2f ×"},
	{"the same: allocations added", "", "0", false, 0.01,
		func(value func(name, unit string) float64) float64 {
			return value("V2Call/off", "allocs/op") - value("V2Call/none", "allocs/op")
		}, "%.0f"},
	{"64 goroutines, CPU added to a call", "one goroutine", "≤ 1.5", false, 1.5,
		func(value func(name, unit string) float64) float64 {
			of := func(n string) float64 {
				return value("V2Goroutines/csm/goroutines="+n, "cpu-ns/op") - value("V2Goroutines/none/goroutines="+n, "cpu-ns/op")
			}
			return of("64") / of("1")
		}, "%.2f ×"},
	{"aws-sdk-go v1: events lost of 200,000", "", "0", false, 0.5,
		func(value func(name, unit string) float64) float64 {
			return 200_000 - value("V1Call/csm", "events-delivered/op")
		}, "%.0f"},
	{"the SDK's own client: events lost of 200,000", "", "", false, 0,
		func(value func(name, unit string) float64) float64 {
			return 200_000 - value("V1Call/sdk", "events-delivered/op")
		}, "%.0f"},
	{"aws-sdk-go v1, CPU added for each event delivered", "the SDK's own client", "< 1", false, 1,
		func(value func(name, unit string) float64) float64 {
			of := func(kind string) float64 {
				return (value("V1Call/"+kind, "cpu-ns/op") - value("V1Call/none", "cpu-ns/op")) / value("V1Call/"+kind, "events-delivered/op")
			}
			return of("csm") / of("sdk")
		}, "%.2f ×"},
	{"decode an event", "encoding/json", "≤ 0.25", false, 0.25, ratio("Decode/csm", "Decode/encoding-json", "ns/op"), "%.2f ×"},
	{"the same", "encoding/json/v2", "", false, 0, ratio("Decode/csm", "Decode/json-v2", "ns/op"), "%.2f ×"},
	{"the same", "sonic", "", false, 0, ratio("Decode/csm", "Decode/sonic", "ns/op"), "%.2f ×"},
	{"decode: allocations", "", "≤ 1", false, 1, one("Decode/csm", "allocs/op"), "%.0f"},
	{"agent, CPU for an event", "a loop that only receives", "≤ 1.6", false, 1.6,
		ratio("AgentEvent/csm", "AgentEvent/receive", "cpu-ns/event"), "%.2f ×"},
	{"agent, highest rate without a loss for 10 s", "a loop that only receives", "≥ 0.7", true, 0.7,
		ratio("AgentRate/csm", "AgentRate/receive", "events/s"), "%.2f ×"},
	{"the same, events a second", "", "≥ 200,000", true, 200_000, one("AgentRate/csm", "events/s"), "%.0f"},
	{"agent, 10,000 series, CPU for an event", "10 series", "≤ 1.5", false, 1.5,
		ratio("AgentSeries/series=10000", "AgentSeries/series=10", "cpu-ns/event"), "%.2f ×"},
	{"agent, 10,000 series, MiB", "", "≤ 100", false, 100, one("AgentMemory", "MiB-loaded"), "%.0f"},
	{"the same, after as many events again", "", "", false, 0, one("AgentMemory", "MiB-later"), "%.0f"},
	{"the same, at most while it is scraped", "", "", false, 0, one("AgentMemory", "MiB-scraped"), "%.0f"},
	{"start of `csm run`, added, ms", "", "≤ 30", false, 30,
		func(value func(name, unit string) float64) float64 {
			return (value("RunStart/csm", "ns/op") - value("RunStart/none", "ns/op")) / 1e6
		}, "%.0f"},
}

// tableOf is the table of what the benchmarks have printed. What was not measured
// has no row.
func tableOf(out io.Reader) (string, error) {
	r := make(results)
	measured := ""
	reader := benchfmt.NewReader(out, raw)
	for reader.Scan() {
		line, ok := reader.Result().(*benchfmt.Result)
		if !ok {
			continue
		}
		name := regexp.MustCompile(`-\d+$`).ReplaceAllString(line.Name.String(), "") // without GOMAXPROCS
		for _, v := range line.Values {
			unit, value := v.Unit, v.Value
			if v.OrigUnit != "" { // such as ns/op, which it has as sec/op
				unit, value = v.OrigUnit, v.OrigValue
			}
			r[name+" "+unit] = append(r[name+" "+unit], value)
		}
		measured = fmt.Sprintf("Measured on %s, on %s.", line.GetConfig("date"), line.GetConfig("machine"))
	}
	if err := reader.Err(); err != nil {
		return "", err
	}
	if len(r) == 0 {
		return "", errors.New("nothing was measured")
	}
	var b strings.Builder
	b.WriteString(measured + "\n\n| what | against | measured: of the medians (least to most of a round) | goal | |\n| --- | --- | --- | --- | --- |\n")
	for _, row := range rows {
		values := row.values(r)
		if len(values) == 0 {
			continue
		}
		median := row.figure(r.median)
		measured := fmt.Sprintf(row.format, median)
		if low, high := fmt.Sprintf(row.format, values[0]), fmt.Sprintf(row.format, values[len(values)-1]); low != high {
			measured += fmt.Sprintf(" (%s to %s)", strings.TrimSuffix(low, " ×"), strings.TrimSuffix(high, " ×"))
		}
		verdict := ""
		switch {
		case row.limit == 0:
		case row.least == (median >= row.limit) || median == row.limit:
			verdict = "reached"
		default:
			verdict = "**missed**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", row.what, row.against, measured, row.goal, verdict)
	}
	for _, c := range curves {
		writeCurve(&b, c, r)
	}
	return b.String(), nil
}

// A curve is a figure by how much there is of something.
type curve struct {
	what   string
	of     []int
	figure func(of int) figure
}

var curves = []curve{
	{"agent, CPU for an event, by series", []int{10, 100, 1000, 10_000}, func(n int) figure {
		return one(fmt.Sprintf("AgentSeries/series=%d", n), "cpu-ns/event")
	}},
	{"CPU added to 4,000 calls of aws-sdk-go-v2, by goroutines", []int{1, 4, 16, 64}, func(n int) figure {
		return func(value func(name, unit string) float64) float64 {
			return value(fmt.Sprintf("V2Goroutines/csm/goroutines=%d", n), "cpu-ns/op") -
				value(fmt.Sprintf("V2Goroutines/none/goroutines=%d", n), "cpu-ns/op")
		}
	}},
}

// writeCurve writes the medians of a curve, as parts of the first. It writes nothing
// of what was not measured.
func writeCurve(b *strings.Builder, c curve, r results) {
	var heads, points []string
	first := 0.0
	for _, n := range c.of {
		values := row{figure: c.figure(n)}.values(r)
		if len(values) == 0 {
			return
		}
		median := c.figure(n)(r.median)
		if first == 0 {
			first = median
		}
		heads = append(heads, strconv.Itoa(n))
		points = append(points, fmt.Sprintf("%.2f ×", median/first))
	}
	fmt.Fprintf(b, "\n| %s | %s |\n| --- |%s\n| | %s |\n", c.what, strings.Join(heads, " | "),
		strings.Repeat(" --- |", len(heads)), strings.Join(points, " | "))
}

// values are the figures of the rounds of which there is all that they need, sorted.
func (w row) values(r results) []float64 {
	var all []float64
	for round := 0; ; round++ {
		complete := true
		value := w.figure(func(name, unit string) float64 {
			values := r.of(name, unit)
			if round >= len(values) {
				complete = false
				return 1
			}
			return values[round]
		})
		if !complete {
			break
		}
		all = append(all, value)
	}
	slices.Sort(all)
	return all
}
