package statistics

import (
	"net/http"
	"strings"

	"github.com/go-csm/csm"
)

// A Failure is how a call or an attempt failed. Its texts are from the event, and
// not safe to show as they are.
type Failure struct {
	Code    string // the name of the exception; empty if there was none, but a status
	Status  int64  // the HTTP status code, or 0 if there was no response
	Message string // without the code and the status, which some SDKs put around it
}

// FailureOf is how the call or the attempt of an event failed, and whether it
// did.
func FailureOf(e *csm.Event) (f Failure, failed bool) {
	if e.Type == csm.APICall {
		f = failure(e.FinalHTTPStatusCode, e.FinalAWSException, e.FinalAWSExceptionMessage,
			e.FinalSDKException, e.FinalSDKExceptionMessage)
	} else {
		f = failure(e.HTTPStatusCode, e.AWSException, e.AWSExceptionMessage, e.SDKException, e.SDKExceptionMessage)
	}
	return f, f.Code != "" || f.Status >= http.StatusBadRequest
}

func failure(status csm.Int, awsCode, awsMessage, sdkCode, sdkMessage string) Failure {
	code, message := awsCode, awsMessage
	if code == "" {
		code, message = sdkCode, sdkMessage
	}
	if code != "" {
		message = strings.TrimPrefix(message, code+": ")
		message, _, _ = strings.Cut(message, "\n\tstatus code: ") // aws-sdk-go v1
	}
	return Failure{Code: code, Status: status.Or(0), Message: message}
}

// throttlingCodes are the codes that the SDKs take for throttling: the lists of
// aws-sdk-go v1 (request/retryer.go), aws-sdk-go-v2 (retry/standard.go), botocore
// (retries/standard.py), JavaScript v2 and Java v1 together.
var throttlingCodes = map[string]bool{
	"BandwidthLimitExceeded":                 true,
	"EC2ThrottledException":                  true,
	"LimitExceededException":                 true,
	"PriorRequestNotComplete":                true,
	"ProvisionedThroughputExceededException": true,
	"RequestLimitExceeded":                   true,
	"RequestThrottled":                       true,
	"RequestThrottledException":              true,
	"SlowDown":                               true,
	"ThrottledException":                     true,
	"Throttling":                             true,
	"ThrottlingException":                    true,
	"TooManyRequestsException":               true,
	"TransactionInProgressException":         true,
}

// Throttled tells whether a failure is throttling: its code is one that an SDK
// takes for it, also with Ruby's "Aws::KMS::Errors::" before it, or its status is
// 429. A status of 503 alone is not: it can be any trouble of the service.
func (f Failure) Throttled() bool {
	code := f.Code[strings.LastIndexByte(f.Code, ':')+1:]
	return throttlingCodes[code] || f.Status == http.StatusTooManyRequests
}
