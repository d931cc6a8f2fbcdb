package threshold

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		text                           string
		operations, metric, comparison string
		limit                          float64
	}{
		{"errors>0", "", "errors", ">", 0},
		{"  errors  >=  3  ", "", "errors", ">=", 3},
		{"S3.GetObject p99>200ms", "S3.GetObject", "p99", ">", 0.2},
		{"S3 throttled >= 1", "S3", "throttled", ">=", 1},
		{"error-rate>1%", "", "error-rate", ">", 1},
		{"error-rate > 0.5 %", "", "error-rate", ">", 0.5},
		{"calls==0", "", "calls", "==", 0},
		{"calls!=100", "", "calls", "!=", 100},
		{"attempts<1", "", "attempts", "<", 1},
		{"DynamoDB.*Item Errors<=9", "DynamoDB.*Item", "errors", "<=", 9},
		{"CloudWatch Logs.PutLogEvents avg>1m30s", "CloudWatch Logs.PutLogEvents", "avg", ">", 90},
		{"* max > 1.5 s", "*", "max", ">", 1.5},
		{"min>250us", "", "min", ">", 0.00025},
		{"p99.9>0", "", "p99.9", ">", 0},
		{"P50>1h", "", "P50", ">", 3600},
	} {
		got, err := Parse(test.text)
		if err != nil {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		if got.operations != test.operations || got.metric.name != test.metric || got.comparison != test.comparison || got.limit != test.limit {
			t.Errorf("%q is %q %q %q %v", test.text, got.operations, got.metric.name, got.comparison, got.limit)
		}
		if want := strings.TrimSpace(test.text); got.String() != want {
			t.Errorf("%q calls itself %q", want, got)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct {
		text   string
		column int
		err    string
		hint   string
	}{
		{"", 1, "it is empty", "S3.GetObject p99>200ms"},
		{" \t", 1, "it is empty", ""},
		{"errors", 7, "it has no comparison", "errors>0"},
		{">5", 1, "no metric before the comparison", ""},
		{"eror>5", 1, `"eror" is no metric`, "did you mean errors? the metrics are calls, attempts,"},
		{"S3 p0>5ms", 4, `"p0" is no metric`, "percentiles such as p50"},
		{"S3 p100>5ms", 4, `"p100" is no metric`, ""},
		{"pInf>5ms", 1, `"pInf" is no metric`, ""},
		{"p>5ms", 1, `"p" is no metric`, ""},
		{"S3.GetObject.p99>5ms", 1, "is no metric", "write a space before the metric: S3.GetObject p99"},
		{"S3. calls>5", 1, `"S3." is neither`, "S3.GetObject"},
		{".GetObject calls>5", 1, `".GetObject" is neither`, ""},
		{"  . calls>5", 3, `"." is neither`, ""},
		{"errors=0", 7, `"=" is no comparison`, "> >= < <= == !="},
		{"errors=>0", 7, `"=>" is no comparison`, ""},
		{"errors>>0", 7, `">>" is no comparison`, ""},
		{"errors>", 8, "no value", "errors>0"},
		{"errors> x", 9, `"x" is not a whole number`, "such as errors>0"},
		{"errors>1%", 8, `"1%" is not a whole number`, "error-rate>1%"},
		{"errors>-1", 8, "whole number", ""},
		{"errors>1.5", 8, "whole number", ""},
		{"errors>99999999999999999999", 8, "whole number", ""},
		{"error-rate>1", 12, "percentage", "error-rate>1%"},
		{"error-rate>101%", 12, "percentage", "from 0% to 100%"},
		{"error-rate>-1%", 12, "percentage", ""},
		{"error-rate>NaN%", 12, "percentage", ""},
		{"error-rate>1e1%", 12, "percentage", ""},
		{"S3 p99>200", 8, `"200" is not a time`, "write its unit: 200ms, 200s, 200m"},
		{"S3 p99>200msec", 8, "is not a time", "200ms, 1.5s"},
		{"S3 p99>-2s", 8, "is not a time", ""},
		{"é p99>2 s t", 7, `"2 s t" is not a time`, ""},
		{"\xff>1", 1, "not UTF-8", ""},
		{strings.Repeat("x", 2000), 1025, "longer than 1024 bytes", ""},
	} {
		_, err := Parse(test.text)
		var e *SyntaxError
		if !errors.As(err, &e) {
			t.Errorf("%q: error %v", test.text, err)
			continue
		}
		if e.Column != test.column || !strings.Contains(e.Problem, test.err) || !strings.Contains(e.Hint, test.hint) || e.Hint == "" {
			t.Errorf("%q: column %d, %s (%s)", test.text, e.Column, e.Problem, e.Hint)
		}
	}
}

// Whatever is written, it is understood or the error says where it is wrong. What
// is understood is understood again as the same.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"errors>0", "S3.GetObject p99>200ms", "S3 throttled>=1", "error-rate>1%", "DynamoDB.* errors!=0",
		"CloudWatch Logs.Put* avg > 1m30s", "p99.9==0", "", "é*(?. p1<0", "\xff calls>1",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, err := Parse(text)
		var e *SyntaxError
		if errors.As(err, &e) {
			if e.Column < 1 || e.Column > 1+utf8.RuneCountInString(text) || e.Hint == "" || e.Problem == "" {
				t.Errorf("%q: %+v", text, e)
			}
			return
		}
		if err != nil {
			t.Fatalf("%q: error %v is no SyntaxError", text, err)
		}
		second, err := Parse(first.String())
		if err != nil {
			t.Fatalf("%q is understood, but not without the space around it: %v", text, err)
		}
		if first.operations != second.operations || first.metric.name != second.metric.name ||
			first.comparison != second.comparison || first.limit != second.limit || !(first.limit >= 0) {
			t.Errorf("%q is %+v, and then %+v", text, first, second)
		}
		if first.matches != nil && !first.matches.MatchString(strings.ReplaceAll(whole(first.operations), "*", "")) {
			t.Errorf("%q does not match what is written in it", text)
		}
	})
}

// whole is a service's name with an operation.
func whole(operations string) string {
	if !strings.Contains(operations, ".") {
		return operations + ".Get"
	}
	return operations
}
