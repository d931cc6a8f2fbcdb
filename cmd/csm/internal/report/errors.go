package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

const (
	maxCode    = 40  // the most columns that the code of an error takes
	maxMessage = 100 // the most that its message takes
	minMessage = 30  // with less, messages get lines of their own
)

// byNumber sorts errors: the most frequent first.
func byNumber(errors []statistics.Error) {
	slices.SortFunc(errors, func(a, b statistics.Error) int {
		return cmp.Or(
			cmp.Compare(b.Attempts, a.Attempts),
			cmp.Compare(b.Calls, a.Calls),
			compareKeys(a.Key, b.Key),
			strings.Compare(a.Code, b.Code),
			cmp.Compare(a.Status, b.Status),
		)
	})
}

// writeErrors writes the table of the errors by code: the most frequent first. It
// writes nothing if there are none. Where it would be wider than width, messages
// are cut; where that is not enough, they stand below the rest. A width of 0 is no
// limit.
func writeErrors(b *strings.Builder, by Grouping, errors []statistics.Error, width int) {
	if len(errors) == 0 {
		return
	}
	byNumber(errors)
	header := table.Row{"error", "status", "attempts", "calls"}
	var rows []table.Row
	for _, e := range errors {
		rows = append(rows, table.Row{errorCode(e), errorStatus(e), e.Attempts, e.Calls})
	}

	named, namedRows := header, slices.Clone(rows)
	if len(by.all()) > 0 {
		named = append(slices.Clip(header), by.header())
		for i, e := range errors {
			namedRows[i] = append(slices.Clip(rows[i]), by.name(e.Key, e.Other, maxName))
		}
	}
	room := maxMessage
	if width > 0 {
		used := widest(render(columnGap, named, namedRows, nil, 2, 5))
		room = min(room, width-len(columnGap)-used)
	}
	if room < minMessage {
		lines := render(narrowGap, header, rows, nil, 2, 5)
		writeLines(b, "", lines[0])
		for i, e := range errors {
			name := by.name(e.Key, e.Other, maxName)
			writeLines(b, "", lines[i+1])
			writeLines(b, columnGap, harmless.Cut(strings.Trim(name+": "+e.Message, ": "), width-len(columnGap)))
		}
		return
	}
	for i, e := range errors {
		namedRows[i] = append(slices.Clip(namedRows[i]), harmless.Cut(e.Message, room))
	}
	writeLines(b, "", render(columnGap, append(slices.Clip(named), "last message"), namedRows, nil, 2, 5)...)
}

// errorCode is the code of an error as it is shown.
func errorCode(e statistics.Error) string {
	if e.Other {
		return "(all others)"
	}
	return harmless.Cut(cmp.Or(e.Code, "-"), maxCode)
}

// errorStatus is the HTTP status of an error as it is shown.
func errorStatus(e statistics.Error) string {
	if e.Status == 0 {
		return "-"
	}
	return harmless.Cut(strconv.FormatInt(e.Status, 10), len("status"))
}
