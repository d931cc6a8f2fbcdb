package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
)

// maxListed is how many names are told of those that have no rows.
const maxListed = 10

// A prose is how a difference is written for people.
type prose struct {
	quote     func(text string) string // of harmless text from outside
	table     func(b *strings.Builder, header table.Row, rows []table.Row)
	lineBreak string
}

// Write writes what changed as a table. Groups of which nothing changed by more
// than noise are named below it.
func (d Difference) Write(w io.Writer) error {
	return d.write(w, prose{
		quote: func(text string) string { return text },
		table: func(b *strings.Builder, header table.Row, rows []table.Row) {
			writeLines(b, "", render(columnGap, header, rows, nil, 3, 7)...)
		},
		lineBreak: "\n",
	})
}

// WriteMarkdown writes the same as Markdown.
func (d Difference) WriteMarkdown(w io.Writer) error {
	return d.write(w, prose{
		quote: code,
		table: func(b *strings.Builder, header table.Row, rows []table.Row) {
			writeMarkdown(b, header, rows, nil, 3, 7)
		},
		lineBreak: "\n\n",
	})
}

func (d Difference) write(w io.Writer, p prose) error {
	b := new(strings.Builder)
	d.Before.writeSide(b, "before", p)
	d.After.writeSide(b, "after", p)
	total, groups := d.compare()
	var rows []table.Row
	var same, gone, added []string
	tests := total.tests()
	width := maxName
	if d.Width > 0 {
		const others = 70 // what the other columns take
		width = min(maxName, max(16, d.Width-others))
	}
	for i := range groups {
		c := &groups[i]
		tests += c.tests()
		name := p.quote(d.By.name(c.key, c.other, width))
		switch {
		case !c.before:
			added = append(added, name)
		case !c.after:
			gone = append(gone, name)
		case c.differs():
			rows = append(rows, c.rows(name)...)
		default:
			same = append(same, name)
		}
	}
	if total.before && total.after {
		if len(groups) > 1 {
			rows = append(rows, total.rows("total")...)
		}
		if p.lineBreak == "\n" {
			b.WriteString("\n")
		}
		p.table(b, table.Row{d.By.header(), "figure", "before", "after", "change", "p", "verdict"}, rows)
		b.WriteString("\n")
	}
	for _, list := range []struct {
		what  string
		names []string
	}{{"only before", gone}, {"only after", added}, {"no difference but noise", same}} {
		if len(list.names) > 0 {
			fmt.Fprintf(b, "%s: %s%s", list.what, enumerate(list.names), p.lineBreak)
		}
	}
	if tests > 0 {
		fmt.Fprintf(b, "a verdict has p < %v, corrected for %s; ~ is noise\n", level, Number(uint64(tests), "test"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeSide says what a recording is.
func (r Recorded) writeSide(b *strings.Builder, name string, p prose) {
	total := r.Statistics.Total()
	fmt.Fprintf(b, "%s: %s, %s, from %s%s%s", name,
		Number(total.Calls, "call"), Number(total.Attempts, "attempt"), p.quote(r.origin()), r.span(), p.lineBreak)
}

// tests is how many of the figures were tested.
func (c *compared) tests() int {
	n := 0
	for _, f := range c.figures {
		if !math.IsNaN(f.p) {
			n++
		}
	}
	return n
}

// rows are the rows of a group: its calls, and each figure that is not 0.
func (c *compared) rows(name string) []table.Row {
	rows := []table.Row{{
		name, "calls", c.calls[0], c.calls[1], change(float64(c.calls[0]), float64(c.calls[1])), "", "",
	}}
	for _, f := range c.figures {
		if f.values == [2]float64{} {
			continue
		}
		row := table.Row{"", f.name}
		if f.share {
			points := fmt.Sprintf("%+.2f points", 100*(f.values[1]-f.values[0]))
			row = append(row, percent(f.values[0]), percent(f.values[1]), points)
		} else {
			row = append(row, Duration(f.values[0]), Duration(f.values[1]), change(f.values[0], f.values[1]))
		}
		rows = append(rows, append(row, probability(f.p), f.verdict()))
	}
	return rows
}

func percent(share float64) string { return fmt.Sprintf("%.2f %%", 100*share) }

// change is the change as a part of what was before.
func change(before, after float64) string {
	if before == 0 {
		return ""
	}
	if after > 10*before {
		return fmt.Sprintf("× %.0f", after/before)
	}
	if percent := math.Round(100 * (after - before) / before); percent != 0 {
		return fmt.Sprintf("%+.0f %%", percent)
	}
	return "0 %"
}

func probability(p float64) string {
	switch {
	case math.IsNaN(p):
		return "-"
	case p < 0.0001:
		return "< 0.0001"
	}
	return fmt.Sprintf("%.4f", p)
}

// enumerate names the first of many.
func enumerate(names []string) string {
	if more := len(names) - maxListed; more > 0 {
		names = append(names[:maxListed:maxListed], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
