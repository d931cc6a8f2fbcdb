package top

import (
	"cmp"
	"slices"
	"strings"

	"github.com/go-csm/csm/cmd/csm/internal/api"
)

// A column is one of the table.
type column struct {
	title string
	about string // for the help
	width int
	kept  int                        // the lower, the longer it is shown where there is little room
	text  func(o *operation) string  // of a cell
	value func(o *operation) float64 // that is sorted by; nil means by name
	style func(s *styles) style      // of cells that are not zero; nil means plain
}

// The columns in their order; the name and the trend are besides them.
var columns = []column{
	{
		title: "/S", about: "calls a second, over the last 10 seconds", width: 5, kept: 0,
		text:  func(o *operation) string { return perSecond(o.rate) },
		value: func(o *operation) float64 { return o.rate },
	},
	{
		title: "1MIN", about: "calls in the last minute", width: 5, kept: 5,
		text:  func(o *operation) string { return count(uint64(o.minute+0.5), 5) },
		value: func(o *operation) float64 { return o.minute },
	},
	{
		title: "CALLS", about: "calls in all, since the agent began to count", width: 5, kept: 3,
		text:  func(o *operation) string { return count(o.Calls, 5) },
		value: func(o *operation) float64 { return float64(o.Calls) },
	},
	{
		title: "ERR", about: "calls that failed", width: 4, kept: 1,
		text:  func(o *operation) string { return count(o.Errors, 4) },
		value: func(o *operation) float64 { return float64(o.Errors) },
		style: func(s *styles) style { return s.bad },
	},
	{
		title: "THR", about: "attempts that were throttled", width: 4, kept: 6,
		text:  func(o *operation) string { return count(o.Throttled, 4) },
		value: func(o *operation) float64 { return float64(o.Throttled) },
		style: func(s *styles) style { return s.warning },
	},
	{
		title: "RETR", about: "retries", width: 4, kept: 7,
		text:  func(o *operation) string { return count(o.Retries, 4) },
		value: func(o *operation) float64 { return float64(o.Retries) },
	},
	percentile("P50", 4, "half of the calls took no longer", func(h *api.Histogram) float64 { return h.P50 }),
	percentile("P90", 8, "nine of ten calls took no longer", func(h *api.Histogram) float64 { return h.P90 }),
	percentile("P99", 2, "99 of 100 calls took no longer, their retries included", func(h *api.Histogram) float64 { return h.P99 }),
}

func percentile(title string, kept int, about string, of func(*api.Histogram) float64) column {
	return column{
		title: title, about: about, width: 5, kept: kept,
		text: func(o *operation) string {
			if o.Latency == nil {
				return "-"
			}
			return short(of(o.Latency))
		},
		value: func(o *operation) float64 {
			if o.Latency == nil {
				return -1
			}
			return of(o.Latency)
		},
	}
}

// What the table can be sorted by besides the columns.
const byName = -1

const (
	leastName  = 20 // columns that a name has where others are shown
	leastTrend = 7
	mostTrend  = 30
	nameTitle  = "OPERATION"
	trendTitle = "TREND"
)

// A layout is how a table fits into a width.
type layout struct {
	name  int   // columns of the name
	shown []int // the columns, in their order
	gap   int   // between columns
	trend int   // columns of the trend; 0 is none
}

// layoutOf is the layout for a width, for names up to a length.
func layoutOf(width, longest int) layout {
	l := layout{gap: 1}
	order := make([]int, len(columns))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(columns[a].kept, columns[b].kept) })
	room := width - leastName
	for _, i := range order {
		if room -= columns[i].width + l.gap; room < 0 {
			break
		}
		l.shown = append(l.shown, i)
	}
	slices.Sort(l.shown)
	room = width - l.taken()
	longest = max(longest, leastName)
	if len(l.shown) == len(columns) && room-leastName > leastTrend {
		if wider := room - len(columns) - 1 - leastTrend; wider >= min(longest, 32) {
			l.gap = 2
			room = width - l.taken()
		}
		l.trend = min(max(room-l.gap-longest, leastTrend), mostTrend)
		room -= l.trend + l.gap
	}
	l.name = max(min(room, max(longest, leastName)), 1)
	return l
}

// taken is the room of the columns with the gaps before them.
func (l layout) taken() (width int) {
	for _, i := range l.shown {
		width += columns[i].width + l.gap
	}
	return width
}

// sorted gives the operations that a filter lets through, in order.
func sorted(all map[key]*operation, filter string, by int, ascending bool) []*operation {
	rows := make([]*operation, 0, len(all))
	filter = strings.ToLower(filter)
	for _, o := range all {
		if strings.Contains(o.folded, filter) {
			rows = append(rows, o)
		}
	}
	slices.SortFunc(rows, func(a, b *operation) int {
		order := 0
		if by != byName {
			value := columns[by].value
			order = cmp.Compare(value(b), value(a)) // the largest first
		}
		if order == 0 {
			order = cmp.Or(strings.Compare(a.folded, b.folded), strings.Compare(a.Service, b.Service), strings.Compare(a.Operation, b.Operation))
			if by != byName {
				return order
			}
		}
		if ascending {
			return -order
		}
		return order
	})
	return rows
}
