package statistics

import "net/http"

// A Result is what a call, or an attempt, came to.
type Result uint8

// The results. The package comment says when a call has which.
const (
	OK              Result = iota
	Throttled              // the service refused it because there were too many
	ClientError            // the service or the SDK found it wrong
	ServerError            // the service, or what stands before it, failed
	ConnectionError        // there was no connection, or it broke
	Timeout                // it took too long
	Cancelled              // the program gave it up
	Unknown                // its sender does not tell
)

// NumResults is how many results there are.
const NumResults = 8

var resultNames = [NumResults]string{
	"ok", "throttled", "client_error", "server_error", "connection_error", "timeout", "cancelled", "unknown",
}

// String is the result's name, such as "client_error".
func (r Result) String() string {
	if int(r) < len(resultNames) {
		return resultNames[r]
	}
	return "unknown"
}

// Failed tells whether a call with the result failed. One whose result is unknown
// did not, as far as can be told.
func (r Result) Failed() bool { return r != OK && r != Unknown }

// resultOf is what a call or an attempt came to, by what its own event tells. A
// failure that is none stands for a success, or for nothing known.
func resultOf(f Failure) Result {
	switch {
	case f.TimedOut:
		return Timeout
	case f.Throttled():
		return Throttled
	}
	if f.Code != "" {
		if r, listed := resultOfCode(f.Code); listed {
			return r
		}
	}
	failed := f.isException()
	switch {
	case f.Status >= http.StatusInternalServerError:
		return ServerError
	case f.Status >= http.StatusMultipleChoices && failed, f.Status >= http.StatusBadRequest:
		return ClientError
	case f.Status != 0 && failed: // a response that says success, but is none
		return ServerError
	case f.Status != 0:
		return OK
	case failed:
		return ClientError
	}
	return Unknown
}
