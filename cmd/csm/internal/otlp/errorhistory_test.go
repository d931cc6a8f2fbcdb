package otlp

import (
	"fmt"
	"testing"

	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

func failed(code string, calls uint64) statistics.Error {
	return statistics.Error{Key: statistics.Key{Service: "S3", Operation: "GetObject"}, Code: code, Status: 503, Calls: calls}
}

// failedCalls are the points of failed calls that a history exports of errors, some
// minutes after the beginning: "calls since".
func failedCalls(t *testing.T, h *history, minute int, delivers bool, errors ...statistics.Error) (points []string) {
	t.Helper()
	s := at(minute)
	s.Errors = errors
	for r, delivered := range h.requests(s, nil) {
		for _, p := range r.sums[callErrors] {
			points = append(points, fmt.Sprint(p.Value, " ", int(p.StartTime.Sub(began).Minutes())))
		}
		if delivers {
			delivered()
		}
	}
	return points
}

func TestErrorsBeginAndGoOnAsSeriesDo(t *testing.T) {
	for _, test := range []struct {
		delta bool
		want  [5]string
	}{
		{false, [5]string{"[3 0]", "[5 0 7 1]", "[9 0 7 1]", "[2 3]", "[2 3 8 4]"}},
		{true, [5]string{"[3 0]", "[2 1 7 1]", "[6 1 7 1]", "[2 3]", "[8 4]"}},
	} {
		h := &history{delta: test.delta}
		for i, got := range [][]string{
			failedCalls(t, h, 1, true, failed("A", 3)),
			failedCalls(t, h, 2, false, failed("A", 5), failed("B", 7)), // not delivered
			failedCalls(t, h, 3, true, failed("A", 9), failed("B", 7)),
			failedCalls(t, h, 4, true, failed("A", 2)),                 // began anew, and B left
			failedCalls(t, h, 5, true, failed("A", 2), failed("B", 8)), // B came back
		} {
			if fmt.Sprint(got) != test.want[i] {
				t.Errorf("delta %t, minute %d: %v, want %s", test.delta, i+1, got, test.want[i])
			}
		}
	}
}

func TestErrorsAreSplitOverRequests(t *testing.T) {
	var errors []statistics.Error
	for i := range 20_000 {
		errors = append(errors, failed(fmt.Sprint("Code", i), 1))
	}
	s := at(1)
	s.Errors = errors
	requests, points := 0, 0
	for r := range new(history).requests(s, nil) {
		requests++
		points += len(r.sums[callErrors])
		if r.size > maxRequest+1000 {
			t.Errorf("a request of %d bytes", r.size)
		}
	}
	if requests < 2 || points != len(errors) {
		t.Errorf("%d points in %d requests, want all %d in several", points, requests, len(errors))
	}
}
