package agent

import (
	"strings"
	"testing"

	"github.com/go-csm/csm"
)

const (
	goAgent     = "aws-sdk-go/1.55.8 (go1.26.8; linux; amd64)"
	jsAgent     = "aws-sdk-nodejs/2.1693.0 linux/v20.20.2 promise"
	rubyAgent   = "aws-sdk-ruby3/3.191.0 ua/2.0 api/kms#1.79.0 os/linux md/x86_64 lang/ruby#3.2.2"
	cppAgent    = "aws-sdk-cpp/1.11.900 ua/2.1 api/S3 os/Linux#6.1.0 lang/c++#C++11 md/http#curl m/Z,b"
	pythonAgent = "Boto3/1.43.11 md/Botocore#1.43.11 ua/2.1 os/linux#6.1.0-28-amd64"
)

// exceptions are what rules change of an event's failure.
type exceptions struct{ aws, awsMessage, sdk, sdkMessage string }

func TestExceptions(t *testing.T) {
	const validation = "ValidationException"
	long := strings.Repeat("LongCode", 20)
	for _, test := range []struct {
		name, userAgent string
		status          int64
		in, want        exceptions
	}{
		{"nothing failed", goAgent, 200, exceptions{}, exceptions{}},

		{"Go: the message stands between the code and the status", goAgent, 400,
			exceptions{validation, "ValidationException: 1 validation error\n\tstatus code: 400, request id: 7ea48cab", "", ""},
			exceptions{validation, "1 validation error", "", ""}},
		{"Go: a message of several lines", goAgent, 400,
			exceptions{validation, "ValidationException: two\n- lines\n\tstatus code: 400, request id: 7ea48cab", "", ""},
			exceptions{validation, "two\n- lines", "", ""}},
		{"Go: an empty message", goAgent, 404,
			exceptions{"NoSuchKey", "NoSuchKey: \n\tstatus code: 404, request id: 5A, host id: NUE=", "", ""},
			exceptions{"NoSuchKey", "", "", ""}},
		{"Go: a cause behind a service's message is not the service's", goAgent, 400,
			exceptions{validation, "ValidationException: no\n\tstatus code: 400, request id: 7ea48cab\ncaused by: EOF", "", ""},
			exceptions{validation, "no", "", ""}},
		{"Go: an error of the model", goAgent, 429,
			exceptions{"TooManyRequestsException", "TooManyRequestsException: Rate Exceeded.\n{\n  RespMetadata: {\n    StatusCode: 429,\n", "", ""},
			exceptions{"TooManyRequestsException", "Rate Exceeded.", "", ""}},
		{"Go: a code that was cut stands whole in the message", goAgent, 400,
			exceptions{long[:128], long + "Exception: long: code\n\tstatus code: 400, request id: 1b4acc83", "", ""},
			exceptions{long[:128], "long: code", "", ""}},
		{"Go: a message that was cut within what follows it", goAgent, 400,
			exceptions{validation, "ValidationException: " + strings.Repeat("x", 480) + "\n\tstatus co", "", ""},
			exceptions{validation, strings.Repeat("x", 480), "", ""}},
		{"Go: a message that was cut within the struct", goAgent, 400,
			exceptions{validation, "ValidationException: " + strings.Repeat("x", 482) + "\n{\n  Resp", "", ""},
			exceptions{validation, strings.Repeat("x", 482), "", ""}},
		{"Go: a short message is not taken for a cut one", goAgent, 400,
			exceptions{validation, "ValidationException: a\n\tst", "", ""},
			exceptions{validation, "a\n\tst", "", ""}},
		{"Go: the message alone", goAgent, 400,
			exceptions{validation, "1 validation error", "", ""},
			exceptions{validation, "1 validation error", "", ""}},
		{"Go: another code in the message", goAgent, 400,
			exceptions{validation, "ValidationExceptionX: no", "", ""},
			exceptions{validation, "ValidationExceptionX: no", "", ""}},
		{"Go: the SDK's errors keep their cause", goAgent, 0,
			exceptions{"", "", "RequestError", "RequestError: send request failed\ncaused by: dial tcp 127.0.0.1:1: connect: connection refused"},
			exceptions{"", "", "RequestError", "send request failed\ncaused by: dial tcp 127.0.0.1:1: connect: connection refused"}},
		{"Go: a status between the message and the cause", goAgent, 502,
			exceptions{"", "", "SerializationError", "SerializationError: failed decoding\n\tstatus code: 502, request id: \ncaused by: EOF"},
			exceptions{"", "", "SerializationError", "failed decoding\ncaused by: EOF"}},
		{"Go: no credentials", goAgent, 0,
			exceptions{"EmptyStaticCreds", "EmptyStaticCreds: static credentials are empty", "", ""},
			exceptions{"", "", "EmptyStaticCreds", "static credentials are empty"}},
		{"Go: any code without a status", goAgent, 0,
			exceptions{"MyOwnProviderError", "MyOwnProviderError: no", "", ""},
			exceptions{"", "", "MyOwnProviderError", "no"}},
		{"Go: a program's name before the SDK's", "tool/1.0 " + goAgent, 0,
			exceptions{"MissingRegion", "MissingRegion: no", "", ""},
			exceptions{"", "", "MissingRegion", "no"}},
		{"Go: bad parameters, before there is a User-Agent", "", 0,
			exceptions{"InvalidParameter", "InvalidParameter: 1 validation error(s) found.\n- missing required field, X.\n", "", ""},
			exceptions{"", "", "InvalidParameter", "1 validation error(s) found.\n- missing required field, X.\n"}},
		{"a service's InvalidParameter has a status", "", 400,
			exceptions{"InvalidParameter", "Invalid parameter: TopicArn", "", ""},
			exceptions{"InvalidParameter", "Invalid parameter: TopicArn", "", ""}},
		{"Go v2 is not Go v1", "aws-sdk-go-v2/1.47.7", 0,
			exceptions{"NoSuchKey", "NoSuchKey: text", "", ""},
			exceptions{"NoSuchKey", "NoSuchKey: text", "", ""}},

		{"Ruby: a service's error as the SDK's", rubyAgent, 400,
			exceptions{"", "", "Aws::KMS::Errors::NotFoundException", "Alias is not found."},
			exceptions{"NotFoundException", "Alias is not found.", "", ""}},
		{"Ruby: before there is a User-Agent", "", 0,
			exceptions{"", "", "Aws::KMS::Errors::NotFoundException", "Alias is not found."},
			exceptions{"NotFoundException", "Alias is not found.", "", ""}},
		{"Ruby: a service's error with its class", rubyAgent, 400,
			exceptions{"Aws::KMS::Errors::ThrottlingException", "Rate exceeded", "", ""},
			exceptions{"ThrottlingException", "Rate exceeded", "", ""}},
		{"Ruby: a service's error under both names", rubyAgent, 404,
			exceptions{"NoSuchKey", "no", "Aws::S3::Errors::NotFound", "not"},
			exceptions{"NoSuchKey", "no", "", ""}},
		{"Ruby: a network error as the service's", rubyAgent, 0,
			exceptions{"Seahorse::Client::NetworkingError", "Failed to open TCP connection", "", ""},
			exceptions{"", "", "Seahorse::Client::NetworkingError", "Failed to open TCP connection"}},
		{"Ruby: a network error, and what the gem made of it", rubyAgent, 0,
			exceptions{"Seahorse::Client::NetworkingError", "getaddrinfo", "Aws::Errors::NoSuchEndpointError", "no such endpoint"},
			exceptions{"", "", "Aws::Errors::NoSuchEndpointError", "no such endpoint"}},
		{"Ruby: errors of the gem are not a service's", rubyAgent, 0,
			exceptions{"", "", "Aws::Errors::MissingCredentialsError", "unable to sign"},
			exceptions{"", "", "Aws::Errors::MissingCredentialsError", "unable to sign"}},
		{"Ruby: nor are those of its signer", rubyAgent, 0,
			exceptions{"", "", "Aws::Sigv4::Errors::MissingCredentialsError", "missing"},
			exceptions{"", "", "Aws::Sigv4::Errors::MissingCredentialsError", "missing"}},
		{"Ruby: as it should be", rubyAgent, 400,
			exceptions{"ThrottlingException", "ThrottlingException: slow", "", ""},
			exceptions{"ThrottlingException", "ThrottlingException: slow", "", ""}},

		{"JavaScript: a time-out as the service's", jsAgent, 0,
			exceptions{"TimeoutError", "Connection timed out after 50ms", "", ""},
			exceptions{"", "", "TimeoutError", "Connection timed out after 50ms"}},
		{"JavaScript: a time-out with the status of the attempt before", jsAgent, 503,
			exceptions{"NetworkingError", "read ECONNRESET", "", ""},
			exceptions{"", "", "NetworkingError", "read ECONNRESET"}},
		{"JavaScript: a service's code", jsAgent, 503,
			exceptions{"UnknownError", "503", "", ""},
			exceptions{"UnknownError", "503", "", ""}},
		{"JavaScript: a number for a code", jsAgent, 301,
			exceptions{"301", "", "", ""},
			exceptions{"301", "", "", ""}},
		{"a time-out as the service's, of some sender", "", 0,
			exceptions{"RequestAbortedError", "aborted", "", ""},
			exceptions{"", "", "RequestAbortedError", "aborted"}},

		{"C++: no connection", cppAgent, 0,
			exceptions{"", "", "", "curlCode: 7, Could not connect to server; Details: Failed to connect to 127.0.0.1:9 after 0 ms"},
			exceptions{"", "", "NETWORK_CONNECTION", "curlCode: 7, Could not connect to server; Details: Failed to connect to 127.0.0.1:9 after 0 ms"}},
		{"C++: a time-out", cppAgent, 0,
			exceptions{"", "", "", "curlCode: 28, Timeout was reached; Details: Operation too slow."},
			exceptions{"", "", "REQUEST_TIMEOUT", "curlCode: 28, Timeout was reached; Details: Operation too slow."}},
		{"C++: no connection, on Windows", cppAgent, 0,
			exceptions{"", "", "", "Encountered network error when sending http request"},
			exceptions{"", "", "NETWORK_CONNECTION", "Encountered network error when sending http request"}},
		{"C++: cancelled", cppAgent, 0,
			exceptions{"", "", "", "Request cancelled by user's continuation handler"},
			exceptions{"", "", "USER_CANCELLED", "Request cancelled by user's continuation handler"}},
		{"C++: an error of its own", cppAgent, 0,
			exceptions{"", "", "", "Signing failed."},
			exceptions{"", "", "", "Signing failed."}},
		{"C++: a refusal without a body", cppAgent, 404,
			exceptions{"", "", "", "No response body."},
			exceptions{"", "", "", "No response body."}},
		{"C++: with a code", cppAgent, 0,
			exceptions{"", "", "X", "curlCode: 7, no"},
			exceptions{"", "", "X", "curlCode: 7, no"}},
		{"another sender's message without a code", pythonAgent, 0,
			exceptions{"", "", "", "curlCode: 7, no"},
			exceptions{"", "", "", "curlCode: 7, no"}},

		{"Python: a message that begins with the code", pythonAgent, 400,
			exceptions{validation, "ValidationException: no\n\tstatus code: 4", "", ""},
			exceptions{validation, "ValidationException: no\n\tstatus code: 4", "", ""}},
		{"another sender's error without a status", "aws-sdk-java/1.12.300", 0,
			exceptions{"InvalidParameter", "no", "", ""},
			exceptions{"InvalidParameter", "no", "", ""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			status := csm.Int{}
			if test.status != 0 {
				status = csm.Known(test.status)
			}
			call := csm.Event{
				Type: csm.APICall, UserAgent: test.userAgent, FinalHTTPStatusCode: status,
				FinalAWSException: test.in.aws, FinalAWSExceptionMessage: test.in.awsMessage,
				FinalSDKException: test.in.sdk, FinalSDKExceptionMessage: test.in.sdkMessage,
			}
			attempt := csm.Event{
				Type: csm.APICallAttempt, UserAgent: test.userAgent, HTTPStatusCode: status,
				AWSException: test.in.aws, AWSExceptionMessage: test.in.awsMessage,
				SDKException: test.in.sdk, SDKExceptionMessage: test.in.sdkMessage,
			}
			Normalize(&call)
			Normalize(&attempt)
			if got := (exceptions{call.FinalAWSException, call.FinalAWSExceptionMessage,
				call.FinalSDKException, call.FinalSDKExceptionMessage}); got != test.want {
				t.Errorf("call:    %+v\nwant:    %+v", got, test.want)
			}
			if got := (exceptions{attempt.AWSException, attempt.AWSExceptionMessage,
				attempt.SDKException, attempt.SDKExceptionMessage}); got != test.want {
				t.Errorf("attempt: %+v\nwant:    %+v", got, test.want)
			}
			if call.FinalHTTPStatusCode != status || attempt.HTTPStatusCode != status {
				t.Error("the status has changed")
			}
		})
	}
}

func TestRequestIDs(t *testing.T) {
	const uuid, s3 = "5d144fc3-782f-214f-ca5e-36608451ff65", "ZSXD8EQTC15HK8KJ"
	for _, test := range []struct {
		name, userAgent, service string
		amzn, amz                string
		wantAmzn, wantAmz        string
	}{
		{"Go on S3", goAgent, "S3", s3, "", "", s3},
		{"Go on S3, with this project's client", goAgent + " host", "S3", uuid, "", uuid, ""},
		{"Go elsewhere", goAgent, "STS", uuid, "", uuid, ""},
		{"Go on DynamoDB, whose ids look like those of S3", goAgent, "DynamoDB", s3, "", s3, ""},
		{"Go with both", goAgent, "S3", uuid, s3, uuid, s3},
		{"Go with none", goAgent, "S3", "", "", "", ""},
		{"Python on S3", pythonAgent, "S3", "", s3, "", s3},
		{"Python with both", pythonAgent, "Lambda", uuid, s3, uuid, s3},
		{"a sender that sends the other id alone", pythonAgent, "S3", uuid, "", uuid, ""},
	} {
		e := csm.Event{
			Type: csm.APICallAttempt, UserAgent: test.userAgent, Service: test.service,
			XAmznRequestID: test.amzn, XAmzRequestID: test.amz, XAmzID2: "id2",
		}
		if strings.HasSuffix(test.userAgent, " host") {
			e.FQDN = "bucket.s3.amazonaws.com"
		}
		call := e
		call.Type = csm.APICall
		Normalize(&e)
		if e.XAmznRequestID != test.wantAmzn || e.XAmzRequestID != test.wantAmz || e.XAmzID2 != "id2" {
			t.Errorf("%s: %q, %q, %q, want %q, %q, id2", test.name, e.XAmznRequestID, e.XAmzRequestID, e.XAmzID2,
				test.wantAmzn, test.wantAmz)
		}
		if Normalize(&call); call.XAmznRequestID+call.XAmzRequestID+call.XAmzID2 != "" {
			t.Errorf("%s: a call has ids: %+v", test.name, call)
		}
	}
}

func exceptionsOf(e csm.Event) exceptions {
	if e.Type == csm.APICall {
		return exceptions{e.FinalAWSException, e.FinalAWSExceptionMessage, e.FinalSDKException, e.FinalSDKExceptionMessage}
	}
	return exceptions{e.AWSException, e.AWSExceptionMessage, e.SDKException, e.SDKExceptionMessage}
}

func withExceptions(e csm.Event, x exceptions) csm.Event {
	if e.Type == csm.APICall {
		e.FinalAWSException, e.FinalAWSExceptionMessage = x.aws, x.awsMessage
		e.FinalSDKException, e.FinalSDKExceptionMessage = x.sdk, x.sdkMessage
	} else {
		e.AWSException, e.AWSExceptionMessage = x.aws, x.awsMessage
		e.SDKException, e.SDKExceptionMessage = x.sdk, x.sdkMessage
	}
	return e
}

// Whatever an event says, its rules touch no more than they are for.
func FuzzNormalize(f *testing.F) {
	f.Add(goAgent, "S3", "NoSuchKey", "NoSuchKey: no\n\tstatus code: 404, request id: 5A", "", "", "5A", int64(404), true)
	f.Add("", "KMS", "Seahorse::Client::NetworkingError", "no", "Aws::KMS::Errors::X", "m", "", int64(0), false)
	f.Add(jsAgent, "SQS", "TimeoutError", "t", "", "", "", int64(503), true)
	f.Add(cppAgent, "S3", "", "", "", "curlCode: 28, Timeout was reached", "", int64(0), true)
	f.Add(goAgent, "S3", "::", "::: \n{\n  RespMeta", "Aws::::Errors::", "\n\tstatus code: ", "", int64(1), false)
	f.Fuzz(func(t *testing.T, userAgent, service, aws, awsMessage, sdk, sdkMessage, id string, status int64, isCall bool) {
		e := csm.Event{
			Type: csm.APICallAttempt, UserAgent: userAgent, Service: service,
			AWSException: aws, AWSExceptionMessage: awsMessage, SDKException: sdk, SDKExceptionMessage: sdkMessage,
			HTTPStatusCode: csm.Known(status), XAmznRequestID: id,
		}
		if isCall {
			e = withExceptions(csm.Event{
				Type: csm.APICall, UserAgent: userAgent, Service: service,
				FinalHTTPStatusCode: csm.Known(status), XAmznRequestID: id,
			}, exceptions{aws, awsMessage, sdk, sdkMessage})
		}
		before := e
		Normalize(&e)
		got := exceptionsOf(e)
		named := aws+sdk == "" && sdkMessage != "" && senderOf(userAgent) == cPlusPlus // may have got a code
		if (aws+sdk == "") != (got.aws+got.sdk == "") && !named {
			t.Errorf("whether it failed has changed: %+v is %+v", before, e)
		}
		for _, code := range []string{got.aws, got.sdk} {
			if !strings.HasSuffix(aws, code) && !strings.HasSuffix(sdk, code) && !named {
				t.Errorf("a code is made up: %q of %q and %q", code, aws, sdk)
			}
		}
		if ids := e.XAmznRequestID + e.XAmzRequestID; ids != id && !isCall {
			t.Errorf("the request ID %q has become %q", id, ids)
		}
		e.XAmznRequestID, e.XAmzRequestID = before.XAmznRequestID, ""
		if e = withExceptions(e, exceptionsOf(before)); e != before {
			t.Errorf("%+v\nhas become %+v", before, e)
		}
	})
}
