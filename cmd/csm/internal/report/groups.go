package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/go-csm/csm/cmd/csm/internal/histogram"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

const (
	maxName = 44 // the most columns that a name takes
	minName = 24 // with less, names get lines of their own
)

// numbersHeader is the header of a row of numbers.
var numbersHeader = table.Row{"calls", "attempts", "retries", "errors", "throttled", "p50", "p90", "p99", "max", "total"}

// byTime sorts series: those that took the most time first.
func byTime(series []statistics.Series) {
	took := make(map[statistics.Key]float64)
	for i := range series {
		took[series[i].Key] += series[i].Latency().Sum()
	}
	slices.SortFunc(series, func(a, b statistics.Series) int {
		return cmp.Or(cmp.Compare(took[b.Key], took[a.Key]), compareKeys(a.Key, b.Key))
	})
}

// writeGroups writes the table of some series: those that took the most time
// first. Where it would be wider than width, names are cut; where that is not
// enough, they stand above their numbers. A width of 0 is no limit.
func writeGroups(b *strings.Builder, by Grouping, series []statistics.Series, total statistics.Series, width int) {
	byTime(series)
	header := numbersHeader
	var rows []table.Row
	for i := range series {
		rows = append(rows, numbers(&series[i]))
	}
	var footer table.Row
	if len(series) > 1 {
		footer = numbers(&total)
	}

	room := maxName
	if width > 0 {
		room = min(room, width-len(columnGap)-widest(render(columnGap, header, rows, footer, 1, len(header)+1)))
	}
	if room < minName {
		withoutSpaces(append(rows, footer))
		lines := render(narrowGap, header, rows, footer, 1, len(header)+1)
		writeLines(b, "", by.header())
		writeLines(b, columnGap, lines[0])
		for i, line := range lines[1:] {
			name := "total"
			if i < len(series) {
				name = by.name(series[i].Key, series[i].Other, min(maxName, width))
			}
			writeLines(b, "", name)
			writeLines(b, columnGap, line)
		}
		return
	}
	for i := range rows {
		name := by.name(series[i].Key, series[i].Other, room)
		rows[i] = slices.Insert(rows[i], 0, any(name))
	}
	header = slices.Insert(slices.Clone(header), 0, any(by.header()))
	if footer != nil {
		footer = slices.Insert(footer, 0, any("total"))
	}
	writeLines(b, "", render(columnGap, header, rows, footer, 2, len(header)+1)...)
}

// numbers is the row of a series without its name.
func numbers(s *statistics.Series) table.Row {
	row := table.Row{s.Calls, s.Attempts, s.Retries, s.Errors(), s.Throttled}
	return append(row, latencies(s.Latency())...)
}

// latencies are p50, p90, p99, maximum and sum.
func latencies(h *histogram.Histogram) table.Row {
	if h.Count() == 0 {
		return table.Row{"-", "-", "-", "-", "-"}
	}
	return table.Row{
		Duration(h.Quantile(0.50)),
		Duration(h.Quantile(0.90)),
		Duration(h.Quantile(0.99)),
		Duration(h.Max()),
		Duration(h.Sum()),
	}
}

// withoutSpaces takes the spaces out of cells: 2m03s.
func withoutSpaces(rows []table.Row) {
	for _, row := range rows {
		for i, cell := range row {
			if s, ok := cell.(string); ok {
				row[i] = strings.ReplaceAll(s, " ", "")
			}
		}
	}
}
