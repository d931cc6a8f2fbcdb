package nearest

import (
	"strings"
	"testing"
)

func TestName(t *testing.T) {
	candidates := []string{"record", "output", "json", "quiet", "fail-on", "errors", "error-rate", "é"}
	for name, want := range map[string]string{
		"quite":                   "quiet", // two letters exchanged
		"recor":                   "record",
		"records":                 "record",
		"RECORD":                  "record",
		"failon":                  "fail-on",
		"jsno":                    "json",
		"error":                   "errors",
		"eror":                    "errors",
		"error_rate":              "error-rate",
		"output-file":             "",
		"xyz":                     "",
		"js":                      "",
		"":                        "",
		"É":                       "é",
		strings.Repeat("x", 5000): "",
	} {
		if got := Name(name, candidates); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got := Name("tail", []string{strings.Repeat("tail", 100), "tall", "tale"}); got != "tall" {
		t.Errorf("of two that are equally alike: %q, want the first", got)
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "abd", 1}, {"abc", "acb", 1},
		{"kitten", "sitting", 3}, {"ab", "ba", 1}, {"ca", "abc", 3}, {"ö", "o", 1},
	} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("%q to %q: %d, want %d", test.a, test.b, got, test.want)
		}
		if distance(test.a, test.b) != distance(test.b, test.a) {
			t.Errorf("%q and %q: the way back is another", test.a, test.b)
		}
	}
}
