package sdkv2

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/go-csm/csm"
)

// A FaultError is an error of a program's own type.
type FaultError struct{}

func (*FaultError) Error() string { return "fault" }

type timeoutError struct{}

func (timeoutError) Error() string { return "i/o timeout" }
func (timeoutError) Timeout() bool { return true }

// uncomparable is an error that cannot be compared with ==.
type uncomparable []error

func (uncomparable) Error() string { return "uncomparable" }

func TestErrorsAreNamedByTheirMostSpecificType(t *testing.T) {
	refused := &url.Error{Op: "Get", URL: "https://s3", Err: &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}}
	send := func(err error) error { return &smithyhttp.RequestSendError{Err: err} }
	nested := &smithy.OperationError{ServiceID: "STS", OperationName: "AssumeRole", Err: send(refused)}
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"a connection that was refused", send(refused), "RequestSendError"},
		{"the same behind what says how often it was tried", &retry.MaxAttemptsError{Attempt: 3, Err: send(refused)}, "RequestSendError"},
		{"the same behind what says which response it came with", &smithyhttp.ResponseError{Err: send(refused)}, "RequestSendError"},
		{"a host that does not exist", send(&net.OpError{Op: "dial", Err: &net.DNSError{}}), "DNSError"},
		{"a certificate that is not trusted", send(x509.UnknownAuthorityError{}), "UnknownAuthorityError"},
		{"a body that cannot be parsed", &smithy.DeserializationError{Err: &json.SyntaxError{}}, "DeserializationError"},
		{"an input that cannot be written", &smithy.SerializationError{Err: errors.New("nil")}, "SerializationError"},
		{"an input that is not valid", smithy.InvalidParamsError{}, "InvalidParamsError"},
		{"cancelled during an attempt", &smithy.CanceledError{Err: context.Canceled}, "RequestCanceledError"},
		{"cancelled during the back-off", &aws.RequestCanceledError{Err: context.Canceled}, "RequestCanceledError"},
		{"cancelled before", context.Canceled, "RequestCanceledError"},
		{"a deadline", &smithy.CanceledError{Err: context.DeadlineExceeded}, "DeadlineExceeded"},
		{"a time-out of the network", timeoutError{}, "TimeoutError"},
		{"the program's own type", fmt.Errorf("sending: %w", &FaultError{}), "FaultError"},
		{"several errors at once", errors.Join(errors.New("no"), &FaultError{}), "FaultError"},
		{"a call that was made in between", nested, "UnknownError"},
		{"a call that was made in between, for something with a name", &FaultWrapper{nested}, "FaultWrapper"},
		{"an error of the standard library", &os.PathError{Err: io.EOF}, "UnknownError"},
		{"no type", errors.New("no"), "UnknownError"},
		{"an error that cannot be compared", uncomparable{}, "UnknownError"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := &call{monitor: &monitor{}, region: "eu-west-1"}
			got := c.exception(context.Background(), test.err, &try{sent: true})
			if got.service || got.name != test.want {
				t.Errorf("exception is %+v, want %s", got, test.want)
			}
		})
	}
}

// A FaultWrapper is an error of a program's own type around another.
type FaultWrapper struct{ err error }

func (e *FaultWrapper) Error() string { return "fault: " + e.err.Error() }
func (e *FaultWrapper) Unwrap() error { return e.err }

func TestAnAPIErrorIsTheServicesOnlyWithAResponse(t *testing.T) {
	answered := &try{sent: true, event: csm.Event{HTTPStatusCode: csm.Known(400)}}
	tests := []struct {
		name string
		err  error
		last *try
		want exception
	}{
		{"with a response", &smithy.GenericAPIError{Code: "Wrong", Message: "quite"}, answered, exception{true, "Wrong", "quite"}},
		{"without a code", &smithy.GenericAPIError{Message: "quite"}, answered, exception{true, "UnknownError", "quite"}},
		{"without a response", &smithy.GenericAPIError{Code: "Wrong", Message: "quite"}, &try{sent: true}, exception{false, "GenericAPIError", "api error Wrong: quite"}},
		{"before the first try", &smithy.GenericAPIError{Code: "Wrong", Message: "quite"}, nil, exception{false, "GenericAPIError", "api error Wrong: quite"}},
		{"a response that is of no use", errors.New("no"), answered, exception{false, "ResponseError", "no"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := &call{monitor: &monitor{}, region: "eu-west-1"}
			if got := c.exception(context.Background(), test.err, test.last); got != test.want {
				t.Errorf("exception is %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestTheResponseIsNotInTheMessage(t *testing.T) {
	err := &smithyhttp.ResponseError{Response: &smithyhttp.Response{}, Err: &smithyhttp.RequestSendError{Err: errors.New("no")}}
	c := &call{monitor: &monitor{}}
	if got, want := c.exception(context.Background(), err, &try{sent: true}).message, "request send failed, no"; got != want {
		t.Errorf("message is %q, want %q", got, want)
	}
}
