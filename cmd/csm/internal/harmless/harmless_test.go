package harmless

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"plain text stays", "S3.GetObject", "S3.GetObject"},
		{"letters of any script stay", "größe 東京 नमस्ते 🙂", "größe 東京 नमस्ते 🙂"},
		{"white space becomes one space", "a\n\tb\r\n  c\u00a0d\u2028e", "a b c d e"},
		{"none is left at the ends", " \n a \n ", "a"},
		{"an escape sequence is only text", "\x1b[2J\x1b]0;title\a", "\uFFFD[2J\uFFFD]0;title\uFFFD"},
		{"C1 controls are controls", "\u009b31m", "\uFFFD31m"},
		{"backspace and delete", "a\b\x7f", "a\uFFFD\uFFFD"},
		{"direction of writing", "a\u202eb\u2066c", "a\uFFFDb\uFFFDc"},
		{"invisible characters", "a\u200bb\ufeffc\u00add", "a\uFFFDb\uFFFDc\uFFFDd"},
		{"no UTF-8", "a\xffb\xc3", "a\uFFFDb\uFFFD"},
		{"nothing", "", ""},
	} {
		if got := Text(test.in); got != test.want {
			t.Errorf("%s: Text(%q) = %q, want %q", test.name, test.in, got, test.want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, test := range []struct {
		name, in string
		width    int
		want     string
	}{
		{"what fits stays", "abcde", 5, "abcde"},
		{"what does not is cut", "abcdef", 5, "abcd…"},
		{"wide characters take two", "東京東京", 5, "東京…"},
		{"a wide one is not halved", "東京東京", 6, "東京…"},
		{"no room at all", "abc", 0, "…"},
		{"one column", "a", 1, "a"},
		{"characters without width are bounded", "a" + strings.Repeat("\u0301", 50), 3, "a\u0301\u0301\u0301\u0301…"},
		{"much white space", strings.Repeat(" ", 10000) + "a", 4, "…"},
	} {
		if got := Cut(test.in, test.width); got != test.want {
			t.Errorf("%s: Cut(%q, %d) = %q, want %q", test.name, test.in, test.width, got, test.want)
		}
	}
}

func FuzzCut(f *testing.F) {
	f.Add("abc\x1b[31m\u202e東京\xff \n", 4)
	f.Fuzz(func(t *testing.T, s string, width int) {
		width = max(1, min(width, 200))
		got := Cut(s, width)
		if !utf8.ValidString(got) || strings.TrimSpace(got) != got {
			t.Errorf("Cut(%q, %d) = %q", s, width, got)
		}
		for _, r := range got {
			if !unicode.IsPrint(r) {
				t.Errorf("Cut(%q, %d) = %q with %U", s, width, got, r)
			}
		}
		if Width(got) > width || utf8.RuneCountInString(got) > 2*width {
			t.Errorf("Cut(%q, %d) = %q, too wide", s, width, got)
		}
	})
}
