package threshold

import (
	"testing"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// counted is what there is of some calls:
//
//	S3.GetObject        4 calls of 10, 20, 30, 312 ms, one failed, one throttled once
//	S3.PutObject        1 call of 1.5 s
//	DynamoDB.GetItem    an attempt of a call that has not ended
//	STS.AssumeRole      a call that tells nothing but its name
func counted(limits statistics.Limits) statistics.Snapshot {
	a := statistics.New(limits)
	call := func(service, operation string, ms, attempts, status int) {
		a.Add(&csm.Event{Type: csm.APICall, Service: service, API: operation, Latency: csm.Known(ms),
			AttemptCount: csm.Known(attempts), FinalHTTPStatusCode: csm.Known(status)})
	}
	for _, ms := range []int{10, 20, 30} {
		call("S3", "GetObject", ms, 1, 200)
	}
	a.Add(&csm.Event{Type: csm.APICallAttempt, Service: "S3", API: "GetObject", HTTPStatusCode: csm.Known(429)})
	a.Add(&csm.Event{Type: csm.APICallAttempt, Service: "S3", API: "GetObject", HTTPStatusCode: csm.Known(404)})
	call("S3", "GetObject", 312, 2, 404)
	call("S3", "PutObject", 1500, 1, 200)
	a.Add(&csm.Event{Type: csm.APICallAttempt, Service: "DynamoDB", API: "GetItem", HTTPStatusCode: csm.Known(200)})
	a.Add(&csm.Event{Type: csm.APICall, Service: "STS", API: "AssumeRole"})
	return a.Snapshot()
}

func TestJudge(t *testing.T) {
	all := counted(statistics.Limits{})
	for _, test := range []struct{ text, want string }{
		{"calls>6", "passed: calls>6: was 6"},
		{"calls>=6", "failed: calls>=6: was 6"},
		{"calls<6", "passed: calls<6: was 6"},
		{"calls<=6", "failed: calls<=6: was 6"},
		{"calls==6", "failed: calls==6: was 6"},
		{"calls!=6", "passed: calls!=6: was 6"},
		{"attempts>2", "failed: attempts>2: was 3"},
		{"retries>0", "failed: retries>0: was 1"},
		{"errors>0", "failed: errors>0: was 1"},
		{"S3.PutObject errors>0", "passed: S3.PutObject errors>0: was 0"},
		{"S3 throttled>=1", "failed: S3 throttled>=1: was 1"},
		{"S3 error-rate>=20%", "failed: S3 error-rate>=20%: was 20%, 1 of 5 calls"},
		{"error-rate>16%", "failed: error-rate>16%: was 16.67%, 1 of 6 calls"},
		{"S3.GetObject p99>200ms", "failed: S3.GetObject p99>200ms: was 312 ms"},
		{"S3.GetObject max>312ms", "passed: S3.GetObject max>312ms: was 312 ms"},
		{"S3.GetObject min>9ms", "failed: S3.GetObject min>9ms: was 10 ms"},
		{"S3.GetObject avg>90ms", "failed: S3.GetObject avg>90ms: was 93 ms"},
		{"S3 max>1s", "failed: S3 max>1s: was 1.5 s"},
		{"s3.getobject calls==4", "failed: s3.getobject calls==4: was 4"},
		{"S3.*Object calls==5", "failed: S3.*Object calls==5: was 5"},
		{"*.GetItem attempts>0", "failed: *.GetItem attempts>0: was 1"},
		{"* calls>9", "passed: * calls>9: was 6"},
		// One that was not called was called 0 times, and nothing else is known of it.
		{"S3.DeleteObject calls>0", "passed: S3.DeleteObject calls>0: was 0"},
		{"S3.GetObjects errors>0", "not judged: S3.GetObjects errors>0: no such operation was called; did you mean S3.GetObject?"},
		{"S33 p99>1s", "not judged: S33 p99>1s: no such operation was called; did you mean S3?"},
		{"Lambda throttled>0", "not judged: Lambda throttled>0: no such operation was called"},
		{"Lambda p99<1s", "not judged: Lambda p99<1s: no such operation was called"},
		{"DynamoDB errors==0", "not judged: DynamoDB errors==0: no call has ended"},
		{"DynamoDB errors>0", "not judged: DynamoDB errors>0: no call has ended"},
		{"DynamoDB throttled>0", "passed: DynamoDB throttled>0: was 0"},
		{"STS errors>0", "not judged: STS errors>0: the calls do not tell"},
		{"STS error-rate>0%", "not judged: STS error-rate>0%: the calls do not tell"},
		{"STS p99>1s", "not judged: STS p99>1s: the calls do not tell"},
	} {
		judge(t, all, test.text, test.want)
	}
}

func TestNothingIsJudgedWithoutEvents(t *testing.T) {
	var none statistics.Snapshot
	for _, text := range []string{"calls>5", "calls==0", "errors>0", "S3 p99>1s", "throttled>0"} {
		judge(t, none, text, "not judged: "+text+": no events came")
	}
}

// Operations beyond the limit could be those that are meant.
func TestOperationsThatAreNotToldApart(t *testing.T) {
	some := counted(statistics.Limits{Series: 1})
	const cannot = ": there were too many operations to tell all of them apart"
	for _, text := range []string{"S3.PutObject errors>0", "S3.PutObject calls>5", "S3.GetObject errors>5"} {
		judge(t, some, text, "not judged: "+text+cannot)
	}
	judge(t, some, "S3.GetObject errors>0", "failed: S3.GetObject errors>0: was 1")
	judge(t, some, "calls>6", "passed: calls>6: was 6")
}

func TestNamesAreHarmless(t *testing.T) {
	a := statistics.New(statistics.Limits{})
	a.Add(&csm.Event{Type: csm.APICall, Service: "S3", API: "Get\x1b[2J"})
	judge(t, a.Snapshot(), "S3.Get\x1b[1J errors>0", "not judged: S3.Get�[1J errors>0: no such operation was called; did you mean S3.Get�[2J?")
}

func TestFigures(t *testing.T) {
	for _, test := range []struct {
		unit  unit
		value float64
		want  string
	}{
		{number, 12345678, "12345678"},
		{percent, 0, "0%"}, {percent, 33.33333, "33.33%"}, {percent, 100, "100%"},
		{seconds, 0, "0 ms"}, {seconds, 0.2003, "200.3 ms"}, {seconds, 0.99949, "999.5 ms"}, {seconds, 0.9996, "0.9996 s"},
		{seconds, 1.24, "1.24 s"}, {seconds, 90, "90 s"}, {seconds, 123456, "123456 s"},
	} {
		if got := (metric{unit: test.unit}).write(test.value); got != test.want {
			t.Errorf("%v is written as %q, want %q", test.value, got, test.want)
		}
	}
}

func judge(t *testing.T, s statistics.Snapshot, text, want string) {
	t.Helper()
	threshold, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if got := threshold.Judge(s).String(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
