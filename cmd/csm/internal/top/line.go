package top

import (
	"strings"

	"github.com/go-csm/csm/cmd/csm/internal/harmless"
)

// A line is made of pieces of text, each with a style, up to a width. What would be
// beyond it is cut.
type line struct {
	b     strings.Builder
	width int // columns in all
	used  int
	over  *style // instead of the styles of all pieces; nil means that they have their own
}

func newLine(width int) *line { return &line{width: width} }

// add adds text that is harmless.
func (l *line) add(s style, text string) *line {
	room := l.width - l.used
	if room <= 0 || text == "" {
		return l
	}
	w := harmless.Width(text)
	if w > room {
		text = fit(text, room)
		w = harmless.Width(text)
	}
	l.used += w
	if l.over != nil {
		s = *l.over
	}
	l.b.WriteString(s.before)
	l.b.WriteString(text)
	l.b.WriteString(s.behind)
	return l
}

// pad adds spaces up to a column.
func (l *line) pad(s style, to int) *line {
	return l.add(s, strings.Repeat(" ", max(0, min(to, l.width)-l.used)))
}

func (l *line) String() string { return l.b.String() }

// fit is text cut to at most width columns, without an ellipsis where there is no room
// for one. Unlike harmless.Cut it leaves spaces as they are.
func fit(text string, width int) string {
	if harmless.Width(text) <= width {
		return text
	}
	used := 0
	for i, r := range text {
		w := harmless.Width(string(r))
		if used+w > width-1 {
			return text[:i] + "…"
		}
		used += w
	}
	return text
}

// left is text in exactly width columns; right has the spaces before it.
func left(text string, width int) string {
	text = fit(text, width)
	return text + strings.Repeat(" ", max(0, width-harmless.Width(text)))
}

func right(text string, width int) string {
	text = fit(text, width)
	return strings.Repeat(" ", max(0, width-harmless.Width(text))) + text
}
