package top

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares a screen with a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the screen is\n%s\nwant\n%s", got, want)
	}
}

// plain is the screen without its styles and without spaces at the ends of lines.
func (s *screen) plain() string {
	lines := strings.Split(ansi.Strip(s.View().Content), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// states are the states of a view that look different.
var states = map[string]func(*screen){
	"table":   func(*screen) {},
	"help":    func(s *screen) { s.press("?") },
	"sorted":  func(s *screen) { s.press("down", "down", "right", "right", "right", "r") },
	"typing":  func(s *screen) { s.press("/", "obj") },
	"no-name": func(s *screen) { s.press("/", "none", "enter") },
	"paused":  func(s *screen) { s.press("p") },
	"away": func(s *screen) {
		s.source.err = errAway
		s.sample()
	},
	"lost": func(s *screen) {
		s.source.received.LostInKernel, s.source.received.NotJSON = 1234, 5
		s.sample()
	},
	"detail": func(s *screen) {
		s.openSelected()
		s.tellEvents()
		s.sample()
	},
	"detail-end": func(s *screen) {
		s.openSelected()
		s.tellEvents()
		s.sample()
		s.press("end")
	},
}

func TestGolden(t *testing.T) {
	for _, size := range []struct{ width, height int }{{80, 24}, {120, 40}, {40, 10}} {
		for name, change := range states {
			t.Run(fmt.Sprintf("%s-%dx%d", name, size.width, size.height), func(t *testing.T) {
				s := newScreen(t, size.width, size.height, 8)
				change(s)
				golden(t, fmt.Sprintf("%s-%dx%d", name, size.width, size.height), s.plain())
			})
		}
	}
	for name, seconds := range map[string]int{"empty-80x24": 0, "first-80x24": 1} {
		t.Run(name, func(t *testing.T) { golden(t, name, newScreen(t, 80, 24, seconds).plain()) })
	}
}

// The styles of a light and of a dark terminal, with escape sequences made visible.
func TestGoldenStyles(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		s := newScreen(t, 60, 12, 8)
		s.styles = newStyles(dark)
		golden(t, "styles-"+name, strings.ReplaceAll(s.View().Content, "\x1b", "␛")+"\n")
	}
}

func TestTheViewFitsEverySize(t *testing.T) {
	for name, change := range states {
		s := newScreen(t, 80, 24, 8)
		change(s)
		for _, height := range []int{1, 2, 4, 5, 11, 12, 24, 45} {
			for width := 1; width <= 150; width += 1 + width/20 {
				s.width, s.height = width, height
				s.scroll()
				lines := s.lines()
				if len(lines) != height {
					t.Fatalf("%s: %d lines on a screen of %d×%d", name, len(lines), width, height)
				}
				for _, line := range lines {
					if w := lipgloss.Width(line); w > width {
						t.Fatalf("%s: %d columns on a screen of %d×%d: %q", name, w, width, height, line)
					}
				}
			}
		}
	}
}

func TestTextOfEventsIsHarmless(t *testing.T) {
	for name, change := range states {
		s := newScreen(t, 120, 40, 8)
		change(s)
		plain := ansi.Strip(s.View().Content)
		for _, r := range plain {
			if r != '\n' && (r < ' ' || r == 0x7f || r == '\u202e') {
				t.Errorf("%s: the screen has %q", name, r)
			}
		}
		if strings.Contains(s.View().Content, "\x1b[2J") || strings.Contains(s.View().Content, "\x1b]0;owned") {
			t.Errorf("%s: an escape sequence of an event is on the screen", name)
		}
	}
}
