package top

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// A style is what stands before and behind text. It is made once, for a screen has
// hundreds of pieces.
type style struct{ before, behind string }

func newStyle(s lipgloss.Style) style {
	const text = "x"
	before, behind, _ := strings.Cut(s.Render(text), text)
	return style{before, behind}
}

// styles are the looks of what is shown. Where there are no colours, bold, faint and
// reversed text is left.
type styles struct {
	plain, strong, faint  style
	heading, bad, warning style
	trend, selected       style
}

// newStyles are the styles for a dark or a light background.
func newStyles(dark bool) *styles {
	either := lipgloss.LightDark(dark)
	ink := func(light, dark string) lipgloss.Style {
		return lipgloss.NewStyle().Foreground(either(lipgloss.Color(light), lipgloss.Color(dark)))
	}
	return &styles{
		plain:    style{},
		strong:   newStyle(lipgloss.NewStyle().Bold(true)),
		faint:    newStyle(ink("#6c6c6c", "#8a8a8a")),
		heading:  newStyle(ink("#005faf", "#5fafff").Bold(true)),
		bad:      newStyle(ink("#af0000", "#ff5f5f").Bold(true)),
		warning:  newStyle(ink("#875f00", "#ffaf00")),
		trend:    newStyle(ink("#00703c", "#5faf5f")),
		selected: newStyle(lipgloss.NewStyle().Reverse(true)),
	}
}
