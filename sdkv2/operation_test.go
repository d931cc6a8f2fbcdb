package sdkv2_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/csmtest"
	"github.com/go-csm/csm/sdkv2"
)

// An operation is what a generated client is to these tests: a stack for one call
// of "Thing Store"'s GetThing, of the core's own parts. So they run with any
// version of the core.
type operation struct {
	cfg     aws.Config
	service string                        // registered as service ID
	name    string                        // registered as operation name
	stackID string                        // that of the stack
	modern  bool                          // it has an identity before the signature, as newer clients do
	sign    func(*smithyhttp.Request)     // what is called to sign
	finish  func(*middleware.Stack) error // what is done to the stack last, if not nil
}

func newOperation(cfg aws.Config) *operation {
	return &operation{
		cfg:     cfg,
		service: "Thing Store",
		name:    "GetThing",
		stackID: "GetThing",
		sign: func(r *smithyhttp.Request) {
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/thing/aws4_request, SignedHeaders=host, Signature=0")
		},
	}
}

// call calls the operation.
func (o *operation) call(ctx context.Context) error {
	stack, err := o.stack()
	if err != nil {
		return err
	}
	_, _, err = o.handler(stack).Handle(ctx, struct{}{})
	return err
}

// handler runs a stack.
func (o *operation) handler(stack *middleware.Stack) middleware.Handler {
	client := smithyhttp.NewClientHandler(o.cfg.HTTPClient) //nolint:staticcheck // what took its place is not in the lowest version
	return middleware.DecorateHandler(client, stack)
}

// stack builds the operation's stack.
func (o *operation) stack() (*middleware.Stack, error) {
	stack := middleware.NewStack(o.stackID, smithyhttp.NewStackRequest)
	none := errors.Join(
		stack.Initialize.Add(&awsmiddleware.RegisterServiceMetadata{ServiceID: o.service, OperationName: o.name, Region: o.cfg.Region}, middleware.Before),
		stack.Serialize.Add(middleware.SerializeMiddlewareFunc("OperationSerializer", serialize), middleware.After),
		stack.Finalize.Add(retry.NewAttemptMiddleware(o.cfg.Retryer(), smithyhttp.RequestCloner), middleware.After),
	)
	if o.modern {
		none = errors.Join(none, stack.Finalize.Add(middleware.FinalizeMiddlewareFunc("GetIdentity", identify), middleware.After))
	}
	none = errors.Join(none,
		stack.Finalize.Add(middleware.FinalizeMiddlewareFunc("Signing", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			o.sign(in.Request.(*smithyhttp.Request))
			return next.HandleFinalize(ctx, in)
		}), middleware.After),
		stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("OperationDeserializer", deserialize), middleware.After),
	)
	for _, fn := range o.cfg.APIOptions {
		none = errors.Join(none, fn(stack))
	}
	if o.finish != nil {
		none = errors.Join(none, o.finish(stack))
	}
	return stack, none
}

func serialize(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
	r := in.Request.(*smithyhttp.Request)
	r.Method = http.MethodGet
	r.URL.Scheme, r.URL.Host, r.URL.Path = "https", "thing.eu-west-1.amazonaws.com", "/"
	r.Header.Set("User-Agent", "thing/1.0")
	return next.HandleSerialize(ctx, in)
}

// errNoIdentity is what identify fails with if its context says so.
var errNoIdentity = errors.New("nobody is anybody")

type noIdentityKey struct{}

func identify(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
	if ctx.Value(noIdentityKey{}) != nil {
		return middleware.FinalizeOutput{}, middleware.Metadata{}, fmt.Errorf("get identity: %w", errNoIdentity)
	}
	return next.HandleFinalize(ctx, in)
}

// deserialize takes a body "Code: message" of a response that is no success for
// the service's error.
func deserialize(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	response, ok := out.RawResponse.(*smithyhttp.Response)
	if err != nil || !ok || response.StatusCode < 300 {
		return out, metadata, err
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return out, metadata, &smithy.DeserializationError{Err: err}
	}
	code, message, _ := strings.Cut(string(body), ": ")
	return out, metadata, &smithyhttp.ResponseError{Response: response, Err: &smithy.GenericAPIError{Code: code, Message: message}}
}

// answers gives an HTTP client that answers with these status codes and bodies,
// one after the other and the last one again and again. A status 0 is a failure.
func answers(pairs ...any) smithyhttp.ClientDo {
	return smithyhttp.ClientDoFunc(func(r *http.Request) (*http.Response, error) {
		status, body := pairs[0].(int), pairs[1].(string)
		if len(pairs) > 2 {
			pairs = pairs[2:]
		}
		if status == 0 {
			return nil, errors.New(body)
		}
		return &http.Response{
			StatusCode: status,
			Header:     http.Header{"X-Amzn-Requestid": {"request-1"}},
			Body:       io.NopCloser(strings.NewReader(body)),
			Request:    r,
		}, nil
	})
}

// config is a config for operations, with three attempts at once after one
// another.
func config(client smithyhttp.ClientDo) aws.Config {
	return aws.Config{Region: "eu-west-1", HTTPClient: client, Retryer: func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		})
	}}
}

// instrument instruments cfg for a new agent.
func instrument(t testing.TB, cfg *aws.Config) *csmtest.Agent {
	t.Helper()
	agent := csmtest.Start(t)
	r := agent.Reporter()
	if err := sdkv2.Instrument(cfg, func(o *sdkv2.Options) { o.Reporter = r }); err != nil {
		t.Fatal(err)
	}
	return agent
}

// wantEvents waits for exactly n events: those that came before a marker, which is
// sent last.
func wantEvents(t testing.TB, agent *csmtest.Agent, n int) []csm.Event {
	t.Helper()
	agent.Reporter().Publish(&csm.Event{Type: csm.APICall, Service: "marker"})
	events := agent.Wait(n + 1)
	for i, e := range events {
		if e.Service == "marker" {
			events = events[:i]
			break
		}
	}
	if len(events) != n {
		t.Fatalf("%d events came, want %d: %+v", len(events), n, events)
	}
	return events
}
