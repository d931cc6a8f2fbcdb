package statistics

import (
	"testing"

	"github.com/go-csm/csm"
)

func TestResults(t *testing.T) {
	for _, test := range []struct {
		name     string
		status   int64
		aws, sdk string
		want     Result
	}{
		{"nothing is known", 0, "", "", Unknown},
		{"status 200", 200, "", "", OK},
		{"status 304", 304, "", "", OK},
		{"status 399", 399, "", "", OK},
		{"status 400", 400, "", "", ClientError},
		{"status 404 with a code", 404, "NoSuchKey", "", ClientError},
		{"status 301 with a code", 301, "PermanentRedirect", "", ClientError},
		{"status 499", 499, "", "", ClientError},
		{"status 500", 500, "", "", ServerError},
		{"status 503 with a code", 503, "ServiceUnavailable", "", ServerError},
		{"a status that there is not", 999, "", "", ServerError},

		{"throttling", 400, "ThrottlingException", "", Throttled},
		{"throttling with a status of the server", 503, "SlowDown", "", Throttled},
		{"throttling by its status", 429, "", "", Throttled},
		{"throttling that the SDK could not read", 429, "", "SerializationError", Throttled},
		{"throttling in a success", 200, "SlowDown", "", Throttled},

		{"an error in a success, as S3 has it", 200, "InternalError", "", ServerError},
		{"a success that the SDK could not read", 200, "", "XMLParserError", ServerError},
		{"an answer that the SDK could not read", 502, "", "SerializationError", ServerError},
		{"a refusal that the SDK could not read", 403, "", "SerializationError", ClientError},

		{"no credentials", 0, "", "NoCredentialsError", ClientError},
		{"bad parameters", 0, "", "InvalidParameter", ClientError},
		{"a service's code without a status", 0, "NoSuchKey", "", ClientError},

		{"Go: no connection", 0, "", "RequestError", ConnectionError},
		{"Go v2: no connection", 0, "", "RequestSendError", ConnectionError},
		{"Go v2: no such host", 0, "", "DNSError", ConnectionError},
		{"Python: no connection", 0, "", "EndpointConnectionError", ConnectionError},
		{"Python: the connection was closed", 0, "", "ConnectionClosedError", ConnectionError},
		{"Python: no connection to the proxy", 0, "", "ProxyConnectionError", ConnectionError},
		{"JavaScript: no connection", 0, "", "NetworkingError", ConnectionError},
		{"JavaScript: no such host", 0, "", "UnknownEndpoint", ConnectionError},
		{"Ruby: no connection", 0, "", "Seahorse::Client::NetworkingError", ConnectionError},
		{"Java: no connection", 0, "", "com.amazonaws.SdkClientException", ConnectionError},
		{"PHP: no connection", 0, "", `GuzzleHttp\Exception\ConnectException`, ConnectionError},
		{"a connection that broke behind the status", 200, "", "ConnectionClosedError", ConnectionError},

		{"Python: time-out", 0, "", "ReadTimeoutError", Timeout},
		{"Python: time-out while connecting", 0, "", "ConnectTimeoutError", Timeout},
		{"JavaScript: time-out", 0, "", "TimeoutError", Timeout},
		{"JavaScript: time-out with the status of the attempt before", 503, "", "TimeoutError", Timeout},
		{"Go v2: deadline", 0, "", "DeadlineExceeded", Timeout},
		{"Java: time-out", 0, "", "com.amazonaws.http.timers.client.ClientExecutionTimeoutException", Timeout},
		{"a service's time-out", 400, "RequestTimeout", "", Timeout},

		{"Go: cancelled", 0, "", "RequestCanceled", Cancelled},
		{"Go v2: cancelled", 0, "", "RequestCanceledError", Cancelled},
		{"JavaScript: cancelled", 0, "", "RequestAbortedError", Cancelled},
		{"Java: cancelled", 0, "", "com.amazonaws.AbortedException", Cancelled},
	} {
		t.Run(test.name, func(t *testing.T) {
			var code csm.Int
			if test.status != 0 {
				code = csm.Known(test.status)
			}
			e := called(func(e *csm.Event) {
				e.FinalHTTPStatusCode, e.FinalAWSException, e.FinalSDKException = code, test.aws, test.sdk
				e.HTTPStatusCode, e.AWSException = csm.Known(503), "SlowDown" // an attempt's fields
			})
			s := added(e)
			total := s.Total()
			for r, n := range total.Results {
				if (n == 1) != (Result(r) == test.want) {
					t.Errorf("%d calls are %s, want one that is %s", n, Result(r), test.want)
				}
			}
			want := uint64(1)
			if test.want == OK || test.want == Unknown {
				want = 0
			}
			if total.Errors() != want || uint64(len(s.Errors)) != want {
				t.Errorf("%d errors, %d by code, want %d", total.Errors(), len(s.Errors), want)
			}
		})
	}
}

// C++ sends messages without codes.
func TestExceptionWithoutACode(t *testing.T) {
	s := added(called(func(e *csm.Event) { e.FinalSDKExceptionMessage = "Signing failed." }),
		tried(func(e *csm.Event) { e.SDKExceptionMessage = "Signing failed." }))
	if got := s.Total().Results; got[ClientError] != 1 {
		t.Errorf("results %v", got)
	}
	if len(s.Errors) != 1 || s.Errors[0].Calls != 1 || s.Errors[0].Attempts != 1 || s.Errors[0].Message != "Signing failed." {
		t.Errorf("errors %+v", s.Errors)
	}
}

func TestDeadline(t *testing.T) {
	s := added(called(func(e *csm.Event) {
		e.APICallTimeout, e.FinalAWSException, e.FinalHTTPStatusCode = csm.Known(1), "SlowDown", csm.Known(503)
	}), called(func(e *csm.Event) { e.APICallTimeout = csm.Known(1) }), called(func(e *csm.Event) {
		e.APICallTimeout, e.FinalHTTPStatusCode = csm.Known(0), csm.Known(200)
	}))
	if got := s.Total().Results; got[Timeout] != 2 || got[OK] != 1 {
		t.Errorf("results %v", got)
	}
	if len(s.Errors) != 2 {
		t.Errorf("errors %+v, want two", s.Errors)
	}
}

func TestThrottledAttempts(t *testing.T) {
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
		{"", 429, true},
		{"SerializationError", 429, true},
		{"", 503, false},
		{"ServiceUnavailable", 503, false},
		{"AccessDenied", 403, false},
		{"throttling", 400, false},
	} {
		s := added(tried(status(test.status), func(e *csm.Event) { e.AWSException = test.code }))
		if got := s.Total().Throttled == 1; got != test.want {
			t.Errorf("%q with status %d: throttled is %v, want %v", test.code, test.status, got, test.want)
		}
	}
}

func TestNames(t *testing.T) {
	seen := make(map[string]bool)
	for r := range NumResults {
		seen[Result(r).String()] = true
	}
	for p := range NumPhases {
		seen[Phase(p).String()] = true
	}
	if len(seen) != NumResults+NumPhases || seen[""] {
		t.Errorf("names: %v", seen)
	}
	if Result(NumResults).String() != "unknown" || Phase(NumPhases).String() != "unknown" {
		t.Error("what there is not has a name")
	}
}
