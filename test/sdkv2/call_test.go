package sdkv2_test

import (
	"net"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/go-csm/csm"
)

// An outcome is how an attempt, or a call, ended, as its event tells it.
type outcome struct {
	status                   int64 // 0 if there is none
	awsException, awsMessage string
	sdkException, sdkMessage string
}

func attemptOutcome(e csm.Event) outcome {
	return outcome{e.HTTPStatusCode.Or(0), e.AWSException, e.AWSExceptionMessage, e.SDKException, e.SDKExceptionMessage}
}

func callOutcome(e csm.Event) outcome {
	return outcome{e.FinalHTTPStatusCode.Or(0), e.FinalAWSException, e.FinalAWSExceptionMessage, e.FinalSDKException, e.FinalSDKExceptionMessage}
}

var (
	ok        = outcome{status: 200}
	throttled = outcome{503, "SlowDown", "Please reduce your request rate.", "", ""}
	forbidden = outcome{403, "AccessDenied", "Access Denied", "", ""}
	reset     = outcome{sdkException: "RequestSendError", sdkMessage: "request send failed, read: connection reset by peer"}
	unknown   = outcome{sdkException: "DNSError", sdkMessage: "request send failed, lookup s3.invalid: no such host"}
)

// resetError is an error of the transport that the SDK retries.
type resetError struct{}

func (resetError) Error() string   { return "read: connection reset by peer" }
func (resetError) Temporary() bool { return true }

func TestEachAttemptAndEachCallIsToldOf(t *testing.T) {
	tests := []struct {
		name     string
		answers  []answer
		attempts []outcome
		call     outcome
		exceeded int64
	}{
		{
			name:     "a success",
			answers:  []answer{responds(200, "")},
			attempts: []outcome{ok},
			call:     ok,
		},
		{
			name:     "an error of the service",
			answers:  []answer{responds(400, xmlError("InvalidRequest", "Missing required header."))},
			attempts: []outcome{{400, "InvalidRequest", "Missing required header.", "", ""}},
			call:     outcome{400, "InvalidRequest", "Missing required header.", "", ""},
		},
		{
			name:     "an error of the service, of a type that the model has",
			answers:  []answer{responds(404, xmlError("NoSuchKey", "The specified key does not exist."))},
			attempts: []outcome{{404, "NoSuchKey", "The specified key does not exist.", "", ""}},
			call:     outcome{404, "NoSuchKey", "The specified key does not exist.", "", ""},
		},
		{
			name:     "throttled, then a success",
			answers:  []answer{responds(503, slowDown), responds(200, "")},
			attempts: []outcome{throttled, ok},
			call:     ok,
		},
		{
			name:     "no connection, then a success",
			answers:  []answer{fails(resetError{}), responds(200, "")},
			attempts: []outcome{reset, ok},
			call:     ok,
		},
		{
			name:     "throttled, then refused for good",
			answers:  []answer{responds(503, slowDown), responds(403, xmlError("AccessDenied", "Access Denied"))},
			attempts: []outcome{throttled, forbidden},
			call:     forbidden,
		},
		{
			name:     "an error of the service, then no connection for good",
			answers:  []answer{responds(503, slowDown), fails(errNoHost)},
			attempts: []outcome{throttled, unknown},
			call:     unknown,
		},
		{
			name:     "an error of the transport that is not retried",
			answers:  []answer{fails(errNoHost)},
			attempts: []outcome{unknown},
			call:     unknown,
		},
		{
			name:     "throttled until no retry is left",
			answers:  []answer{responds(503, slowDown)},
			attempts: []outcome{throttled, throttled, throttled},
			call:     throttled,
			exceeded: 1,
		},
		{
			name:     "no connection until no retry is left",
			answers:  []answer{fails(resetError{})},
			attempts: []outcome{reset, reset, reset},
			call:     reset,
			exceeded: 1,
		},
		{
			name:     "no connection, then throttled until no retry is left",
			answers:  []answer{fails(resetError{}), fails(resetError{}), responds(503, slowDown)},
			attempts: []outcome{reset, reset, throttled},
			call:     throttled,
			exceeded: 1,
		},
		{
			name:     "throttled, then no connection until no retry is left",
			answers:  []answer{responds(503, slowDown), fails(resetError{})},
			attempts: []outcome{throttled, reset, reset},
			call:     reset,
			exceeded: 1,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg, _ := scriptedConfig(test.answers...)
			agent := instrument(t, &cfg)
			client := s3.NewFromConfig(cfg)

			_, err := client.GetObject(background, &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("k")})
			if failed := test.call != ok; failed != (err != nil) {
				t.Fatalf("error is %v", err)
			}

			events := wantEvents(t, agent, len(test.attempts)+1)
			for i, want := range test.attempts {
				if events[i].Type != csm.APICallAttempt {
					t.Fatalf("event %d is a %s", i, events[i].Type)
				}
				if got := attemptOutcome(events[i]); got != want {
					t.Errorf("attempt %d ended as\n%+v, want\n%+v", i+1, got, want)
				}
			}
			call := events[len(events)-1]
			if call.Type != csm.APICall {
				t.Fatalf("the last event is a %s", call.Type)
			}
			if got := callOutcome(call); got != test.call {
				t.Errorf("the call ended as\n%+v, want\n%+v", got, test.call)
			}
			if got := call.AttemptCount.Or(-1); got != int64(len(test.attempts)) {
				t.Errorf("AttemptCount is %d, want %d", got, len(test.attempts))
			}
			if got := call.MaxRetriesExceeded.Or(-1); got != test.exceeded {
				t.Errorf("MaxRetriesExceeded is %d, want %d", got, test.exceeded)
			}
			if got, known := call.APICallTimeout.Get(); known {
				t.Errorf("APICallTimeout is %d, want it unknown", got)
			}
		})
	}
}

// errNoHost is an error of the transport that the SDK does not retry.
var errNoHost = &net.DNSError{Err: "no such host", Name: "s3.invalid", IsNotFound: true}

func TestEventsTellOfTheRequest(t *testing.T) {
	cfg, _ := scriptedConfig(responds(200, stsOK))
	cfg.AppID = "my-app"
	agent := instrument(t, &cfg)
	before := time.Now().Truncate(time.Millisecond)
	if _, err := sts.NewFromConfig(cfg).GetCallerIdentity(background, nil); err != nil {
		t.Fatal(err)
	}
	after := time.Now()

	events := wantEvents(t, agent, 2)
	for _, e := range events {
		if e.ClientID != t.Name() || e.Service != "STS" || e.API != "GetCallerIdentity" || e.Region != "eu-central-1" {
			t.Errorf("event is %+v", e)
		}
		if e.Timestamp.Before(before) || e.Timestamp.After(after) {
			t.Errorf("%s began at %v, want between %v and %v", e.Type, e.Timestamp, before, after)
		}
		if want := "aws-sdk-go-v2/"; len(e.UserAgent) < len(want) || e.UserAgent[:len(want)] != want {
			t.Errorf("UserAgent of %s is %q", e.Type, e.UserAgent)
		}
	}
	attempt, call := events[0], events[1]
	if attempt.FQDN != "sts.eu-central-1.amazonaws.com" || attempt.AccessKey != accessKey {
		t.Errorf("attempt is %+v", attempt)
	}
	if call.FQDN != "" || call.AccessKey != "" {
		t.Errorf("call has fields of an attempt: %+v", call)
	}
	if _, known := attempt.AttemptLatency.Get(); !known {
		t.Error("AttemptLatency is unknown")
	}
	if _, known := call.Latency.Get(); !known {
		t.Error("Latency is unknown")
	}
}

func TestTheQuotaOfRetriesIsALimitToo(t *testing.T) {
	cfg, _ := scriptedConfig(responds(503, slowDown))
	cfg.Retryer = func() aws.Retryer {
		return fastRetryer(func(o *retry.StandardOptions) { o.RateLimiter = ratelimit.NewTokenRateLimit(1) })
	}
	agent := instrument(t, &cfg)
	_, err := s3.NewFromConfig(cfg).ListBuckets(background, nil)
	mustFail(t, err)

	events := wantEvents(t, agent, 2)
	if got := callOutcome(events[1]); got != throttled {
		t.Errorf("the call ended as %+v, want %+v", got, throttled)
	}
	if got := events[1].MaxRetriesExceeded.Or(-1); got != 1 {
		t.Errorf("MaxRetriesExceeded is %d, want 1", got)
	}
}

func TestAClientThatNeverRetriesHasNoRetriesToExceed(t *testing.T) {
	cfg, _ := scriptedConfig(responds(503, slowDown))
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	agent := instrument(t, &cfg)
	_, err := s3.NewFromConfig(cfg).ListBuckets(background, nil)
	mustFail(t, err)
	events := wantEvents(t, agent, 2)
	if got := events[1].MaxRetriesExceeded.Or(-1); got != 0 {
		t.Errorf("MaxRetriesExceeded is %d, want 0", got)
	}
}

func TestRequestIDsComeFromTheHeaderThatHasThem(t *testing.T) {
	type ids struct{ amzn, amz, id2 string }
	tests := []struct {
		name   string
		header []string
		want   ids
	}{
		{"x-amzn-requestid", []string{"x-amzn-requestid", "A1"}, ids{amzn: "A1"}},
		{"x-amzn-RequestId, spelled otherwise", []string{"X-Amzn-RequestId", "A2"}, ids{amzn: "A2"}},
		{"x-amz-request-id", []string{"x-amz-request-id", "B1"}, ids{amz: "B1"}},
		{"x-amz-id-2", []string{"x-amz-id-2", "C1"}, ids{id2: "C1"}},
		{"both of S3", []string{"x-amz-request-id", "B2", "x-amz-id-2", "C2"}, ids{"", "B2", "C2"}},
		{"none", nil, ids{}},
	}
	for _, test := range tests {
		for _, status := range []int{200, 400} {
			body := stsOK
			if status != 200 {
				body = xmlError("ValidationError", "wrong")
			}
			t.Run(test.name, func(t *testing.T) {
				cfg, _ := scriptedConfig(responds(status, body, test.header...))
				agent := instrument(t, &cfg)
				_, _ = sts.NewFromConfig(cfg).GetCallerIdentity(background, nil)
				e := wantEvents(t, agent, 2)[0]
				if got := (ids{e.XAmznRequestID, e.XAmzRequestID, e.XAmzID2}); got != test.want {
					t.Errorf("IDs with status %d are %+v, want %+v", status, got, test.want)
				}
			})
		}
	}
}

func TestTheWholeCallIncludesItsBackOff(t *testing.T) {
	const wait = 30 * time.Millisecond
	cfg, _ := scriptedConfig(responds(503, slowDown), responds(200, ""))
	cfg.Retryer = func() aws.Retryer {
		return fastRetryer(func(o *retry.StandardOptions) {
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return wait, nil })
		})
	}
	agent := instrument(t, &cfg)
	if _, err := s3.NewFromConfig(cfg).ListBuckets(background, nil); err != nil {
		t.Fatal(err)
	}
	events := wantEvents(t, agent, 3)
	first, second, call := events[0], events[1], events[2]
	if got := call.Latency.Or(0); got < wait.Milliseconds() {
		t.Errorf("Latency is %d ms, want at least %v", got, wait)
	}
	if got := second.Timestamp.Sub(first.Timestamp); got < wait-time.Millisecond {
		t.Errorf("the second attempt began %v after the first, want at least %v", got, wait)
	}
	if call.Timestamp.After(first.Timestamp) {
		t.Errorf("the call began at %v, after its first attempt at %v", call.Timestamp, first.Timestamp)
	}
}

func TestResponsesThatAreNotOfTheService(t *testing.T) {
	tests := []struct {
		name   string
		answer answer
		want   outcome
	}{
		{
			"an error without a body has the code that the SDK gives it",
			responds(500, ""),
			outcome{500, "InternalServerError", "Internal Server Error", "", ""},
		},
		{
			"an error that is a web page is no error of the service",
			responds(502, "<html><body>Bad Gateway</html>"),
			outcome{502, "", "", "ResponseError", ""},
		},
		{
			"a success that cannot be parsed is an error of the SDK",
			responds(200, "<ListAllMyBucketsResult><Buckets>"),
			outcome{200, "", "", "DeserializationError", ""},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg, _ := scriptedConfig(test.answer)
			cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
			agent := instrument(t, &cfg)
			_, err := s3.NewFromConfig(cfg).ListBuckets(background, nil)
			mustFail(t, err)
			events := wantEvents(t, agent, 2)
			got := attemptOutcome(events[0])
			if test.want.sdkException != "" {
				if got.sdkMessage == "" {
					t.Error("there is no message")
				}
				test.want.sdkMessage = got.sdkMessage
			}
			if got != test.want {
				t.Errorf("the attempt ended as\n%+v, want\n%+v", got, test.want)
			}
			if callOutcome(events[1]) != got {
				t.Errorf("the call ended as\n%+v, want\n%+v", callOutcome(events[1]), got)
			}
		})
	}
}
