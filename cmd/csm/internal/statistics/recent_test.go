package statistics

import (
	"testing"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/agent"
)

// at sets when an event began, and how long it took, in milliseconds.
func at(began, took int64) func(*csm.Event) {
	return func(e *csm.Event) {
		e.Timestamp = time.UnixMilli(1_700_000_000_000 + began)
		if e.Type == csm.APICall {
			e.Latency = csm.Known(took)
		} else {
			e.AttemptLatency = csm.Known(took)
		}
	}
}

func status(n int64) func(*csm.Event) {
	return func(e *csm.Event) { e.HTTPStatusCode = csm.Known(n) }
}

func attempts(n int64) func(*csm.Event) {
	return func(e *csm.Event) { e.AttemptCount = csm.Known(n) }
}

func tried(set ...func(*csm.Event)) *csm.Event { return attempt("S3", "GetObject", set...) }

func called(set ...func(*csm.Event)) *csm.Event { return call("S3", "GetObject", set...) }

// Calls that do not tell how they ended.
func TestResultsFromAttempts(t *testing.T) {
	slow := func(e *csm.Event) { e.AWSException, e.HTTPStatusCode = "SlowDown", csm.Known(503) }
	for _, test := range []struct {
		name   string
		events []*csm.Event
		want   []Result // of the calls, in any order
	}{
		{"one attempt", []*csm.Event{
			tried(status(200), at(1, 5)), called(attempts(1), at(0, 7)),
		}, []Result{OK}},
		{"the last of three", []*csm.Event{
			tried(slow, at(1, 5)), tried(slow, at(10, 5)), tried(status(404), at(20, 5)), called(attempts(3), at(0, 26)),
		}, []Result{ClientError}},
		{"a call after a call", []*csm.Event{
			tried(slow, at(1, 5)), called(attempts(1), at(0, 7)),
			tried(status(200), at(11, 5)), called(attempts(1), at(10, 7)),
		}, []Result{Throttled, OK}},
		{"an attempt that tells nothing", []*csm.Event{
			tried(at(1, 5)), called(attempts(1), at(0, 7)),
		}, []Result{Unknown}},
		{"no attempt", []*csm.Event{called(attempts(0), at(0, 7))}, []Result{Unknown}},
		{"no count of attempts", []*csm.Event{tried(status(200), at(1, 5)), called(at(0, 7))}, []Result{Unknown}},
		{"an attempt was lost", []*csm.Event{
			tried(slow, at(1, 5)), called(attempts(2), at(0, 20)),
		}, []Result{Unknown}},
		{"the call came first", []*csm.Event{
			called(attempts(1), at(0, 7)), tried(status(200), at(1, 5)),
			called(attempts(1), at(10, 7)), tried(status(200), at(11, 5)),
		}, []Result{Unknown, Unknown}},
		{"a call was lost, the next one is told by its time", []*csm.Event{
			tried(slow, at(1, 5)),
			tried(status(200), at(11, 5)), called(attempts(1), at(10, 7)),
		}, []Result{OK}},
		{"two calls at once", []*csm.Event{
			tried(status(200), at(1, 5)), tried(status(404), at(2, 5)),
			called(attempts(1), at(0, 9)), called(attempts(1), at(0, 10)),
		}, []Result{Unknown, Unknown}},
		{"a short call within a long one", []*csm.Event{
			tried(slow, at(1, 5)), tried(status(404), at(21, 5)), called(attempts(1), at(20, 7)),
			tried(status(200), at(40, 5)), called(attempts(2), at(0, 50)),
		}, []Result{ClientError, OK}},
		{"a success is the last attempt of its call", []*csm.Event{
			tried(status(200), at(1, 5)), tried(status(404), at(10, 5)), called(attempts(2), at(0, 20)),
		}, []Result{Unknown}},
		{"attempts of one call do not overlap", []*csm.Event{
			tried(slow, at(1, 15)), tried(status(404), at(10, 15)), called(attempts(2), at(0, 30)),
		}, []Result{Unknown}},
		{"more attempts than are kept", append(many(tried(slow), maxRecent+1), called(attempts(maxRecent+1))), []Result{Unknown}},

		{"a call around more attempts than are kept", append(append([]*csm.Event{tried(slow, at(1, 5))},
			many(tried(slow, at(20, 5)), maxRecent)...), called(attempts(maxRecent), at(0, 30))), []Result{Unknown}},
		{"a call after more attempts than are kept", append(many(tried(slow, at(1, 5)), maxRecent+5),
			tried(status(200), at(11, 5)), called(attempts(1), at(10, 7))), []Result{OK}},

		{"without times: one attempt", []*csm.Event{tried(status(200)), called(attempts(1))}, []Result{OK}},
		{"without times: two attempts", []*csm.Event{tried(slow), tried(status(200)), called(attempts(2))}, []Result{OK}},
		{"without times: two calls at once, and the one after them", []*csm.Event{
			tried(slow), tried(slow), called(attempts(1)), // of A and B; B ends
			tried(slow), tried(status(404)), called(attempts(2)), // of A and C; A ends
			called(attempts(1)),
		}, []Result{Unknown, Unknown, Unknown}},
		{"without times: certain again two calls after a loss", []*csm.Event{
			tried(slow), tried(slow), called(attempts(1)),
			tried(status(200)), called(attempts(1)),
			tried(status(200)), called(attempts(1)),
		}, []Result{Unknown, Unknown, OK}},
		{"its own end counts for more than its attempts'", []*csm.Event{
			tried(status(404), at(1, 5)), called(attempts(1), at(0, 7), func(e *csm.Event) { e.FinalHTTPStatusCode = csm.Known(200) }),
		}, []Result{OK}},
		{"its deadline too", []*csm.Event{
			tried(slow, at(1, 5)), called(attempts(1), at(0, 7), func(e *csm.Event) { e.APICallTimeout = csm.Known(1) }),
		}, []Result{Timeout}},
	} {
		t.Run(test.name, func(t *testing.T) {
			total := added(test.events...).Total()
			var want [NumResults]uint64
			for _, r := range test.want {
				want[r]++
			}
			if total.Results != want {
				t.Errorf("results %v, want %v", total.Results, want)
			}
		})
	}
}

func many(e *csm.Event, n int) (events []*csm.Event) {
	for range n {
		events = append(events, e)
	}
	return events
}

func TestFailureFromAttemptIsAmongTheErrors(t *testing.T) {
	s := added(tried(at(1, 5), func(e *csm.Event) {
		e.AWSException, e.AWSExceptionMessage, e.HTTPStatusCode = "NoSuchKey", "gone", csm.Known(404)
	}), called(attempts(1), at(0, 7)))
	if len(s.Errors) != 1 {
		t.Fatalf("errors: %+v", s.Errors)
	}
	if e := s.Errors[0]; e.Code != "NoSuchKey" || e.Status != 404 || e.Attempts != 1 || e.Calls != 1 || e.Message != "gone" {
		t.Errorf("%+v", e)
	}
}

// Attempts of other keys are never a call's.
func TestAttemptsOfOtherKeysDoNotCount(t *testing.T) {
	for _, set := range []func(*csm.Event){
		func(e *csm.Event) { e.ClientID = "other" },
		func(e *csm.Event) { e.Service = "other" },
		func(e *csm.Event) { e.API = "other" },
		inRegion("other"),
	} {
		total := added(tried(status(200), set), called(attempts(1), inRegion("here"))).Total()
		if total.Results[Unknown] != 1 {
			t.Errorf("results %v, want one unknown", total.Results)
		}
	}
}

// Real calls without their Final fields come to what they would have come to with
// them, or are unknown.
func TestResultsFromAttemptsOfTheCorpus(t *testing.T) {
	for file, want := range map[string]struct{ told, calls int }{
		"awscli-v2-2.9.19":    {56, 60},
		"boto3-1.43.11":       {117, 142},
		"aws-sdk-js-2.1693.0": {123, 128},
		"aws-sdk-go-1.55.8":   {92, 116},
	} {
		a := New(Limits{})
		var told, calls int
		for _, line := range corpus(t, file) {
			var e csm.Event
			if err := e.UnmarshalJSON(line); err != nil {
				t.Fatal(err)
			}
			agent.Normalize(&e)
			f, _ := FailureOf(&e)
			before := a.Snapshot().Total()
			e.FinalHTTPStatusCode = csm.Int{}
			e.FinalAWSException, e.FinalAWSExceptionMessage = "", ""
			e.FinalSDKException, e.FinalSDKExceptionMessage = "", ""
			a.Add(&e)
			if e.Type != csm.APICall {
				continue
			}
			calls++
			after := a.Snapshot().Total()
			for r := range after.Results {
				if after.Results[r] == before.Results[r] || Result(r) == Unknown {
					continue
				}
				told++
				if want := resultOf(f); Result(r) != want {
					t.Errorf("%s: %s instead of %s: %s", file, Result(r), want, line)
				}
			}
		}
		if told != want.told || calls != want.calls {
			t.Errorf("%s: %d of %d calls are told, want %d of %d", file, told, calls, want.told, want.calls)
		}
	}
}
