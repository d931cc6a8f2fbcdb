package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// maxText is the most columns that a text takes in a table for other programs.
const maxText = 600

// WriteCSV writes the table as comma-separated values, with a header and without a
// total. Times are in seconds. Text is one line each, and what a spreadsheet would
// take for a formula has an apostrophe before it.
func (r Recorded) WriteCSV(w io.Writer) error {
	shown := r.Statistics.By(r.By.key)
	if r.By.errors {
		t := newCSV(append(r.By.columns(), "Code", "Status", "Attempts", "Calls", "Message"))
		byNumber(shown.Errors)
		for _, e := range shown.Errors {
			t.AppendRow(append(r.By.cells(e.Key, e.Other),
				harmless.Cut(cmp.Or(e.Code, "-"), maxText), e.Status, e.Attempts, e.Calls, harmless.Cut(e.Message, maxText)))
		}
		return writeCSV(w, t)
	}
	t := newCSV(append(r.By.columns(), "Calls", "Attempts", "Retries", "Errors", "Throttled",
		"LatencyCount", "LatencySum", "LatencyP50", "LatencyP90", "LatencyP99", "LatencyMax"))
	byTime(shown.Series)
	for i := range shown.Series {
		s := &shown.Series[i]
		f := figuresOf(s)
		t.AppendRow(append(r.By.cells(s.Key, s.Other),
			f.Calls, f.Attempts, f.Retries, f.Errors, f.Throttled, f.Latency.Count, decimal(f.Latency.Sum),
			decimal(f.Latency.P50), decimal(f.Latency.P90), decimal(f.Latency.P99), decimal(f.Latency.Max)))
	}
	return writeCSV(w, t)
}

// newCSV is a table to be written as comma-separated values.
func newCSV(columns []string) table.Writer {
	t := table.NewWriter()
	style := table.Style{Name: "csv"}
	style.CSV.FieldProtection = true
	t.SetStyle(style)
	t.AppendHeader(rowOf(columns))
	return t
}

func writeCSV(w io.Writer, t table.Writer) error {
	_, err := io.WriteString(w, t.RenderCSV()+"\n")
	return err
}

// cells are the cells that identify a row for programs.
func (g Grouping) cells(k statistics.Key, other bool) table.Row {
	values := g.values(k)
	for i, v := range values {
		values[i] = harmless.Cut(v, maxText)
		if other {
			values[i] = "(all others)"
		}
	}
	return rowOf(values)
}

func rowOf(values []string) table.Row {
	row := make(table.Row, len(values))
	for i, v := range values {
		row[i] = v
	}
	return row
}

// decimal writes a number without an exponent, which not every program reads.
func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// WriteMarkdown writes the report as Markdown, as GitHub and its like show it. Text
// from outside stands as code, so that nothing in it is markup.
func (r Recorded) WriteMarkdown(w io.Writer) error {
	if r.Events == 0 {
		_, err := fmt.Fprintln(w, code(r.None()))
		return err
	}
	b := new(strings.Builder)
	total := r.Statistics.Total()
	fmt.Fprintf(b, "%s to AWS, %s, from %s\n\n", Number(total.Calls, "call"), Number(total.Attempts, "attempt"),
		code(r.origin()+r.span()))
	shown := r.Statistics.By(r.By.key)
	if !r.By.errors {
		byTime(shown.Series)
		rows := make([]table.Row, len(shown.Series))
		for i := range shown.Series {
			s := &shown.Series[i]
			rows[i] = slices.Insert(numbers(s), 0, any(code(r.By.name(s.Key, s.Other, maxText))))
		}
		var footer table.Row
		if len(rows) > 1 {
			footer = slices.Insert(numbers(&total), 0, any("total"))
		}
		header := slices.Insert(slices.Clone(numbersHeader), 0, any(r.By.header()))
		writeMarkdown(b, header, rows, footer, 2, len(header)+1)
	}
	if len(shown.Errors) == 0 {
		if r.By.errors {
			fmt.Fprintln(b, "no errors")
		}
		_, err := io.WriteString(w, b.String())
		return err
	}
	byNumber(shown.Errors)
	rows := make([]table.Row, len(shown.Errors))
	for i, e := range shown.Errors {
		rows[i] = table.Row{code(errorCode(e)), errorStatus(e), e.Attempts, e.Calls}
		if len(r.By.all()) > 0 {
			rows[i] = append(rows[i], code(r.By.name(e.Key, e.Other, maxText)))
		}
		rows[i] = append(rows[i], code(harmless.Cut(e.Message, maxText)))
	}
	header := table.Row{"error", "status", "attempts", "calls"}
	if len(r.By.all()) > 0 {
		header = append(header, r.By.header())
	}
	if !r.By.errors {
		fmt.Fprintln(b)
	}
	writeMarkdown(b, append(header, "last message"), rows, nil, 2, 5)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeMarkdown writes a table. The columns from right on, counted from 1, up to
// left, are aligned to the right.
func writeMarkdown(b *strings.Builder, header table.Row, rows []table.Row, footer table.Row, right, left int) {
	t := newTable(header, rows, footer, right, left)
	fmt.Fprintln(b, t.RenderMarkdown())
}

// code is text as code. All of it must be harmless.
func code(text string) string {
	if text == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}
