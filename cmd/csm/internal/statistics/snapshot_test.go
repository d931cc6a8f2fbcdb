package statistics

import (
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-csm/csm"
)

// in sets who calls, and where.
func in(client, region string) func(*csm.Event) {
	return func(e *csm.Event) { e.ClientID, e.Region = client, region }
}

func TestSeriesByKey(t *testing.T) {
	s := added(called(in("a", "r1")), called(in("a", "r1")), called(in("a", "r2")), called(in("b", "r1")),
		call("S3", "PutObject", in("a", "r1")), call("EC2", "GetObject", in("a", "r1")))
	got := make(map[Key]uint64)
	for _, series := range s.Series {
		got[series.Key] += series.Calls
	}
	want := map[Key]uint64{
		{"a", "S3", "GetObject", "r1"}: 2, {"a", "S3", "GetObject", "r2"}: 1, {"b", "S3", "GetObject", "r1"}: 1,
		{"a", "S3", "PutObject", "r1"}: 1, {"a", "EC2", "GetObject", "r1"}: 1,
	}
	if !reflect.DeepEqual(got, want) || len(s.Series) != len(want) {
		t.Errorf("calls %v, want %v", got, want)
	}
}

func TestAttemptsFigures(t *testing.T) {
	known := csm.Known[int64]
	s := added(
		tried(status(200), func(e *csm.Event) {
			e.ConnectionReused, e.AttemptLatency = known(0), known(100)
			e.AcquireConnectionLatency, e.ConnectLatency, e.DNSLatency = known(1), known(2), known(3)
			e.TCPLatency, e.SSLLatency, e.RequestLatency = known(4), known(5), known(6)
		}),
		tried(status(200), func(e *csm.Event) { e.ConnectionReused, e.AttemptLatency = known(1), known(200) }),
		tried(status(503), func(e *csm.Event) { e.ConnectionReused = known(1) }),
		tried(status(99)), tried(status(600)), tried(), tried(status(100)), tried(status(599)),
	)
	total := s.Total()
	if want := map[int]uint64{100: 1, 200: 2, 503: 1, 599: 1}; !reflect.DeepEqual(total.Statuses, want) {
		t.Errorf("statuses %v, want %v", total.Statuses, want)
	}
	if total.Attempts != 8 || total.Calls != 0 || total.ConnectionsNew != 1 || total.ConnectionsReused != 2 {
		t.Errorf("attempts %d, calls %d, connections %d new and %d reused", total.Attempts, total.Calls,
			total.ConnectionsNew, total.ConnectionsReused)
	}
	if h := &total.AttemptLatency; h.Count() != 2 || h.Max() != 0.2 || h.Min() != 0.1 {
		t.Errorf("attempt latency: %d values from %v to %v", h.Count(), h.Min(), h.Max())
	}
	for p := range total.Phases {
		if h := &total.Phases[p]; h.Count() != 1 || h.Sum() != float64(p+1)/1000 {
			t.Errorf("%s: %d values, sum %v", Phase(p), h.Count(), h.Sum())
		}
	}
}

func TestByMergesSeriesAndErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(Limits{Series: 4, Errors: 3})
		fail := func(message string) func(*csm.Event) {
			return func(e *csm.Event) {
				e.FinalAWSException, e.FinalHTTPStatusCode, e.FinalAWSExceptionMessage = "NoSuchKey", csm.Known(404), message
				e.Latency = csm.Known(500)
			}
		}
		for _, e := range []*csm.Event{
			called(in("a", "r1"), fail("first")),
			called(in("b", "r1"), fail("second")),
			called(in("a", "r2"), fail("last")),
			tried(in("a", "r1"), status(404)),
			tried(in("a", "r1"), status(200)),
			tried(in("b", "r1"), status(200)),
			call("S3", "PutObject", in("a", "r1"), fail("beyond the errors' limit")),
			call("S3", "PutObject", in("b", "r1"), fail("beyond the limit")),
		} {
			a.Add(e)
			time.Sleep(time.Second)
		}
		s := a.Snapshot()
		by := s.By(func(k Key) Key { return Key{Service: k.Service, Operation: k.Operation} })
		if by.Began != s.Began || by.Taken != s.Taken || s.Taken.Sub(s.Began) != 8*time.Second {
			t.Errorf("from %v to %v, want from %v to %v", by.Began, by.Taken, s.Began, s.Taken)
		}
		if len(by.Series) != 3 || !by.Series[2].Other || by.Series[2].Calls != 1 {
			t.Fatalf("series %+v", by.Series)
		}
		for _, series := range by.Series[:2] {
			if series.Key != (Key{Service: "S3", Operation: "GetObject"}) {
				continue
			}
			if series.Calls != 3 || series.Errors() != 3 || series.Attempts != 3 || series.Latency().Sum() != 1.5 ||
				!reflect.DeepEqual(series.Statuses, map[int]uint64{200: 2, 404: 1}) ||
				!series.LastSeen.Equal(s.Began.Add(5*time.Second)) {
				t.Errorf("%+v", series)
			}
		}
		var merged, other Error
		for _, e := range by.Errors {
			if e.Other {
				other = e
			} else if e.Code == "NoSuchKey" {
				merged = e
			}
		}
		if merged.Calls != 3 || merged.Message != "last" || merged.Key != (Key{Service: "S3", Operation: "GetObject"}) {
			t.Errorf("merged error %+v", merged)
		}
		if other.Attempts != 1 || other.Calls != 2 || other.Message != "beyond the limit" {
			t.Errorf("other errors %+v", other)
		}
		if total, of := s.Total(), by.Total(); total.Calls != of.Calls || total.Results != of.Results {
			t.Errorf("in all %d calls %v, by operation %d %v", total.Calls, total.Results, of.Calls, of.Results)
		}
		if series := s.Series[0].Statuses; series != nil {
			series[200] = 99
		}
		if got := a.Snapshot().Total().Statuses[200]; got != 2 {
			t.Errorf("a snapshot shares its statuses: %d", got)
		}
	})
}
