package sdkv2_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/go-csm/csm"
)

func TestACallIsToldOfByOlderAndNewerClients(t *testing.T) {
	for name, modern := range map[string]bool{"older": false, "newer": true} {
		t.Run(name, func(t *testing.T) {
			cfg := config(answers(503, "SlowDown: wait", 200, ""))
			agent := instrument(t, &cfg)
			op := newOperation(cfg)
			op.modern = modern
			if err := op.call(context.Background()); err != nil {
				t.Fatal(err)
			}

			events := wantEvents(t, agent, 3)
			for _, e := range events {
				if e.Service != "Thing Store" || e.API != "GetThing" || e.Region != "eu-west-1" || e.UserAgent != "thing/1.0" {
					t.Errorf("event is %+v", e)
				}
			}
			first, second, call := events[0], events[1], events[2]
			if first.HTTPStatusCode != csm.Known(503) || first.AWSException != "SlowDown" || first.AWSExceptionMessage != "wait" {
				t.Errorf("first attempt is %+v", first)
			}
			if second.HTTPStatusCode != csm.Known(200) || second.AWSException != "" || second.XAmznRequestID != "request-1" {
				t.Errorf("second attempt is %+v", second)
			}
			if second.AccessKey != "AKIAIOSFODNN7EXAMPLE" || second.FQDN != "thing.eu-west-1.amazonaws.com" {
				t.Errorf("second attempt is %+v", second)
			}
			if call.AttemptCount != csm.Known(2) || call.FinalHTTPStatusCode != csm.Known(200) || call.MaxRetriesExceeded != csm.Known(0) {
				t.Errorf("call is %+v", call)
			}
		})
	}
}

func TestAStackThatSendsNothingIsLeftAlone(t *testing.T) {
	for name, change := range map[string]func(*middleware.Stack){
		"without a deserializer": func(stack *middleware.Stack) { stack.Deserialize.Clear() },
		"without retries":        func(stack *middleware.Stack) { _, _ = stack.Finalize.Remove("Retry") },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config(answers(200, ""))
			stack, err := newOperation(cfg).stack()
			if err != nil {
				t.Fatal(err)
			}
			change(stack)
			before := len(stack.List())
			agent := instrument(t, &cfg)
			for _, fn := range cfg.APIOptions {
				if err := fn(stack); err != nil {
					t.Errorf("error is %v", err)
				}
			}
			if after := len(stack.List()); after != before {
				t.Errorf("the stack has %d steps, %d before", after, before)
			}
			wantEvents(t, agent, 0)
		})
	}
}

func TestWhatIsNoCallOfAServiceIsNotToldOf(t *testing.T) {
	for name, change := range map[string]func(*operation){
		"a client without a service ID":         func(op *operation) { op.service = "" },
		"a client that says nothing of itself":  func(op *operation) { op.service, op.name = "", "" },
		"a stack in the context of another one": func(op *operation) { op.stackID = "GetCredentials" },
	} {
		for _, modern := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, newer %v", name, modern), func(t *testing.T) {
				cfg := config(answers(503, "SlowDown: wait", 200, ""))
				agent := instrument(t, &cfg)
				op := newOperation(cfg)
				op.modern = modern
				change(op)
				if err := op.call(context.Background()); err != nil {
					t.Fatal(err)
				}
				wantEvents(t, agent, 0)
			})
		}
	}
}

func TestWhatIsNotSentByHTTPIsNoAttempt(t *testing.T) {
	cfg := config(answers(200, ""))
	agent := instrument(t, &cfg)
	op := newOperation(cfg)
	op.finish = func(stack *middleware.Stack) error {
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("Pigeon", func(ctx context.Context, _ middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
			return next.HandleDeserialize(ctx, middleware.DeserializeInput{Request: "carrier pigeon"})
		}), middleware.Before)
	}
	if err := op.call(context.Background()); err == nil {
		t.Error("no error")
	}
	if e := wantEvents(t, agent, 1)[0]; e.AttemptCount != csm.Known(0) {
		t.Errorf("event is %+v", e)
	}
}

func TestAFailureToIdentifyIsNoAttempt(t *testing.T) {
	cfg := config(answers(200, ""))
	agent := instrument(t, &cfg)
	op := newOperation(cfg)
	op.modern = true
	if err := op.call(context.WithValue(context.Background(), noIdentityKey{}, true)); !errors.Is(err, errNoIdentity) {
		t.Fatalf("error is %v, want %v", err, errNoIdentity)
	}
	e := wantEvents(t, agent, 1)[0]
	if e.AttemptCount != csm.Known(0) || e.FinalSDKException != "NoCredentialsError" || e.FinalSDKExceptionMessage != "get identity: nobody is anybody" {
		t.Errorf("event is %+v", e)
	}
}

func TestAnInputThatIsNotValidIsToldOfWithItsService(t *testing.T) {
	cfg := config(answers(200, ""))
	agent := instrument(t, &cfg)
	op := newOperation(cfg)
	op.finish = func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("OperationInputValidation", func(context.Context, middleware.InitializeInput, middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			return middleware.InitializeOutput{}, middleware.Metadata{}, smithy.InvalidParamsError{Context: "GetThingInput"}
		}), middleware.After)
	}
	if err := op.call(context.Background()); err == nil {
		t.Fatal("no error")
	}
	e := wantEvents(t, agent, 1)[0]
	if e.Service != "Thing Store" || e.Region != "eu-west-1" || e.AttemptCount != csm.Known(0) || e.FinalSDKException != "InvalidParamsError" {
		t.Errorf("event is %+v", e)
	}
}

func TestAStackCanBeRunAgain(t *testing.T) {
	cfg := config(answers(200, ""))
	agent := instrument(t, &cfg)
	op := newOperation(cfg)
	stack, err := op.stack()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, _, err := op.handler(stack).Handle(context.Background(), nil); err != nil {
			t.Error(err)
		}
	}
	for _, e := range wantEvents(t, agent, 4) {
		if e.Type == csm.APICall && e.AttemptCount != csm.Known(1) {
			t.Errorf("AttemptCount is %v, want 1", e.AttemptCount)
		}
	}
}

func TestMiddlewareOfTheProgramsOwnCanEndACall(t *testing.T) {
	fault := errors.New("injected")
	cfg := config(answers(200, ""))
	agent := instrument(t, &cfg)
	op := newOperation(cfg)
	op.finish = func(stack *middleware.Stack) error {
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("Fault", func(context.Context, middleware.DeserializeInput, middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
			return middleware.DeserializeOutput{}, middleware.Metadata{}, fault
		}), middleware.Before)
	}
	if err := op.call(context.Background()); !errors.Is(err, fault) {
		t.Fatalf("error is %v, want %v", err, fault)
	}
	e := wantEvents(t, agent, 1)[0]
	if e.AttemptCount != csm.Known(0) || e.FinalSDKException != "UnknownError" || e.FinalSDKExceptionMessage != "injected" {
		t.Errorf("event is %+v", e)
	}
}

func TestTheStepsChangeNothingOfACallsResult(t *testing.T) {
	for name, client := range map[string]smithyhttp.ClientDo{
		"success": answers(200, ""),
		"error":   answers(400, "Wrong: quite"),
		"failure": answers(0, "no"),
	} {
		t.Run(name, func(t *testing.T) {
			plain := config(client)
			monitored := config(client)
			instrument(t, &monitored)
			want := newOperation(plain).call(context.Background())
			got := newOperation(monitored).call(context.Background())
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("error is %v, want %v", got, want)
			}
		})
	}
}
