package sdkv2

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go/middleware"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/attempt"
)

// A call is one call of an operation, while it goes on.
type call struct {
	*monitor
	began time.Time

	identifying atomic.Bool // the client looks for an identity to sign with

	mu       sync.Mutex // a program's own middleware can make attempts at the same time
	service  string
	region   string // of the client
	attempts int
	last     *try // that was an attempt
	lastTry  *try // that may have failed before it was one

	first    try // has its place here: most calls need no other
	hasFirst bool
}

// A try is one passage through the part of the stack that is repeated. It is an
// attempt if a request was sent in it.
type try struct {
	call  *call
	began time.Time
	sent  bool
	ended bool

	event   csm.Event
	trace   attempt.Trace  // has its place here: most tries need no other
	current *attempt.Trace // of the request sent last
}

// describe notes what ctx tells of the call. In clients of older versions it tells
// nothing until the call has got some way.
func (c *call) describe(ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.service == "" {
		c.service = awsmiddleware.GetServiceID(ctx)
	}
	if c.region == "" {
		c.region = awsmiddleware.GetRegion(ctx)
	}
}

// newTry begins a try.
func (c *call) newTry() *try {
	t := &c.first
	c.mu.Lock()
	if c.hasFirst {
		t = new(try)
	}
	c.hasFirst = true
	c.mu.Unlock()
	t.call, t.began = c, time.Now()
	return t
}

// send notes that a request is sent, and gives its trace. A program's own step can
// send again within one try, also at the same time; the last request is the attempt.
func (t *try) send() *attempt.Trace {
	t.call.mu.Lock()
	defer t.call.mu.Unlock()
	t.current = &t.trace
	if t.sent {
		t.current = new(attempt.Trace)
	}
	t.sent = true
	return t.current
}

// answer notes the request of a trace and the response to it.
func (t *try) answer(trace *attempt.Trace, request *http.Request, response *http.Response) {
	t.call.mu.Lock()
	defer t.call.mu.Unlock()
	if t.ended || t.current != trace {
		return
	}
	t.event = csm.Event{}
	attempt.Request(&t.event, request)
	attempt.Response(&t.event, response)
}

// end sends the attempt's event, if the try was one, and notes it for the call's.
func (t *try) end(ctx context.Context, err error) {
	now := time.Now()
	c := t.call
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastTry = t
	t.ended = true
	if !t.sent {
		return
	}
	c.attempts++
	c.last = t

	e := &t.event
	e.Type = csm.APICallAttempt
	e.Service = c.service
	e.API = c.operation
	e.Timestamp = t.began
	if e.Region == "" {
		e.Region = c.region
	}
	e.AttemptLatency = csm.Millis(now.Sub(t.began))
	t.current.End(e, now)
	if err != nil {
		x := c.exception(ctx, err, t)
		if x.service {
			e.AWSException, e.AWSExceptionMessage = x.name, x.message
		} else {
			e.SDKException, e.SDKExceptionMessage = x.name, x.message
		}
	}
	c.publish(e)
}

// end sends the call's event.
func (c *call) end(ctx context.Context, metadata middleware.Metadata, err error) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()

	exceeded := err != nil && retriesExceeded(metadata, err)
	e := csm.Event{
		Type:               csm.APICall,
		Service:            c.service,
		API:                c.operation,
		Timestamp:          c.began,
		Region:             c.region,
		Latency:            csm.Millis(now.Sub(c.began)),
		AttemptCount:       csm.Known(c.attempts),
		MaxRetriesExceeded: csm.Flag(exceeded),
	}
	if c.last != nil {
		last := &c.last.event
		e.Region = last.Region
		e.UserAgent = last.UserAgent
		e.FinalHTTPStatusCode = last.HTTPStatusCode
	}
	switch {
	case err == nil:
	case exceeded && c.last != nil && c.last == c.lastTry:
		// In older versions, the error that no retry is left hides the attempt's.
		last := &c.last.event
		e.FinalAWSException, e.FinalAWSExceptionMessage = last.AWSException, last.AWSExceptionMessage
		e.FinalSDKException, e.FinalSDKExceptionMessage = last.SDKException, last.SDKExceptionMessage
	default:
		x := c.exception(ctx, err, c.lastTry)
		if x.service {
			e.FinalAWSException, e.FinalAWSExceptionMessage = x.name, x.message
		} else {
			e.FinalSDKException, e.FinalSDKExceptionMessage = x.name, x.message
		}
		if ctx.Err() == context.DeadlineExceeded && errors.Is(err, context.DeadlineExceeded) {
			e.APICallTimeout = csm.Known(1)
		}
	}
	c.publish(&e)
}

// publish sends an event, but none of a call whose service is not known: that is
// one to the instance metadata or the container credentials, which are no AWS API.
func (c *call) publish(e *csm.Event) {
	if e.Service != "" {
		c.reporter.Publish(e)
	}
}

// retriesExceeded tells whether a call has ended with an error that would have been
// retried, had there been a retry left.
func retriesExceeded(metadata middleware.Metadata, err error) bool {
	var exceeded *retry.MaxAttemptsError
	if errors.As(err, &exceeded) {
		return true
	}
	var canceled *aws.RequestCanceledError // while it waited for the retry
	results, ok := retry.GetAttemptResults(metadata)
	if !ok || len(results.Results) == 0 || errors.As(err, &canceled) {
		return false
	}
	last := results.Results[len(results.Results)-1]
	return last.Retryable && !last.Retried
}
