package csm

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/request"

	core "github.com/go-csm/csm"
	"github.com/go-csm/csm/attempt"
)

// A call is what is known of a request from one handler to the next. Its methods
// are handlers of that request alone, which has a copy of its client's.
type call struct {
	reporter *core.Reporter

	ctx    context.Context // of the HTTP request, without the last trace
	traced context.Context // the same with it
	trace  *attempt.Trace  // of the attempt on its way

	began    time.Time // the first attempt
	attempts int

	// Of the last attempt that ended:

	lastBegan time.Time
	status    core.Int
}

// begin begins the call of a request, and makes its methods the request's handlers.
func (rep *Reporter) begin(r *request.Request) *call {
	c := &call{reporter: rep.core}
	r.Handlers.Send.SwapNamed(request.NamedHandler{Name: traceHandlerName, Fn: c.traceAttempt})
	r.Handlers.CompleteAttempt.SwapNamed(request.NamedHandler{Name: APICallAttemptMetricHandlerName, Fn: c.sendAttempt})
	r.Handlers.Complete.SwapNamed(request.NamedHandler{Name: APICallMetricHandlerName, Fn: c.sendCall})
	return c
}

// The handlers of a request whose call has not begun.
func (rep *Reporter) traceAttempt(r *request.Request) { rep.begin(r).traceAttempt(r) }
func (rep *Reporter) sendAttempt(r *request.Request)  { rep.begin(r).sendAttempt(r) }
func (rep *Reporter) sendCall(r *request.Request)     { rep.begin(r).sendCall(r) }

// traceAttempt is the first handler of Send. It begins to measure the connection.
func (c *call) traceAttempt(r *request.Request) {
	// The request of a retry has the context of the one before, unless the program
	// has given it one of its own for this attempt.
	if ctx := r.HTTPRequest.Context(); ctx != c.traced {
		c.ctx = ctx
	}
	c.trace = new(attempt.Trace)
	c.traced = c.trace.WithContext(c.ctx)
	r.HTTPRequest = r.HTTPRequest.WithContext(c.traced)
}

// sendAttempt is a handler of CompleteAttempt, which runs when an attempt has
// ended, by a response that was read and parsed or by an error.
func (c *call) sendAttempt(r *request.Request) {
	now := time.Now()
	if c.attempts == 0 {
		c.began = r.AttemptTime
	}
	c.attempts++
	c.lastBegan = r.AttemptTime

	e := event(r, core.APICallAttempt)
	e.Timestamp = r.AttemptTime
	e.AttemptLatency = core.Millis(now.Sub(r.AttemptTime))
	attempt.Request(&e, r.HTTPRequest)
	attempt.Response(&e, r.HTTPResponse)
	c.status = e.HTTPStatusCode
	if c.trace != nil {
		c.trace.End(&e, now)
		c.trace = nil
	}
	if x := exceptionOf(r); x.ofService {
		e.AWSException, e.AWSExceptionMessage = x.code, x.message
	} else {
		e.SDKException, e.SDKExceptionMessage = x.code, x.message
	}
	c.reporter.Publish(&e)
}

// sendCall is a handler of Complete, which runs when a call has ended, also if
// that was before its first attempt. It does not run for presigned requests.
func (c *call) sendCall(r *request.Request) {
	now := time.Now()

	// The error is one of the last attempt, unless the SDK has begun another one
	// that it could not send, as when there are no credentials.
	inAttempt := c.attempts > 0 && r.AttemptTime.Equal(c.lastBegan)

	e := event(r, core.APICall)
	e.Timestamp = c.began
	if c.attempts == 0 {
		e.Timestamp = r.AttemptTime // begun, but never sent
		if e.Timestamp.IsZero() {
			e.Timestamp = r.Time
		}
	}
	e.Latency = core.Millis(now.Sub(e.Timestamp))
	e.UserAgent = r.HTTPRequest.Header.Get("User-Agent")
	if region := attempt.SigningRegion(r.HTTPRequest); region != "" {
		e.Region = region
	}
	e.AttemptCount = core.Known(c.attempts)
	e.MaxRetriesExceeded = core.Flag(r.Error != nil && inAttempt && retryable(r) && r.RetryCount >= r.MaxRetries())
	e.FinalHTTPStatusCode = c.status
	x := exceptionOf(r)
	if x.ofService && inAttempt {
		e.FinalAWSException, e.FinalAWSExceptionMessage = x.code, x.message
	} else {
		e.FinalSDKException, e.FinalSDKExceptionMessage = x.code, x.message
	}
	if x.code == request.CanceledErrorCode && errors.Is(r.Context().Err(), context.DeadlineExceeded) {
		e.APICallTimeout = core.Flag(true)
	}
	c.reporter.Publish(&e)
	*c = call{reporter: c.reporter, ctx: c.ctx, traced: c.traced} // should the program send the request again
}

// retryable tells whether a request's error is one that is tried again, as long as
// there is a retry left. A retryer without any retries says no to all.
func retryable(r *request.Request) bool {
	return aws.BoolValue(r.Retryable) || r.MaxRetries() == 0 && (r.IsErrorRetryable() || r.IsErrorThrottle())
}

// event is an event with what is known of a request before it is sent.
func event(r *request.Request, t core.EventType) core.Event {
	e := core.Event{
		Type:    t,
		Service: r.ClientInfo.ServiceID,
		API:     r.Operation.Name,
		Region:  r.ClientInfo.SigningRegion,
	}
	if e.Service == "" { // a client made by hand
		e.Service = r.ClientInfo.ServiceName
	}
	if e.Region == "" {
		e.Region = aws.StringValue(r.Config.Region)
	}
	return e
}
