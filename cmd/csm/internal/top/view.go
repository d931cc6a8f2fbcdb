package top

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/api"
	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/report"
)

// With fewer lines than tall, the totals make room for rows; with fewer than low, all
// but rows does.
const (
	tall = 12
	low  = 5
)

// View draws the screen, whatever its size.
func (m *Model) View() tea.View {
	v := tea.NewView(strings.Join(m.lines(), "\n"))
	v.AltScreen = true
	v.WindowTitle = "csm top"
	return v
}

// lines are those of the screen: no more than it has, and none wider.
func (m *Model) lines() []string {
	if m.width < 1 || m.height < 1 {
		return nil
	}
	var middle []string
	head := m.header()
	room := m.height - len(head)
	foot := []string{m.footer()}
	if m.height < low {
		foot = nil
	}
	room -= len(foot)
	switch {
	case m.help:
		middle = m.helpLines()
	case m.detail != nil:
		middle = m.detailLines(room)
	case len(m.shown.operations) == 0:
		middle = m.emptyLines()
	default:
		middle = m.tableLines(room)
	}
	middle = middle[:min(len(middle), max(room, 0))]
	for len(middle) < room {
		middle = append(middle, "")
	}
	return append(append(head, middle...), foot...)
}

// headerHeight is how many lines the header has.
func (m *Model) headerHeight() int {
	switch {
	case m.height < low:
		return 0
	case m.height < tall:
		return 1
	}
	return 3
}

// tableHeight is how many rows the table has.
func (m *Model) tableHeight() int {
	h := m.height - m.headerHeight() - 1
	if m.height >= low {
		h-- // the footer
	}
	return h
}

func (m *Model) header() []string {
	switch m.headerHeight() {
	case 0:
		return nil
	case 1:
		if notice := m.notice(); notice != "" {
			return []string{notice}
		}
		return []string{m.titleLine()}
	}
	return []string{m.titleLine(), m.totalLine(), m.notice()}
}

func (m *Model) titleLine() string {
	l := newLine(m.width)
	l.add(m.styles.heading, "csm top").add(m.styles.plain, "  "+m.o.Title)
	clock := ""
	if m.shown.n > 0 {
		clock = m.shown.last.Taken.Local().Format("15:04:05")
	}
	if m.o.Interval >= time.Second && m.width >= 60 {
		clock += "  every " + m.o.Interval.String()
	}
	if l.used+2+len(clock) <= m.width {
		l.pad(m.styles.plain, m.width-len(clock)).add(m.styles.faint, clock)
	}
	return l.String()
}

// totalLine has the sums of all operations.
func (m *Model) totalLine() string {
	l := newLine(m.width)
	t := &m.shown.total
	// The name of a rate stands behind it, that of a number before it.
	field := func(before string, s style, value, behind string) {
		gap := "  "
		if l.used == 0 {
			gap = ""
		}
		if l.used+len(gap)+len(before)+harmless.Width(value)+len(behind) <= m.width {
			l.add(m.styles.plain, gap).add(m.styles.faint, before).add(s, value).add(m.styles.faint, behind)
		}
	}
	rate := "-"
	if m.shown.known() {
		rate = perSecond(t.rate)
	}
	field("", m.styles.strong, rate, " calls/s")
	field("", m.styles.strong, count(uint64(t.minute+0.5), 5), " in 1 min")
	field("calls ", m.styles.strong, count(t.Calls, 6), "")
	errors, share := m.styles.faint, ""
	if t.Errors > 0 {
		errors, share = m.styles.bad, " ("+percent(t.Errors, t.Calls)+")"
	}
	field("errors ", errors, count(t.Errors, 5), share)
	throttled := m.styles.faint
	if t.Throttled > 0 {
		throttled = m.styles.warning
	}
	field("throttled ", throttled, count(t.Throttled, 5), "")
	field("retries ", m.styles.plain, count(t.Retries, 5), "")
	return l.String()
}

// notice is what has to be told now: the most important first.
func (m *Model) notice() string {
	l := newLine(m.width)
	add := func(s style, text string) {
		if l.used > 0 {
			l.add(m.styles.plain, "  ")
		}
		l.add(s, text)
	}
	if m.typing {
		add(m.styles.heading, "filter: "+harmless.Text(m.filter)+"█")
	}
	if m.paused {
		add(m.styles.selected, " paused ")
	}
	if m.err != nil {
		since := ""
		if m.shown.n > 0 {
			since = " since " + m.away.Local().Format("15:04:05")
		}
		add(m.styles.bad, "no answer"+since+": "+harmless.Cut(strings.TrimPrefix(m.err.Error(), "csm: "), 300))
	}
	if lost := losses(m.shown.last.Agent); lost != "" {
		add(m.styles.bad, "lost: "+lost)
	}
	if m.shown.restarts > 0 {
		add(m.styles.warning, "the agent was started again at "+m.shown.last.Began.Local().Format("15:04:05"))
	}
	if m.filter != "" && !m.typing {
		add(m.styles.plain, fmt.Sprintf("filter: %s (%d of %d)", harmless.Text(m.filter), len(m.rows), len(m.shown.operations)))
	}
	return l.String()
}

// losses says what of the datagrams the agent could not take.
func losses(a api.Agent) string {
	r := a.Received
	return report.Losses(agent.Stats{
		LostInKernel: r.LostInKernel, NotAllowed: r.NotAllowed, NotJSON: r.NotJSON, NotEvent: r.NotEvent,
		Empty: r.Empty, ReadErrors: r.ReadErrors,
	})
}

// tableLines are the heading of the table and the rows that fit.
func (m *Model) tableLines(height int) []string {
	l := layoutOf(m.width, min(m.longest, maxName))
	lines := []string{m.tableHeading(l)}
	if len(m.rows) == 0 {
		return append(lines, newLine(m.width).add(m.styles.faint, "no operation's name has that; Esc ends the filter").String())
	}
	for i := m.first; i < len(m.rows) && len(lines) < height; i++ {
		lines = append(lines, m.row(l, m.rows[i], i == m.cursor))
	}
	return lines
}

func (m *Model) tableHeading(l layout) string {
	s := m.styles
	out := newLine(m.width)
	arrow := "▼"
	if m.ascending {
		arrow = "▲"
	}
	name := nameTitle
	if m.sortBy == byName { // in order is from A to Z
		name += map[string]string{"▼": "▲", "▲": "▼"}[arrow]
	}
	out.add(s.heading, left(name, l.name))
	for _, i := range l.shown {
		title := columns[i].title
		if i == m.sortBy {
			title = arrow + title
		}
		out.add(s.heading, right(title, l.gap+columns[i].width))
	}
	if l.trend > 0 {
		out.add(s.heading, strings.Repeat(" ", l.gap)+left(trendTitle, l.trend))
	}
	return out.String()
}

func (m *Model) row(l layout, o *operation, selected bool) string {
	s := m.styles
	out := newLine(m.width)
	if selected {
		out.over = &s.selected
	}
	out.add(s.plain, left(o.name, l.name))
	for _, i := range l.shown {
		c := &columns[i]
		text, look := c.text(o), s.plain
		switch {
		case i < 2 && !m.shown.known():
			text, look = "-", s.faint
		case text == "0":
			look = s.faint
		case c.style != nil:
			look = c.style(s)
		}
		out.add(look, right(text, l.gap+c.width))
	}
	if l.trend > 0 {
		out.add(s.plain, strings.Repeat(" ", l.gap))
		out.add(s.trend, left(sparkline(m.shown.trend(o, l.trend)), l.trend))
	}
	if selected {
		out.pad(s.plain, m.width)
	}
	return out.String()
}

// emptyLines say what to do as long as there are no calls.
func (m *Model) emptyLines() []string {
	if m.history.n == 0 {
		if m.err != nil {
			return nil // the notice says it
		}
		return []string{newLine(m.width).add(m.styles.faint, "asking …").String()}
	}
	lines := []string{"", newLine(m.width).add(m.styles.strong, "No calls yet.").String(), ""}
	for _, text := range m.o.Empty {
		lines = append(lines, newLine(m.width).add(m.styles.plain, text).String())
	}
	return lines
}

// A hint is a key and what it does.
type hint struct{ key, does string }

// footer has the keys of what is shown, as many as fit.
func (m *Model) footer() string {
	leave := hint{"q", "quit"}
	if m.o.Interrupt != nil {
		leave.does = "leave"
	}
	hints := []hint{leave, {"?", "help"}, {"⏎", "open"}, {"/", "filter"}, {"←→", "sort"}, {"r", "reverse"}, {"p", "pause"}, {"↑↓", "select"}}
	switch {
	case m.typing:
		hints = []hint{{"⏎", "keep the filter"}, {"Esc", "end it"}}
	case m.help:
		hints = []hint{{"any key", "back"}}
	case m.detail != nil:
		hints = []hint{leave, {"?", "help"}, {"Esc", "back"}, {"↑↓", "scroll"}, {"p", "pause"}}
	}
	position := ""
	switch d := m.detail; {
	case m.help:
	case d != nil && d.lines > 0:
		position = fmt.Sprintf("%d-%d/%d", d.first+1, d.last, d.lines)
	case d == nil && len(m.rows) > 0:
		position = fmt.Sprintf("%d/%d", m.cursor+1, len(m.rows))
	}
	l := newLine(m.width)
	for _, h := range hints {
		width := harmless.Width(h.key) + 1 + harmless.Width(h.does)
		if l.used+width > m.width-len(position)-2 {
			break
		}
		l.add(m.styles.heading, h.key).add(m.styles.faint, " "+h.does+"  ")
	}
	if l.used+len(position) <= m.width {
		l.pad(m.styles.plain, m.width-len(position)).add(m.styles.faint, position)
	}
	return l.String()
}
