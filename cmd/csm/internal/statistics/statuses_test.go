package statistics

import (
	"fmt"
	"testing"

	"github.com/go-csm/csm"
)

// A sender can make up status codes; a series keeps a few apart.
func TestStatusesAreBounded(t *testing.T) {
	a := New(Limits{})
	for code := 200; code < 300; code++ {
		a.Add(&csm.Event{Type: csm.APICallAttempt, ClientID: fmt.Sprint(code % 2), HTTPStatusCode: csm.Known(code)})
	}
	s := a.Snapshot()
	for _, series := range s.Series {
		if n := series.Statuses[OtherStatus]; len(series.Statuses) != maxStatuses+1 || n != 50-maxStatuses {
			t.Errorf("%d codes, and %d attempts with others", len(series.Statuses), n)
		}
	}
	total := s.Total()
	if n := total.Statuses[OtherStatus]; len(total.Statuses) > maxStatuses+1 || n < 100-2*maxStatuses {
		t.Errorf("in all %d codes, and %d attempts with others", len(total.Statuses), n)
	}
}
