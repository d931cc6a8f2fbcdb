package threshold

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxText is the longest expression, in bytes.
const maxText = 1024

// A Threshold is an expression that was understood. Make one with [Parse].
type Threshold struct {
	text       string
	operations string         // as it was written; empty for all
	matches    *regexp.Regexp // of Service.Operation; nil for all
	metric     metric
	comparison string
	limit      float64 // in the metric's unit
}

// String is the expression as it was written.
func (t Threshold) String() string { return t.text }

// A SyntaxError is an expression that was not understood.
type SyntaxError struct {
	Text    string // the whole expression
	Column  int    // of the character that it is about, from 1
	Problem string
	Hint    string // what to write instead
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("threshold %q, column %d: %s", e.Text, e.Column, e.Problem)
}

// example is a hint for what has little to start from.
const example = "write [operations] metric comparison value, such as 'errors>0' or 'S3.GetObject p99>200ms'"

// Parse reads an expression. The error is a [*SyntaxError].
func Parse(text string) (Threshold, error) {
	// fail is the error about what is at a byte of the text.
	fail := func(at int, hint, problem string, args ...any) (Threshold, error) {
		return Threshold{}, &SyntaxError{text, 1 + utf8.RuneCountInString(text[:at]), fmt.Sprintf(problem, args...), hint}
	}
	switch {
	case len(text) > maxText:
		return fail(maxText, example, "it is longer than %d bytes", maxText)
	case !utf8.ValidString(text):
		return fail(0, example, "it is not UTF-8")
	case strings.TrimSpace(text) == "":
		return fail(0, example, "it is empty")
	}
	at := strings.IndexAny(text, "<>=!")
	if at < 0 {
		return fail(len(text), example, "it has no comparison")
	}
	left := strings.TrimRight(text[:at], " \t")
	start := strings.LastIndexAny(left, " \t") + 1
	name := left[start:]
	if name == "" {
		return fail(at, example, "there is no metric before the comparison")
	}
	t := Threshold{text: strings.TrimSpace(text), operations: strings.TrimSpace(left[:start])}
	var ok bool
	if t.metric, ok = metricOf(name); !ok {
		return fail(start, metricHint(name), "%q is no metric", name)
	}
	if service, operation, dotted := strings.Cut(t.operations, "."); dotted && (service == "" || operation == "") {
		return fail(strings.Index(text, t.operations), "a service has no dot: S3; an operation one: S3.GetObject; a star is any: S3.Get*",
			"%q is neither a service nor an operation", t.operations)
	}
	t.matches = pattern(t.operations)
	rest := text[at:]
	t.comparison = rest[:len(rest)-len(strings.TrimLeft(rest, "<>=!"))]
	if !comparisons[t.comparison] {
		return fail(at, "the comparisons are > >= < <= == !=", "%q is no comparison", t.comparison)
	}
	value := strings.TrimLeft(rest[len(t.comparison):], " \t")
	at = len(text) - len(value)
	value = strings.TrimRight(value, " \t")
	if value == "" {
		return fail(at, "such as "+t.metric.example(), "there is no value after the comparison")
	}
	if t.limit, ok = t.metric.read(value); !ok {
		return fail(at, t.metric.valueHint(value), "%q is not %s", value, valueKinds[t.metric.unit])
	}
	return t, nil
}

var comparisons = map[string]bool{">": true, ">=": true, "<": true, "<=": true, "==": true, "!=": true}

// holds tells whether a comparison holds.
func holds(a float64, comparison string, b float64) bool {
	switch comparison {
	case ">":
		return a > b
	case ">=":
		return a >= b
	case "<":
		return a < b
	case "<=":
		return a <= b
	case "==":
		return a == b
	default:
		return a != b
	}
}

// pattern matches the names of operations, or is nil for all of them.
func pattern(operations string) *regexp.Regexp {
	switch {
	case operations == "":
		return nil
	case !strings.Contains(operations, "."):
		operations += ".*"
	}
	// What was quoted is always an expression.
	return regexp.MustCompile("(?is)^" + strings.ReplaceAll(regexp.QuoteMeta(operations), `\*`, ".*") + "$")
}

var valueKinds = map[unit]string{number: "a whole number", percent: "a percentage", seconds: "a time"}

// read reads a value of the metric.
func (m metric) read(value string) (float64, bool) {
	switch m.unit {
	case number:
		n, err := strconv.ParseUint(value, 10, 53) // what a float64 has exactly
		return float64(n), err == nil
	case percent:
		part, ok := strings.CutSuffix(value, "%")
		part = strings.TrimRight(part, " \t")
		n, err := strconv.ParseFloat(part, 64)
		return n, ok && err == nil && strings.Trim(part, ".0123456789") == "" && n <= 100
	}
	d, err := time.ParseDuration(strings.NewReplacer(" ", "", "\t", "").Replace(value))
	return d.Seconds(), err == nil && d >= 0 && value[0] != '-' && value[0] != '+'
}

// example is a condition with the metric.
func (m metric) example() string {
	return m.name + map[unit]string{number: ">0", percent: ">1%", seconds: ">200ms"}[m.unit]
}

// valueHint says what to write for a value that the metric does not have.
func (m metric) valueHint(value string) string {
	plain := strings.Trim(value, ".0123456789") == ""
	switch {
	case m.unit == number && m.name == "errors" && strings.HasSuffix(value, "%"):
		return "the part of the calls that failed is error-rate: error-rate>" + value
	case m.unit == percent && plain:
		return "write the percent sign: " + m.name + ">" + value + "%"
	case m.unit == percent:
		return "a percentage is from 0% to 100%: " + m.example()
	case m.unit == seconds && plain:
		return fmt.Sprintf("write its unit: %sms, %[1]ss, %[1]sm", value)
	case m.unit == seconds:
		return "the units are us, ms, s, m and h: 200ms, 1.5s, 1m30s"
	}
	return "such as " + m.example()
}
