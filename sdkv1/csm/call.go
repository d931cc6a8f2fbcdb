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

// A call is what is known of a request from one handler to the next. The request
// has no room for it, so it travels in the context of its HTTP request, which the
// SDK copies from attempt to attempt.
type call struct {
	ctx      context.Context // of the HTTP request, with the call, without a trace
	trace    *attempt.Trace  // of the attempt on its way
	began    time.Time       // the first attempt
	attempts int

	// Of the last attempt that ended:

	lastBegan time.Time
	status    core.Int
}

type callKey struct{}

// callOf is the call of a request; it begins one if there is none.
func callOf(r *request.Request) *call {
	ctx := r.HTTPRequest.Context()
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	c := new(call)
	c.ctx = context.WithValue(ctx, callKey{}, c)
	r.HTTPRequest = r.HTTPRequest.WithContext(c.ctx)
	return c
}

// traceAttempt is the first handler of Send. It begins to measure the connection.
func traceAttempt(r *request.Request) {
	c := callOf(r)
	c.trace = new(attempt.Trace)
	r.HTTPRequest = r.HTTPRequest.WithContext(c.trace.WithContext(c.ctx))
}

// sendAttempt is a handler of CompleteAttempt, which runs when an attempt has
// ended, by a response that was read and parsed or by an error.
func (rep *Reporter) sendAttempt(r *request.Request) {
	now := time.Now()
	c := callOf(r)
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
	rep.core.Publish(&e)
}

// sendCall is a handler of Complete, which runs when a call has ended, also if
// that was before its first attempt. It does not run for presigned requests.
func (rep *Reporter) sendCall(r *request.Request) {
	now := time.Now()
	c := callOf(r)

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
	e.MaxRetriesExceeded = core.Flag(r.Error != nil && inAttempt &&
		aws.BoolValue(r.Retryable) && r.RetryCount >= r.MaxRetries())
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
	rep.core.Publish(&e)
	*c = call{ctx: c.ctx} // should the program send the request again
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
