package csm

import (
	"errors"
	"math"
	"sort"
	"strconv"
	"unicode/utf8"
)

// MaxDatagram is the size in bytes of the largest datagram that a sender may
// send. Receivers take larger ones: some SDKs do not keep to it.
const MaxDatagram = 8192

// The limits of the wire format, in bytes of UTF-8.
const (
	maxClientID  = 255
	maxUserAgent = 256
	maxException = 128
	maxMessage   = 512
	unlimited    = math.MaxInt

	maxTimestamp = 253402300799999 // the last millisecond of the year 9999
)

// The errors of encoding.
var (
	// ErrTooLarge says that an event does not fit a datagram, even without its
	// session token and its exception messages.
	ErrTooLarge = errors.New("csm: event larger than a datagram")

	// ErrEventType says that an event's type is neither of the two.
	ErrEventType = errors.New("csm: event type is neither ApiCall nor ApiCallAttempt")
)

// AppendJSON appends the datagram of e to dst and gives the extended buffer. The
// datagram is one JSON object on one line, valid UTF-8 without control characters, of
// at most [MaxDatagram] bytes; values longer than their limit are cut.
//
// An event that would be larger loses its session token first; then its
// exception messages are shortened until it fits. If it does not fit without
// them either, the error is [ErrTooLarge]. An event of no known type is
// [ErrEventType]. With an error, dst is given back as it was.
//
// It allocates nothing if dst has room.
func (e *Event) AppendJSON(dst []byte) ([]byte, error) {
	if e.Type != APICall && e.Type != APICallAttempt {
		return dst, ErrEventType
	}
	start := len(dst)
	out := e.append(dst, e.SessionToken, maxMessage)
	if len(out)-start > MaxDatagram && e.SessionToken != "" {
		out = e.append(out[:start], "", maxMessage)
	}
	if len(out)-start > MaxDatagram {
		out = e.appendShortened(out[:start])
	}
	if len(out)-start > MaxDatagram {
		return out[:start], ErrTooLarge
	}
	return out, nil
}

// appendShortened appends e with as much of its messages as a datagram holds. If
// none is too much, what it appends is too large.
func (e *Event) appendShortened(dst []byte) []byte {
	start := len(dst)
	tooLong := sort.Search(maxMessage, func(n int) bool {
		dst = e.append(dst[:start], "", n)
		return len(dst)-start > MaxDatagram
	})
	return e.append(dst[:start], "", max(0, tooLong-1))
}

// MarshalJSON gives what [Event.AppendJSON] appends to nothing.
func (e Event) MarshalJSON() ([]byte, error) {
	return e.AppendJSON(nil)
}

// append appends e as a JSON object, with the given session token and at most
// messageLimit bytes of each exception message.
func (e *Event) append(dst []byte, sessionToken string, messageLimit int) []byte {
	dst = append(dst, `{"Version":1,"Type":"`...)
	dst = append(dst, e.Type...)
	dst = append(dst, `","ClientId":`...)
	dst = appendString(dst, e.ClientID, maxClientID)
	dst = appendText(dst, `,"Service":`, e.Service, unlimited)
	dst = appendText(dst, `,"Api":`, e.API, unlimited)
	if ms := e.Timestamp.UnixMilli(); ms > 0 && ms <= maxTimestamp {
		dst = appendInt(dst, `,"Timestamp":`, Known(ms))
	}
	dst = appendText(dst, `,"Region":`, e.Region, unlimited)
	dst = appendText(dst, `,"UserAgent":`, e.UserAgent, maxUserAgent)

	dst = appendInt(dst, `,"Latency":`, e.Latency)
	dst = appendInt(dst, `,"AttemptCount":`, e.AttemptCount)
	dst = appendInt(dst, `,"MaxRetriesExceeded":`, e.MaxRetriesExceeded)
	dst = appendInt(dst, `,"ApiCallTimeout":`, e.APICallTimeout)
	dst = appendStatus(dst, `,"FinalHttpStatusCode":`, e.FinalHTTPStatusCode)
	dst = appendText(dst, `,"FinalAwsException":`, e.FinalAWSException, maxException)
	dst = appendText(dst, `,"FinalAwsExceptionMessage":`, e.FinalAWSExceptionMessage, messageLimit)
	dst = appendText(dst, `,"FinalSdkException":`, e.FinalSDKException, maxException)
	dst = appendText(dst, `,"FinalSdkExceptionMessage":`, e.FinalSDKExceptionMessage, messageLimit)

	dst = appendInt(dst, `,"AttemptLatency":`, e.AttemptLatency)
	dst = appendText(dst, `,"Fqdn":`, e.FQDN, unlimited)
	dst = appendText(dst, `,"AccessKey":`, e.AccessKey, unlimited)
	dst = appendText(dst, `,"SessionToken":`, sessionToken, unlimited)
	dst = appendStatus(dst, `,"HttpStatusCode":`, e.HTTPStatusCode)
	dst = appendText(dst, `,"XAmznRequestId":`, e.XAmznRequestID, unlimited)
	dst = appendText(dst, `,"XAmzRequestId":`, e.XAmzRequestID, unlimited)
	dst = appendText(dst, `,"XAmzId2":`, e.XAmzID2, unlimited)
	dst = appendText(dst, `,"AwsException":`, e.AWSException, maxException)
	dst = appendText(dst, `,"AwsExceptionMessage":`, e.AWSExceptionMessage, messageLimit)
	dst = appendText(dst, `,"SdkException":`, e.SDKException, maxException)
	dst = appendText(dst, `,"SdkExceptionMessage":`, e.SDKExceptionMessage, messageLimit)

	dst = appendText(dst, `,"DestinationIp":`, e.DestinationIP, unlimited)
	dst = appendInt(dst, `,"ConnectionReused":`, e.ConnectionReused)
	dst = appendInt(dst, `,"AcquireConnectionLatency":`, e.AcquireConnectionLatency)
	dst = appendInt(dst, `,"ConnectLatency":`, e.ConnectLatency)
	dst = appendInt(dst, `,"DnsLatency":`, e.DNSLatency)
	dst = appendInt(dst, `,"TcpLatency":`, e.TCPLatency)
	dst = appendInt(dst, `,"SslLatency":`, e.SSLLatency)
	dst = appendInt(dst, `,"RequestLatency":`, e.RequestLatency)
	return append(dst, '}')
}

// appendText appends a member whose value is s, or nothing if nothing of s is
// within limit bytes.
func appendText(dst []byte, name, s string, limit int) []byte {
	if s == "" {
		return dst
	}
	value := len(dst) + len(name)
	out := appendString(append(dst, name...), s, limit)
	if len(out)-value == len(`""`) {
		return dst
	}
	return out
}

// appendInt appends a member whose value is i, or nothing if i is unknown.
func appendInt(dst []byte, name string, i Int) []byte {
	if !i.known || i.n < 0 {
		return dst
	}
	return strconv.AppendInt(append(dst, name...), i.n, 10)
}

// appendStatus is appendInt for an HTTP status code, of which 0 is none.
func appendStatus(dst []byte, name string, i Int) []byte {
	if i.n == 0 {
		return dst
	}
	return appendInt(dst, name, i)
}

// appendString appends s as a JSON string, as much of it as is within limit bytes
// of UTF-8. Bytes that are no UTF-8 become U+FFFD.
func appendString(dst []byte, s string, limit int) []byte {
	dst = append(dst, '"')
	if len(s) <= limit && isPlain(s) {
		return append(append(dst, s...), '"')
	}
	start, room := 0, limit // s[start:i] is still to be appended, as it is
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if room < 1 {
				return append(append(dst, s[start:i]...), '"')
			}
			room--
			if !plain[c] {
				dst = append(dst, s[start:i]...)
				dst = appendEscaped(dst, c)
				start = i + 1
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		invalid := r == utf8.RuneError && size == 1
		width := size
		if invalid {
			width = len("\uFFFD")
		}
		if room < width {
			return append(append(dst, s[start:i]...), '"')
		}
		room -= width
		switch {
		case invalid:
			dst = append(dst, s[start:i]...)
			dst = append(dst, "\uFFFD"...)
			start = i + size
		case r <= lastControl:
			dst = append(dst, s[start:i]...)
			dst = appendEscaped(dst, byte(r))
			start = i + size
		}
		i += size
	}
	return append(append(dst, s[start:]...), '"')
}

// isPlain tells whether all of s can stand in a JSON string as it is.
func isPlain(s string) bool {
	for i := range len(s) {
		if !plain[s[i]] {
			return false
		}
	}
	return true
}

// lastControl is the last of the control characters that JSON lets stand as they
// are, but terminals obey: U+007F to U+009F.
const lastControl = '\u009f'

// appendEscaped appends a character that may not stand in a datagram as it is.
func appendEscaped(dst []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	default:
		return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
	}
}
