package sdkv2

import (
	"context"
	"errors"
	"reflect"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// The names of SDK exceptions that are not the name of an error's type.
const (
	nameCanceled      = "RequestCanceledError" // the program cancelled the context
	nameDeadline      = "DeadlineExceeded"     // the context's deadline passed
	nameSend          = "RequestSendError"     // the SDK's name, of which a time-out is one kind
	nameTimeout       = "TimeoutError"         // of the HTTP client or the network
	nameNoCredentials = "NoCredentialsError"   // nothing to sign with
	nameMissingRegion = "MissingRegionError"   // the client has none, and needs one
	nameResponse      = "ResponseError"        // a response came, and is of no use
	nameUnknown       = "UnknownError"         // of no type that has a name
)

// An exception is how an error is told of: as the service's own or as one of the
// SDK's side, with a code that errors can be counted by.
type exception struct {
	service       bool
	name, message string
}

// exception tells of an error that ended the call, or the last try. That is nil if
// the call ended before its first.
func (c *call) exception(ctx context.Context, err error, last *try) exception {
	if last.answered() {
		var api smithy.APIError
		if errors.As(err, &api) {
			name := api.ErrorCode()
			if name == "" {
				name = nameUnknown
			}
			return exception{true, name, api.ErrorMessage()}
		}
	}
	return exception{false, c.sdkName(ctx, err, last), sdkMessage(err, last)}
}

// answered tells whether there was a try, and a response to it.
func (t *try) answered() bool { return t != nil && t.event.HTTPStatusCode.Or(0) != 0 }

// sdkName is the name for an error that is not the service's own.
func (c *call) sdkName(ctx context.Context, err error, last *try) string {
	if c.identifying.Load() && ctx.Err() == nil {
		// Whatever a provider of credentials met with, its own time-outs included.
		return nameNoCredentials
	}
	name := typeName(err)
	if name != "" && name != nameSend {
		return name
	}
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return nameTimeout
	case name != "":
		return name
	case last.answered():
		return nameResponse
	case c.region == "" && c.attempts == 0:
		return nameMissingRegion
	}
	return nameUnknown
}

// sdkMessage is an error's message, without what the SDK puts around it to say
// which response it came with: the event has fields for that.
func sdkMessage(err error, last *try) string {
	var response *smithyhttp.ResponseError
	if last != nil && last.sent && errors.As(err, &response) && response.Err != nil {
		err = response.Err
	}
	return err.Error()
}

// typeName is the name of the most specific type among the errors that err wraps,
// the innermost one that means something; it is empty if there is none. What went
// wrong in a call that was made in between, for credentials, is not looked into.
//
// It goes from one error to the next itself, so it looks at each without As and Is.
func typeName(err error) string {
	switch err {
	case nil:
		return ""
	case context.Canceled: //nolint:errorlint // see above
		return nameCanceled
	case context.DeadlineExceeded:
		return nameDeadline
	}
	if _, nested := err.(*smithy.OperationError); nested { //nolint:errorlint // see above
		return ""
	}
	switch e := err.(type) { //nolint:errorlint // see above
	case interface{ Unwrap() error }:
		if name := typeName(e.Unwrap()); name != "" {
			return name
		}
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			if name := typeName(err); name != "" {
				return name
			}
		}
	}
	return ownName(err)
}

// ownName is the name of an error's type, empty if it does not say what went
// wrong: if the type is not exported, if it only says where an error comes from,
// and if it is of the standard library, but for DNS and TLS.
func ownName(err error) string {
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name, pkg := t.Name(), t.PkgPath()
	switch {
	case name == "" || name[0] < 'A' || name[0] > 'Z':
		return ""
	case name == "ResponseError" || name == "MaxAttemptsError":
		return ""
	case strings.Contains(pkg, ".") || strings.HasPrefix(pkg, "crypto/") || name == "DNSError":
		return name
	}
	return ""
}
