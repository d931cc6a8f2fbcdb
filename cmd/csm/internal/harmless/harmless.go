// Package harmless makes text from outside fit to be shown. The values of an event
// are whatever its sender put there: escape sequences that take over a terminal,
// line breaks that forge lines, characters that turn the direction of writing
// around, names of a thousand letters.
package harmless

import (
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
)

// ellipsis stands where text was cut. It is one column wide.
const ellipsis = "…"

// widths are the columns that characters take, the same in every locale.
var widths = &runewidth.Condition{}

// Text is s as one line that can be shown anywhere. Line breaks, tabs and any
// other white space become a space, several of them one, and none at the ends.
// What else is not printable becomes U+FFFD: control characters, and with them the
// beginning of every escape sequence, invisible characters, those that change
// the direction of writing, and bytes that are no UTF-8.
func Text(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case !unicode.IsPrint(r):
			r = unicode.ReplacementChar
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Cut is Text(s), cut so that it takes at most width columns, with an ellipsis for
// what is gone. It has at most twice as many characters as columns, for there are
// some that take none. A width below 1 is one of 1.
func Cut(s string, width int) string {
	width = max(width, 1)
	if limit := 32 * width; len(s) > limit { // perhaps much, and more than can be shown
		s = s[:limit] + ellipsis
	}
	s = Text(s)
	columns, runes, cut := 0, 0, 0 // s[:cut] leaves room for the ellipsis
	for i, r := range s {
		w := widths.RuneWidth(r)
		if columns+w > width || runes == 2*width {
			return s[:cut] + ellipsis
		}
		columns += w
		runes++
		if columns <= width-1 && runes <= 2*width-1 {
			cut = i + len(string(r))
		}
	}
	return s
}

// Width is how many columns s takes, if it is harmless.
func Width(s string) int { return widths.StringWidth(s) }
