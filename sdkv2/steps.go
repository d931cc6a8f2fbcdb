package sdkv2

import (
	"context"
	"net/http"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/go-csm/csm"
)

// A monitor is what the steps in one call's stack share.
type monitor struct {
	reporter  *csm.Reporter
	operation string // of the stack
}

// The names of the steps in a stack.
const (
	callStepID       = "ClientSideMonitoringCall"
	attemptStepID    = "ClientSideMonitoringAttempt"
	identityStepID   = "ClientSideMonitoringIdentity"
	identifiedStepID = "ClientSideMonitoringIdentified"
	requestStepID    = "ClientSideMonitoringRequest"
)

// addSteps adds the steps to a stack, or only sets the reporter if they are there
// already. A stack that sends nothing is left alone: that of a presigned request,
// from which the SDK has taken the deserializer and the retries.
func addSteps(stack *middleware.Stack, r *csm.Reporter) {
	if step, ok := stack.Initialize.Get(callStepID); ok {
		if s, ok := step.(callStep); ok {
			s.reporter = r
		}
		return
	}
	_, deserializes := stack.Deserialize.Get("OperationDeserializer")
	_, retries := stack.Finalize.Get("Retry")
	if !deserializes || !retries {
		return
	}

	m := &monitor{reporter: r, operation: stack.ID()}

	// What can fail here are only names that are taken, or not there; both were
	// looked up, so that the errors tell nothing.
	if _, ok := stack.Initialize.Get("RegisterServiceMetadata"); ok { // older clients
		_ = stack.Initialize.Insert(callStep{m}, "RegisterServiceMetadata", middleware.After)
	} else {
		_ = stack.Initialize.Add(callStep{m}, middleware.Before)
	}
	_ = stack.Finalize.Insert(attemptStep{m}, "Retry", middleware.After)
	if _, ok := stack.Finalize.Get("GetIdentity"); ok { // not in older clients: they do it when they sign
		_ = stack.Finalize.Insert(identityStep{m}, "GetIdentity", middleware.Before)
		_ = stack.Finalize.Insert(identifiedStep{m}, "GetIdentity", middleware.After)
	}
	_ = stack.Deserialize.Add(requestStep{m}, middleware.After)
}

// The keys of a call and of its try in the context. A call that is made in between,
// for credentials, inherits both; so a step takes only what is of its own stack.
type (
	callKey struct{}
	tryKey  struct{}
)

// callStep surrounds the whole call.
type callStep struct{ *monitor }

// ID implements middleware.InitializeMiddleware.
func (callStep) ID() string { return callStepID }

// HandleInitialize implements middleware.InitializeMiddleware.
func (s callStep) HandleInitialize(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
	middleware.InitializeOutput, middleware.Metadata, error,
) {
	if !s.owns(ctx) {
		return next.HandleInitialize(ctx, in)
	}
	c := &call{monitor: s.monitor, began: time.Now()}
	c.describe(ctx)
	out, metadata, err := next.HandleInitialize(context.WithValue(ctx, callKey{}, c), in)
	c.end(ctx, metadata, err)
	return out, metadata, err
}

// owns tells whether ctx is that of this stack's operation, as far as it says.
func (m *monitor) owns(ctx context.Context) bool {
	operation := awsmiddleware.GetOperationName(ctx)
	return operation == "" || operation == m.operation
}

// attemptStep surrounds what is done for each attempt.
type attemptStep struct{ *monitor }

// ID implements middleware.FinalizeMiddleware.
func (attemptStep) ID() string { return attemptStepID }

// HandleFinalize implements middleware.FinalizeMiddleware.
func (s attemptStep) HandleFinalize(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
	middleware.FinalizeOutput, middleware.Metadata, error,
) {
	c := s.callIn(ctx)
	if c == nil || !s.owns(ctx) {
		return next.HandleFinalize(ctx, in)
	}
	c.describe(ctx)
	t := c.newTry()
	out, metadata, err := next.HandleFinalize(context.WithValue(ctx, tryKey{}, t), in)
	t.end(ctx, err)
	return out, metadata, err
}

// identityStep comes before the client gets an identity to sign with. That is done
// for each attempt, or in some versions once before them all.
type identityStep struct{ *monitor }

// ID implements middleware.FinalizeMiddleware.
func (identityStep) ID() string { return identityStepID }

// HandleFinalize implements middleware.FinalizeMiddleware.
func (s identityStep) HandleFinalize(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
	middleware.FinalizeOutput, middleware.Metadata, error,
) {
	if c := s.callIn(ctx); c != nil {
		c.identifying.Store(true)
	}
	return next.HandleFinalize(ctx, in)
}

// identifiedStep comes when the client has the identity. What it took to get it,
// which can be calls of another service, is not the attempt's.
type identifiedStep struct{ *monitor }

// ID implements middleware.FinalizeMiddleware.
func (identifiedStep) ID() string { return identifiedStepID }

// HandleFinalize implements middleware.FinalizeMiddleware.
func (s identifiedStep) HandleFinalize(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
	middleware.FinalizeOutput, middleware.Metadata, error,
) {
	if c := s.callIn(ctx); c != nil {
		c.identifying.Store(false)
	}
	if t := s.tryIn(ctx); t != nil {
		t.began = time.Now()
	}
	return next.HandleFinalize(ctx, in)
}

// requestStep is the last one before the HTTP client. It alone has the request as
// it is sent: where the body is a stream, the SDK signs a clone of it.
type requestStep struct{ *monitor }

// ID implements middleware.DeserializeMiddleware.
func (requestStep) ID() string { return requestStepID }

// HandleDeserialize implements middleware.DeserializeMiddleware.
func (s requestStep) HandleDeserialize(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	middleware.DeserializeOutput, middleware.Metadata, error,
) {
	t := s.tryIn(ctx)
	request, ok := in.Request.(*smithyhttp.Request)
	if t == nil || !ok {
		return next.HandleDeserialize(ctx, in)
	}
	trace := t.send()
	out, metadata, err := next.HandleDeserialize(trace.WithContext(ctx), in)
	var answer *http.Response
	if response, ok := out.RawResponse.(*smithyhttp.Response); ok && response != nil {
		answer = response.Response
	}
	t.answer(trace, request.Request, answer)
	return out, metadata, err
}

// callIn is the call in ctx if it is one of this stack, else nil.
func (m *monitor) callIn(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	if c == nil || c.monitor != m {
		return nil
	}
	return c
}

// tryIn is the try in ctx if it is one of this stack, else nil.
func (m *monitor) tryIn(ctx context.Context) *try {
	t, _ := ctx.Value(tryKey{}).(*try)
	if t == nil || t.call.monitor != m {
		return nil
	}
	return t
}
