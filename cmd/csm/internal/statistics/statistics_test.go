package statistics

import (
	"fmt"
	"math"
	"strings"
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
	e := call(service, api, set...)
	e.Type = csm.APICallAttempt
	return e
}

func added(events ...*csm.Event) Snapshot {
	a := New(Limits{})
	for _, e := range events {
		a.Add(e)
	}
	return a.Snapshot()
}

func TestCallsAreErrorsOnlyByTheirFinalFields(t *testing.T) {
	for _, test := range []struct {
		name   string
		set    func(*csm.Event)
		errors uint64
	}{
		{"nothing is known", func(*csm.Event) {}, 0},
		{"status 200", func(e *csm.Event) { e.FinalHTTPStatusCode = csm.Known(200) }, 0},
		{"status 399", func(e *csm.Event) { e.FinalHTTPStatusCode = csm.Known(399) }, 0},
		{"status 400", func(e *csm.Event) { e.FinalHTTPStatusCode = csm.Known(400) }, 1},
		{"exception of the service", func(e *csm.Event) { e.FinalAWSException = "NoSuchKey" }, 1},
		{"exception of the SDK", func(e *csm.Event) { e.FinalSDKException = "TimeoutError" }, 1},
		{"exception with status 200", func(e *csm.Event) {
			e.FinalSDKException, e.FinalHTTPStatusCode = "XMLParserError", csm.Known(200)
		}, 1},
		{"an attempt's fields", func(e *csm.Event) {
			e.AWSException, e.HTTPStatusCode = "NoSuchKey", csm.Known(404)
		}, 0},
	} {
		total := added(call("S3", "GetObject", test.set)).Total()
		if got := total.Errors(); got != test.errors {
			t.Errorf("%s: %d errors, want %d", test.name, got, test.errors)
		}
	}
}

func TestThrottled(t *testing.T) {
	for _, test := range []struct {
		code   string
		status int64
		want   bool
	}{
		{"ThrottlingException", 400, true},
		{"ProvisionedThroughputExceededException", 400, true},
		{"RequestLimitExceeded", 503, true},
		{"BandwidthLimitExceeded", 509, true},
		{"LimitExceededException", 400, true},
		{"EC2ThrottledException", 0, true},
		{"SlowDown", 503, true},
		{"Aws::KMS::Errors::ThrottlingException", 400, true},
		{"", 429, true},
		{"SerializationError", 429, true},
		{"", 503, false},
		{"ServiceUnavailable", 503, false},
		{"AccessDenied", 403, false},
		{"throttling", 400, false},
	} {
		e := attempt("S3", "GetObject", func(e *csm.Event) {
			e.AWSException, e.HTTPStatusCode = test.code, csm.Known(test.status)
		})
		if got := added(e).Total().Throttled == 1; got != test.want {
			t.Errorf("%q with status %d: throttled is %v, want %v", test.code, test.status, got, test.want)
		}
	}
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

func TestLatencyIsOfCallsInSeconds(t *testing.T) {
	s := added(
		call("S3", "GetObject", func(e *csm.Event) { e.Latency = csm.Known(1500) }),
		call("S3", "GetObject", func(e *csm.Event) { e.Latency = csm.Known(0) }),
		call("S3", "GetObject"),
		attempt("S3", "GetObject", func(e *csm.Event) { e.AttemptLatency = csm.Known(7000) }))
	total := s.Total()
	if h := &total.Latency; h.Count() != 2 || h.Sum() != 1.5 || h.Max() != 1.5 {
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
		attempt("S3", "GetObject", slow("SlowDown: second\n\tstatus code: 503, request id: X, host id: Y")),
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

func TestWhatIsBeyondTheLimitsIsCountedTogether(t *testing.T) {
	a := New(Limits{Series: 3, Errors: 2})
	for i := range 10 {
		for range 2 {
			a.Add(call("S3", fmt.Sprint("Op", i), func(e *csm.Event) {
				e.FinalAWSException = "E"
				e.Latency = csm.Known(1000)
			}))
		}
	}
	s := a.Snapshot()
	if len(s.Series) != 4 || len(s.Errors) != 3 {
		t.Fatalf("%d series and %d errors, want 4 and 3", len(s.Series), len(s.Errors))
	}
	if other := s.Series[3]; !other.Other || other.Calls != 14 || other.Errors() != 14 || other.Latency.Sum() != 14 {
		t.Errorf("the other series: %+v", other)
	}
	if other := s.Errors[2]; !other.Other || other.Calls != 16 {
		t.Errorf("the other error: %+v", other)
	}
	if got := s.Total().Calls; got != 20 {
		t.Errorf("%d calls in all, want 20", got)
	}
}

func TestTextsAreBounded(t *testing.T) {
	long := strings.Repeat("ä", 5000)
	s := added(attempt(long, long, func(e *csm.Event) {
		e.AWSException, e.AWSExceptionMessage = long, long
	}))
	o, e := s.Series[0].Key, s.Errors[0]
	for _, text := range []string{o.Service, o.Operation, e.Key.Service, e.Key.Operation, e.Code} {
		if text != strings.Repeat("ä", 64) {
			t.Errorf("kept %d bytes of a name", len(text))
		}
	}
	if e.Message != strings.Repeat("ä", 256) {
		t.Errorf("kept %d bytes of a message", len(e.Message))
	}
}

func TestConcurrentUse(t *testing.T) {
	a := New(Limits{})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 200 {
				a.Add(call("S3", fmt.Sprint(i%3), func(e *csm.Event) { e.Latency = csm.Known(int64(i)) }))
				if s := a.Snapshot().Total(); s.Calls != s.Latency.Count() {
					t.Errorf("%d calls, %d latencies", s.Calls, s.Latency.Count())
				}
			}
		})
	}
	wg.Wait()
	if got := a.Snapshot().Total().Calls; got != 1600 {
		t.Errorf("%d calls, want 1600", got)
	}
}
