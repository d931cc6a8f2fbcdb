package report

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/go-csm/csm/cmd/csm/internal/harmless"
)

// The space between two columns, and where there is little room.
const (
	columnGap = "  "
	narrowGap = " "
)

// render makes the lines of a table without rules: the header, the rows, and the
// footer if there is one. The columns from right on, counted from 1, up to left,
// are aligned to the right. All text in it must be harmless.
func render(gap string, header table.Row, rows []table.Row, footer table.Row, right, left int) []string {
	text.OverrideRuneWidthEastAsianWidth(false) // the same table in every locale
	t := newTable(header, rows, footer, right, left)
	style := table.Style{Name: "plain"}
	style.Box.PaddingRight = gap
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	return strings.Split(t.Render(), "\n")
}

// newTable is a table to be rendered, with the columns from right on up to left
// aligned to the right.
func newTable(header table.Row, rows []table.Row, footer table.Row, right, left int) table.Writer {
	t := table.NewWriter()
	var configs []table.ColumnConfig
	for n := right; n < left; n++ {
		configs = append(configs, table.ColumnConfig{
			Number: n, Align: text.AlignRight, AlignHeader: text.AlignRight, AlignFooter: text.AlignRight,
		})
	}
	t.SetColumnConfigs(configs)
	t.AppendHeader(header)
	t.AppendRows(rows)
	if footer != nil {
		t.AppendFooter(footer)
	}
	return t
}

// writeLines writes lines, indented.
func writeLines(b *strings.Builder, indent string, lines ...string) {
	for _, line := range lines {
		fmt.Fprintf(b, "%s%s\n", indent, line)
	}
}

// widest is how many columns the widest of the lines takes.
func widest(lines []string) int {
	width := 0
	for _, line := range lines {
		width = max(width, harmless.Width(line))
	}
	return width
}
