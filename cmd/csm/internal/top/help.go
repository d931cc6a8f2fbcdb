package top

import "slices"

var keyHelp = []hint{
	{"↑ ↓  PgUp PgDn  Home End", "select an operation, or scroll; also k j g G"},
	{"Enter", "open an operation; Esc goes back"},
	{"← →", "sort by another column; also < >"},
	{"r", "reverse the order"},
	{"/", "show only names that have a text; Esc ends it"},
	{"p", "pause the screen; counting goes on; also space"},
	{"Ctrl-L", "draw the screen anew"},
}

// leaveHelp is what leaves the view.
func (m *Model) leaveHelp() []hint {
	if m.o.Interrupt != nil {
		return []hint{{"q", "leave this view; the program goes on, its output comes"}, {"Ctrl-C", "interrupt the program"}}
	}
	return []hint{{"q", "quit; also Ctrl-C"}}
}

// helpLines are the keys and what the columns mean.
func (m *Model) helpLines() []string {
	s := m.styles
	pair := func(key, does string, width int) string {
		return newLine(m.width).add(s.heading, left(key, width)).add(s.plain, "  "+does).String()
	}
	var lines []string
	for _, h := range append(slices.Clone(keyHelp), m.leaveHelp()...) {
		lines = append(lines, pair(h.key, h.does, 24))
	}
	lines = append(lines, "")
	for _, c := range columns {
		lines = append(lines, pair(c.title, c.about, 5))
	}
	return append(lines, pair(trendTitle, "the rate over the last minute, the highest as high as a line", 5))
}
