package statistics

import (
	"fmt"
	"math"
	"sync"
	"testing"

	"github.com/go-csm/csm"
)

func call(service, api string, set ...func(*csm.Event)) *csm.Event {
	e := &csm.Event{Type: csm.APICall, Service: service, API: api}
	for _, f := range set {
		f(e)
	}
	return e
}

func attempt(service, api string, set ...func(*csm.Event)) *csm.Event {
	e := &csm.Event{Type: csm.APICallAttempt, Service: service, API: api}
	for _, f := range set {
		f(e)
	}
	return e
}

func added(events ...*csm.Event) Snapshot {
	a := New(Limits{})
	for _, e := range events {
		a.Add(e)
	}
	return a.Snapshot()
}

func TestRetriesAreWhatTheCallsSay(t *testing.T) {
	attempts := func(n int64) *csm.Event {
		return call("S3", "GetObject", func(e *csm.Event) { e.AttemptCount = csm.Known(n) })
	}
	s := added(call("S3", "GetObject"), attempts(0), attempts(1), attempts(3), attempts(2), attempt("S3", "GetObject"))
	if got := s.Total().Retries; got != 3 {
		t.Errorf("%d retries, want 3", got)
	}
	s = added(attempts(math.MaxInt64), attempts(math.MaxInt64), attempts(math.MaxInt64), attempts(5))
	if got := s.Total().Retries; got != math.MaxUint64 {
		t.Errorf("absurd retries: %d, want the largest number", got)
	}
}

// What Add gives adds up to what is counted.
func TestAddGivesTheResult(t *testing.T) {
	a := New(Limits{})
	if got := a.Add(tried(status(404))); got != ClientError {
		t.Errorf("an attempt is %v, want %v", got, ClientError)
	}
	if got := a.Add(called(attempts(1))); got != ClientError {
		t.Errorf("a call that came to what its attempt did is %v, want %v", got, ClientError)
	}
	if got := a.Add(called(attempts(1))); got != Unknown {
		t.Errorf("a call of which nothing is known is %v, want %v", got, Unknown)
	}
}

func TestLatencyIsOfCallsInSeconds(t *testing.T) {
	s := added(
		call("S3", "GetObject", func(e *csm.Event) { e.Latency = csm.Known(1500) }),
		call("S3", "GetObject", func(e *csm.Event) { e.Latency = csm.Known(0) }),
		call("S3", "GetObject"),
		attempt("S3", "GetObject", func(e *csm.Event) { e.AttemptLatency = csm.Known(7000) }))
	total := s.Total()
	if h := total.Latency(); h.Count() != 2 || h.Sum() != 1.5 || h.Max() != 1.5 {
		t.Errorf("count, sum, max = %d, %v, %v, want 2, 1.5, 1.5", h.Count(), h.Sum(), h.Max())
	}
}

func TestErrorsByCode(t *testing.T) {
	slow := func(message string) func(*csm.Event) {
		return func(e *csm.Event) {
			e.HTTPStatusCode, e.FinalHTTPStatusCode = csm.Known(503), csm.Known(503)
			e.AWSException, e.FinalAWSException = "SlowDown", "SlowDown"
			e.AWSExceptionMessage, e.FinalAWSExceptionMessage = message, message
		}
	}
	s := added(
		attempt("S3", "GetObject", slow("first")),
		attempt("S3", "GetObject", slow("second")),
		call("S3", "GetObject", slow("")),
		attempt("S3", "GetObject", func(e *csm.Event) { e.HTTPStatusCode = csm.Known(500) }),
		attempt("S3", "PutObject", slow("other operation")),
		attempt("S3", "PutObject"))
	if len(s.Errors) != 3 {
		t.Fatalf("errors: %+v, want three", s.Errors)
	}
	want := map[string]Error{
		"GetObject/SlowDown": {Attempts: 2, Calls: 1, Status: 503, Message: "second"},
		"GetObject/":         {Attempts: 1, Status: 500},
		"PutObject/SlowDown": {Attempts: 1, Status: 503, Message: "other operation"},
	}
	for _, e := range s.Errors {
		key := e.Key.Operation + "/" + e.Code
		w := want[key]
		w.Key, w.Code, w.seen = e.Key, e.Code, e.seen
		if e != w {
			t.Errorf("%s: %+v, want %+v", key, e, w)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	a := New(Limits{})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 200 {
				a.Add(call("S3", fmt.Sprint(i%3), func(e *csm.Event) { e.Latency = csm.Known(int64(i)) }))
				if s := a.Snapshot().Total(); s.Calls != s.Latency().Count() {
					t.Errorf("%d calls, %d latencies", s.Calls, s.Latency().Count())
				}
			}
		})
	}
	wg.Wait()
	if got := a.Snapshot().Total().Calls; got != 1600 {
		t.Errorf("%d calls, want 1600", got)
	}
}
