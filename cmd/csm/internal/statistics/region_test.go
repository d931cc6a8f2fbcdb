package statistics

import (
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-csm/csm"
)

func inRegion(region string) func(*csm.Event) {
	return func(e *csm.Event) { e.Region = region }
}

// Calls of old Java SDKs tell neither their region nor how they ended. Their
// attempts do.
func TestCallsWithoutRegion(t *testing.T) {
	refused := func(e *csm.Event) { e.AWSException, e.HTTPStatusCode = "NoSuchKey", csm.Known(404) }
	there, told := inRegion("eu-west-1"), attempts(1)
	for _, test := range []struct {
		name   string
		events []*csm.Event
		calls  map[string]uint64 // by region
		errors uint64
	}{
		{"one region is known", []*csm.Event{
			tried(refused, there, at(1, 5)), called(told, at(0, 7)), tried(status(200), there, at(11, 5)), called(told, at(10, 7)),
		}, map[string]uint64{"eu-west-1": 2}, 1},
		{"two regions are known", []*csm.Event{
			tried(refused, there, at(1, 5)), tried(refused, inRegion("eu-west-2"), at(11, 5)), called(told, at(0, 7)),
		}, map[string]uint64{"eu-west-1": 0, "eu-west-2": 0, "": 1}, 0},
		{"none is known", []*csm.Event{
			tried(refused, at(1, 5)), called(told, at(0, 7)),
		}, map[string]uint64{"": 1}, 1},
		{"that of another operation", []*csm.Event{
			attempt("S3", "PutObject", refused, there, at(1, 5)), called(told, at(0, 7)),
		}, map[string]uint64{"eu-west-1": 0, "": 1}, 0},
		{"a call that tells another region", []*csm.Event{
			tried(refused, there, at(1, 5)), called(told, inRegion("eu-west-2"), at(0, 7)),
		}, map[string]uint64{"eu-west-1": 0, "eu-west-2": 1}, 0},
		{"a call of another SDK, which tells how it ended", []*csm.Event{
			tried(refused, there, at(1, 5)), called(told, at(0, 7), func(e *csm.Event) { e.FinalHTTPStatusCode = csm.Known(200) }),
		}, map[string]uint64{"eu-west-1": 0, "": 1}, 0},
		{"a call of another SDK, which tells who it is", []*csm.Event{
			tried(refused, there, at(1, 5)), called(told, at(0, 7), func(e *csm.Event) { e.UserAgent = "Boto3/1.43.11" }),
		}, map[string]uint64{"eu-west-1": 0, "": 1}, 0},
		{"a call that made no attempt", []*csm.Event{
			tried(refused, there, at(1, 5)), called(attempts(0), at(0, 7)),
		}, map[string]uint64{"eu-west-1": 0, "": 1}, 0},
		{"an attempt without a region stays without one", []*csm.Event{
			tried(status(200), there, at(1, 5)), tried(status(200), at(11, 5)),
		}, map[string]uint64{"eu-west-1": 0, "": 0}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := added(test.events...)
			calls, failed := make(map[string]uint64), uint64(0)
			for i := range s.Series {
				calls[s.Series[i].Key.Region] = s.Series[i].Calls
			}
			for _, e := range s.Errors {
				failed += e.Calls
			}
			if total := s.Total(); !maps.Equal(calls, test.calls) || total.Errors() != test.errors || failed != test.errors {
				t.Errorf("calls %v, %d errors, %d by code, want %v and %d", calls, total.Errors(), failed, test.calls, test.errors)
			}
		})
	}
}

// A region that left is known no more.
func TestRegionsThatLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(Limits{Idle: time.Hour})
		a.Add(tried(inRegion("eu-west-1")))
		time.Sleep(2 * time.Hour)
		a.Add(tried(inRegion("eu-west-2")))
		a.Add(called(attempts(1)))
		s := a.Snapshot()
		if len(s.Series) != 1 || s.Series[0].Key.Region != "eu-west-2" || s.Series[0].Calls != 1 || len(a.regions) != 1 {
			t.Errorf("series %+v", s.Series)
		}
		time.Sleep(2 * time.Hour)
		if a.Snapshot(); len(a.regions) != 0 {
			t.Errorf("%d regions are still known", len(a.regions))
		}
	})
}
