package csm

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go/aws/awserr"
	"github.com/aws/aws-sdk-go/aws/request"
)

// An exception is an error as the wire format has it, empty if there is none.
type exception struct {
	code, message string
	ofService     bool // the service has answered with it; otherwise it is of the client's side
}

// exceptionOf is the exception of a request's error.
func exceptionOf(r *request.Request) exception {
	if r.Error == nil {
		return exception{}
	}
	var err awserr.Error
	if !errors.As(r.Error, &err) {
		return exception{code: fmt.Sprintf("%T", r.Error), message: r.Error.Error()}
	}
	return exception{
		code:      err.Code(),
		message:   awserr.SprintError(err.Code(), err.Message(), "", err.OrigErr()),
		ofService: !isClientSide(err.Code()) && isAnswer(r),
	}
}

// isClientSide tells whether a code is one that the SDK gives to errors of its own
// during an attempt.
func isClientSide(code string) bool {
	switch code {
	case "RequestError", // request.ErrCodeRequestError, which older versions do not have
		request.ErrCodeSerialization,
		request.ErrCodeRead,
		request.ErrCodeResponseTimeout,
		request.CanceledErrorCode:
		return true
	}
	return false
}

// isAnswer tells whether a request's error was made of the service's response: of
// its status, or of an error in its body, which S3 sends with status 200 too.
func isAnswer(r *request.Request) bool {
	var failure awserr.RequestFailure
	if errors.As(r.Error, &failure) {
		return true
	}
	return r.HTTPResponse != nil && r.HTTPResponse.StatusCode >= http.StatusMultipleChoices
}
