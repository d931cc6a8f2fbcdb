package top

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/go-csm/csm/cmd/csm/internal/api"
	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/report"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

const (
	maxErrors = 8   // that are shown
	wide      = 110 // columns, with which sections stand side by side
)

// A detail is what is shown of one operation.
type detail struct {
	key    key
	name   string
	series *api.Series // nil until it is known
	errors []api.Error
	gone   bool // the source does not know it any more
	latest *latest
	events latestEvents // of latest, as they are shown
	first  int          // line of the sections on the screen
	last   int          // and that behind the last one
	lines  int          // of the sections
}

// A detailMsg has the details of an operation that was opened.
type detailMsg struct {
	of  key
	one api.Statistics
	err error
}

// open opens the selected operation.
func (m *Model) open() tea.Cmd {
	if m.cursor >= len(m.rows) {
		return nil
	}
	o := m.rows[m.cursor]
	if o.Other {
		return nil // has no name to be asked for
	}
	m.detail = &detail{
		key: keyOf(&o.Series), name: o.name,
		latest: follow(m.ctx, m.o.Source, o.Service, o.Operation),
	}
	of := m.detail.key
	return func() tea.Msg {
		one, err := m.o.Source.Operation(m.ctx, of.service, of.operation)
		return detailMsg{of, one, err}
	}
}

func (m *Model) closeDetail() {
	if m.detail != nil {
		m.detail.latest.close()
		m.detail = nil
	}
}

// takeDetail takes the details of an operation, if they are still wanted.
func (m *Model) takeDetail(of key, one api.Statistics, err error) {
	d := m.detail
	if err != nil || d == nil || d.key != of || m.paused && d.series != nil {
		return
	}
	// Names that differ by upper and lower case come together.
	i := slices.IndexFunc(one.Series, func(s api.Series) bool { return keyOf(&s) == of })
	if d.gone = i < 0; d.gone {
		return
	}
	d.series, d.errors = &one.Series[i], nil
	for _, e := range one.Errors {
		if e.Service == of.service && e.Operation == of.operation && !e.Other {
			d.errors = append(d.errors, e)
		}
	}
	slices.SortFunc(d.errors, func(a, b api.Error) int {
		return cmp.Or(cmp.Compare(b.Attempts+b.Calls, a.Attempts+a.Calls), strings.Compare(a.Code, b.Code), cmp.Compare(a.Status, b.Status))
	})
	d.events = d.latest.events()
}

// detailLines are the sections on one operation that fit into a height.
func (m *Model) detailLines(height int) []string {
	d := m.detail
	head := []string{m.detailHead()}
	if d.series == nil {
		text := "asking …"
		if d.gone {
			text = "the agent has forgotten it, for nothing came for long"
		}
		return append(head, newLine(m.width).add(m.styles.faint, text).String())
	}
	var body []string
	if m.width >= wide {
		half := m.width/2 - 1
		right := append(m.countLines(m.width-half-3), m.phaseLines(m.width-half-3)...)
		body = append(beside(m.latencyLines(half), right, half+3), m.errorLines()...)
	} else {
		body = append(m.latencyLines(m.width), m.countLines(m.width)...)
		body = append(body, m.errorLines()...)
		body = append(body, m.phaseLines(m.width)...)
	}
	body = append(body, m.eventLines()...)
	room := max(height-len(head), 1)
	d.lines = len(body)
	d.first = max(0, min(d.first, d.lines-room))
	d.last = min(d.first+room, d.lines)
	return append(head, body[d.first:d.last]...)
}

// detailHead has the operation's name and its rates.
func (m *Model) detailHead() string {
	l := newLine(m.width).add(m.styles.heading, m.detail.name)
	o := m.shown.operations[m.detail.key]
	if o == nil {
		return l.String()
	}
	rate := "-"
	if m.shown.known() {
		rate = perSecond(o.rate)
	}
	l.add(m.styles.strong, "  "+rate).add(m.styles.faint, " calls/s").
		add(m.styles.strong, "  "+count(uint64(o.minute+0.5), 5)).add(m.styles.faint, " in 1 min").
		add(m.styles.faint, "  calls ").add(m.styles.strong, count(o.Calls, 6)+"  ")
	if columns := min(m.width-l.used, 2*mostTrend); columns >= leastTrend {
		l.add(m.styles.trend, sparkline(m.shown.trend(o, columns)))
	}
	return l.String()
}

// beside puts lines beside others, which begin at a column.
func beside(a, b []string, at int) []string {
	var lines []string
	for i := range max(len(a), len(b)) {
		text := ""
		if i < len(a) {
			text = a[i]
		}
		if i < len(b) {
			text += strings.Repeat(" ", max(0, at-lipgloss.Width(text))) + b[i]
		}
		lines = append(lines, text)
	}
	return lines
}

// heading is the line above a section.
func (m *Model) heading(width int, title, about string) string {
	return newLine(width).add(m.styles.strong, title).add(m.styles.faint, "  "+about).String()
}

// latencyLines are the distribution of the latency of calls.
func (m *Model) latencyLines(width int) []string {
	h := m.detail.series.Latency
	if h == nil || h.Buckets == nil {
		return []string{m.heading(width, "latency", "no call told it"), ""}
	}
	about := fmt.Sprintf("p50 %s  p90 %s  p99 %s  max %s", short(h.P50), short(h.P90), short(h.P99), short(h.Max))
	if mean := "  mean " + short(h.Sum/float64(h.Count)); len("latency  "+about+mean) <= width {
		about += mean
	}
	lines := []string{m.heading(width, "latency", about)}
	steps := stepsOf(h)
	var most uint64
	for _, s := range steps {
		most = max(most, s.count)
	}
	for _, s := range steps {
		l := newLine(width)
		l.add(m.styles.faint, right("≤ "+report.Duration(s.upTo), 10)+" ")
		l.add(m.styles.plain, right(count(s.count, 6), 7)+" "+right(percent(s.count, h.Count), 6)+"  ")
		l.add(m.styles.trend, bar(float64(s.count)/float64(most), max(width-l.used-1, 0)))
		lines = append(lines, l.String())
	}
	return append(lines, "")
}

// countLines are how the calls ended, the status codes and the connections.
func (m *Model) countLines(width int) []string {
	s := m.detail.series
	list := func(title string, n int, item func(i int) (style, string)) string {
		l := newLine(width).add(m.styles.strong, title)
		for i := range n {
			look, text := item(i)
			l.add(m.styles.plain, "  ").add(look, text)
		}
		if n == 0 {
			l.add(m.styles.faint, "  none told")
		}
		return l.String()
	}
	var ended []statistics.Result
	for r := range statistics.NumResults {
		if s.Results[statistics.Result(r).String()] > 0 {
			ended = append(ended, statistics.Result(r))
		}
	}
	results := list("calls", len(ended), func(i int) (style, string) {
		look := m.styles.plain
		if ended[i].Failed() {
			look = m.styles.bad
		}
		name := ended[i].String()
		return look, strings.ReplaceAll(name, "_", " ") + " " + count(s.Results[name], 6)
	})
	codes := slices.Sorted(maps.Keys(s.Statuses))
	statuses := list("status", len(codes), func(i int) (style, string) {
		look, code := m.styles.plain, fmt.Sprint(codes[i])
		switch {
		case codes[i] == statistics.OtherStatus:
			code = "others"
		case codes[i] >= 500 || codes[i] == 429:
			look = m.styles.bad
		case codes[i] >= 400:
			look = m.styles.warning
		}
		return look, code + " × " + count(s.Statuses[codes[i]], 6)
	})
	attempts := newLine(width).add(m.styles.strong, "attempts").add(m.styles.plain,
		fmt.Sprintf("  %s  retries %s  throttled %s", count(s.Attempts, 6), count(s.Retries, 6), count(s.Throttled, 6)))
	lines := []string{results, attempts.String(), statuses}
	if c := s.Connections; c != nil && c.New+c.Reused > 0 {
		lines = append(lines, newLine(width).add(m.styles.strong, "connections").add(m.styles.plain,
			fmt.Sprintf("  new %s  reused %s (%s)", count(c.New, 6), count(c.Reused, 6), percent(c.Reused, c.New+c.Reused))).String())
	}
	return append(lines, "")
}

// phaseLines are the parts of the attempts.
func (m *Model) phaseLines(width int) []string {
	s := m.detail.series
	var lines []string
	for p := range statistics.NumPhases {
		name := statistics.Phase(p).String()
		h := s.Phases[name]
		if h == nil {
			continue
		}
		if lines == nil {
			lines = append(lines, m.heading(width, "connection phases", "p50    p90    p99    count"))
		}
		lines = append(lines, newLine(width).add(m.styles.faint, left("  "+name, 17)).add(m.styles.plain, fmt.Sprintf("%5s  %5s  %5s  %7s",
			short(h.P50), short(h.P90), short(h.P99), count(h.Count, 6))).String())
	}
	if lines == nil {
		return nil
	}
	return append(lines, "")
}

// errorLines are the ways in which attempts and calls failed.
func (m *Model) errorLines() []string {
	errors := m.detail.errors
	if len(errors) == 0 {
		return []string{m.heading(m.width, "errors", "none"), ""}
	}
	lines := []string{m.heading(m.width, "errors", "by code: calls, attempts, last message")}
	for _, e := range errors[:min(len(errors), maxErrors)] {
		code := cmp.Or(harmless.Cut(e.Code, 32), "(no code)")
		if e.Status != 0 {
			code += fmt.Sprintf(" (%d)", e.Status)
		}
		l := newLine(m.width).add(m.styles.bad, left("  "+code, 30)).
			add(m.styles.plain, fmt.Sprintf(" %6s %6s  ", count(e.Calls, 6), count(e.Attempts, 6))).
			add(m.styles.faint, harmless.Cut(e.Message, 300))
		lines = append(lines, l.String())
	}
	if more := len(errors) - maxErrors; more > 0 {
		lines = append(lines, m.heading(m.width, "", fmt.Sprintf("and %d more", more)))
	}
	return append(lines, "")
}

// eventLines are the latest events, the last one first.
func (m *Model) eventLines() []string {
	events := m.detail.events
	about := "none since it was opened"
	if len(events.lines) > 0 {
		about = "the last one first"
	}
	if events.lost > 0 {
		about += "; not shown: " + report.Number(events.lost, "event")
	}
	if events.away != "" {
		about += "; " + events.away
	}
	lines := []string{m.heading(m.width, "latest events", about)}
	for _, e := range events.lines {
		look := m.styles.plain
		if e.failed {
			look = m.styles.bad
		}
		lines = append(lines, newLine(m.width).add(look, e.text).String())
	}
	return lines
}
