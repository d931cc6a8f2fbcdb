// Package eventline writes one event as one line for people.
package eventline

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/report"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// The escape sequences of coloured lines: of the sixteen colours that every terminal
// has, as its user chose them.
const (
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	faint  = "\x1b[2m"
	reset  = "\x1b[0m"
)

// Line is the line of an event, without a line break: when it began in local time,
// what it is, who called what where, the status, how long it took, after how many
// attempts, and how it failed. What is not known is a dash. All text in it is
// harmless, and cut; a value that is longer than its column moves the others.
func Line(e *csm.Event) string {
	before, failed := line(e, true)
	return strings.TrimRight(before+failed, " ")
}

// Coloured is the same for a terminal: attempts are faint, failures red, and throttling
// is yellow.
func Coloured(e *csm.Event) string {
	before, failed := line(e, true)
	f, is := statistics.FailureOf(e)
	colour := red
	if f.Throttled() {
		colour = yellow
	}
	switch {
	case failed != "":
		failed = colour + failed + reset
	case is: // the status alone tells it
		return colour + before + reset
	}
	if e.Type != csm.APICall {
		before = faint + before + reset
	}
	return before + failed
}

// WithoutName is the line without what was called and where, for a list of the events
// of one operation.
func WithoutName(e *csm.Event) string {
	before, failed := line(e, false)
	return strings.TrimRight(before+failed, " ")
}

// line is a line up to how the event failed, and the rest of it.
func line(e *csm.Event, named bool) (before, failed string) {
	began := "--:--:--.---"
	if !e.Timestamp.IsZero() {
		began = e.Timestamp.Local().Format("15:04:05.000")
	}
	what, status, latency := "attempt", e.HTTPStatusCode, e.AttemptLatency
	if e.Type == csm.APICall {
		what, status, latency = "call", e.FinalHTTPStatusCode, e.Latency
	}
	columns := []string{began, left(what, 7, 7), left(e.ClientID, 12, 24)}
	if named {
		columns = append(columns, left(cmp.Or(e.Service, "?")+"."+cmp.Or(e.API, "?"), 28, 44), left(e.Region, 14, 16))
	}
	columns = append(columns, left(number(status), 3, 6), fmt.Sprintf("%9s", duration(latency)))
	if n, known := e.AttemptCount.Get(); known && n != 1 {
		columns = append(columns, number(e.AttemptCount)+" attempts")
	}
	before = strings.Join(columns, "  ")
	if f, is := statistics.FailureOf(e); is && f.Code+f.Message != "" {
		return before + "  ", failure(f)
	}
	return before, ""
}

// left is s, cut to a width and filled up to another one.
func left(s string, fill, most int) string {
	s = harmless.Cut(cmp.Or(s, "-"), most)
	return s + strings.Repeat(" ", max(0, fill-harmless.Width(s)))
}

func number(i csm.Int) string {
	if _, known := i.Get(); !known {
		return "-"
	}
	return i.String()
}

func duration(ms csm.Int) string {
	n, known := ms.Get()
	if !known {
		return "-"
	}
	return report.Duration(float64(n) / 1000)
}

func failure(f statistics.Failure) string {
	code := harmless.Cut(f.Code, 44)
	message := harmless.Cut(f.Message, 100)
	if code == "" || message == "" {
		return code + message
	}
	return code + ": " + message
}
