package csm

import (
	"strconv"
	"time"
)

// The two types of event.
const (
	// APICall is the type of the event that tells of one operation which the
	// program called, with all its attempts. It is sent when the call has
	// ended, after the events of its attempts.
	APICall EventType = "ApiCall"

	// APICallAttempt is the type of the event that tells of one HTTP request of
	// a call, the first or a retry.
	APICallAttempt EventType = "ApiCallAttempt"
)

// An EventType says what an [Event] tells of: [APICall] or [APICallAttempt].
// No other value can be sent, and none is taken.
type EventType string

// An Event is what client-side monitoring tells of one call or of one attempt.
// One struct serves both, because that is what the wire has; the comments say
// which fields belong to which. The names are those of the wire format, spelled
// as Go spells them.
//
// A field with its zero value is not known, and is not sent. Strings may hold
// anything: the encoder makes them valid UTF-8 and cuts those that have a limit,
// given in bytes, at a rune's edge. The values of an event that came from the
// network are whatever its sender put there; they are not safe to print as they
// are.
//
// An Event is plain data: copy it freely. It is not safe to change one while
// another goroutine uses it.
type Event struct {
	Type      EventType
	ClientID  string    // the application's name; at most 255 bytes
	Service   string    // the service ID of the service's model, such as "CloudWatch Logs"
	API       string    // the operation, such as "ListObjectsV2"
	Timestamp time.Time // when the call or the attempt began, to the millisecond
	Region    string    // the region that the request was signed for
	UserAgent string    // the request's User-Agent header; at most 256 bytes

	// The call as a whole.

	Latency            Int // of the whole call, retries and back-off included, in milliseconds
	AttemptCount       Int // attempts made
	MaxRetriesExceeded Int // 1 if the call failed with a retryable error and no retry was left, else 0
	APICallTimeout     Int // 1 if the call ended because its own deadline passed

	// How the call ended, as its last attempt did: with an error of the service
	// (AWS) or with one of the client's side (SDK), never with both.

	FinalHTTPStatusCode      Int
	FinalAWSException        string // at most 128 bytes
	FinalAWSExceptionMessage string // at most 512 bytes
	FinalSDKException        string // at most 128 bytes
	FinalSDKExceptionMessage string // at most 512 bytes

	// The attempt.

	AttemptLatency Int    // from signing to the response read and parsed, in milliseconds
	FQDN           string // the host that was asked, with a port only if it is not the scheme's own
	AccessKey      string // the access key ID of the signature; empty if the request was not signed
	SessionToken   string // a credential: sent only by a reporter that was told to, and never decoded

	HTTPStatusCode Int
	XAmznRequestID string // response header x-amzn-requestid
	XAmzRequestID  string // response header x-amz-request-id
	XAmzID2        string // response header x-amz-id-2

	// How the attempt ended, as for the call.

	AWSException        string // at most 128 bytes
	AWSExceptionMessage string // at most 512 bytes
	SDKException        string // at most 128 bytes
	SDKExceptionMessage string // at most 512 bytes

	// The attempt's connection. Latencies are in milliseconds.

	DestinationIP            string // the remote IP address
	ConnectionReused         Int    // 1 if the connection had been used before, else 0
	AcquireConnectionLatency Int    // from asking the pool for a connection to having one
	ConnectLatency           Int    // a new connection in all: name look-up, TCP and TLS
	DNSLatency               Int    // the name look-up, if there was one
	TCPLatency               Int    // the TCP handshake, if there was one
	SSLLatency               Int    // the TLS handshake, if there was one
	RequestLatency           Int    // from having the connection to the response's last byte
}

// An Int is a number of an [Event] that may be unknown, as the zero Int is. A
// known zero is sent, an unknown number is not. Negative numbers have no meaning
// in an event: they are neither sent nor taken.
type Int struct {
	n     int64
	known bool
}

// Known is the Int with the value n.
func Known[T int | int64](n T) Int { return Int{int64(n), true} }

// Flag is the Int that is 1 for true and 0 for false, as the wire has it.
func Flag(b bool) Int {
	if b {
		return Known(1)
	}
	return Known(0)
}

// Millis is the Int that counts the whole milliseconds of d. A negative duration,
// which a clock that was set back can give, counts as 0.
func Millis(d time.Duration) Int { return Known(max(0, d.Milliseconds())) }

// Get is the value, and whether it is known. An unknown value is 0.
func (i Int) Get() (n int64, known bool) { return i.n, i.known }

// Or is the value if it is known, else n.
func (i Int) Or(n int64) int64 {
	if i.known {
		return i.n
	}
	return n
}

// String is the value in decimal, or "unknown".
func (i Int) String() string {
	if !i.known {
		return "unknown"
	}
	return strconv.FormatInt(i.n, 10)
}
