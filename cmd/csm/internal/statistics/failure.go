package statistics

import (
	"cmp"
	"net/http"

	"github.com/go-csm/csm"
)

// A Failure is how a call or an attempt failed. Its texts are from the event, and
// not safe to show as they are.
type Failure struct {
	Code     string // the name of the exception; empty if there was none, but a status
	Status   int64  // the HTTP status code, or 0 if there was no response
	Message  string
	TimedOut bool // the call's own deadline had passed
}

// FailureOf is how the call or the attempt of an event failed, and whether it
// did: by an exception, which may be a message alone, by a status of 400 or more, or
// by its deadline.
func FailureOf(e *csm.Event) (f Failure, failed bool) {
	if e.Type == csm.APICall {
		f = Failure{
			Code:     cmp.Or(e.FinalAWSException, e.FinalSDKException),
			Status:   e.FinalHTTPStatusCode.Or(0),
			Message:  e.FinalAWSExceptionMessage,
			TimedOut: e.APICallTimeout.Or(0) == 1,
		}
		if e.FinalAWSException == "" {
			f.Message = e.FinalSDKExceptionMessage
		}
	} else {
		f = Failure{
			Code:    cmp.Or(e.AWSException, e.SDKException),
			Status:  e.HTTPStatusCode.Or(0),
			Message: e.AWSExceptionMessage,
		}
		if e.AWSException == "" {
			f.Message = e.SDKExceptionMessage
		}
	}
	return f, f.isException() || f.Status >= http.StatusBadRequest || f.TimedOut
}

// isException tells whether there was an exception. C++ leaves the code of some out.
func (f Failure) isException() bool { return f.Code != "" || f.Message != "" }

// Throttled tells whether a failure is throttling: its code is one that an SDK
// takes for it, or its status is 429. A status of 503 alone is not: it can be any
// trouble of the service.
func (f Failure) Throttled() bool {
	return f.Status == http.StatusTooManyRequests || f.Code != "" && throttlingCodes[f.Code]
}
