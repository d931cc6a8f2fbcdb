package csm

import (
	"errors"
	"fmt"
	"time"
)

// ErrNotEvent says that a JSON value is well formed but no event: it is not an
// object, or its Type is neither ApiCall nor ApiCallAttempt.
var ErrNotEvent = errors.New("csm: JSON is not an event")

// A SyntaxError says where and why bytes are not JSON.
type SyntaxError struct {
	Offset int    // in the bytes given to the decoder
	Reason string // what was found, or not found, there
}

// Error implements error.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("csm: not JSON at byte %d: %s", e.Offset, e.Reason)
}

// UnmarshalJSON decodes one event, with nothing but white space around it. It
// takes what [DecodeNext] takes.
func (e *Event) UnmarshalJSON(data []byte) error {
	rest, err := DecodeNext(data, e)
	if err != nil {
		return err
	}
	s := scanner{data: data, pos: len(data) - len(rest)}
	s.space()
	if s.pos < len(data) {
		*e = Event{}
		return s.fail("more after the event")
	}
	return nil
}

// DecodeNext decodes the first event of data into e and gives what follows it,
// for datagrams with several. The former content of e is gone, also when there is
// an error. Nothing of data is kept: the caller may use it again.
//
// It takes the events of every SDK: fields in any order, unknown fields (left
// out), and values as another SDK or another field would write them: a number
// where the wire has a string and the other way round, true for 1. What it cannot
// read as the field's value is an unknown value, as are null, the empty string, a
// negative number, and a status code of 0. Of a field that comes twice, the last
// counts. Bytes that are no UTF-8, and halves of surrogate pairs, become U+FFFD.
// Limits are not enforced: strings can be as long as data.
//
// SessionToken is never decoded: it is a credential, and a reader has no use for
// it.
//
// If data does not begin with JSON the error is a [*SyntaxError], and there is no
// rest. If it does, but with no event, the error is [ErrNotEvent], and rest is
// what follows that value.
func DecodeNext(data []byte, e *Event) (rest []byte, err error) {
	*e = Event{}
	var text [1024]byte
	s := scanner{data: data, text: text[:0]}
	s.space()
	if s.peek() == '{' {
		err = s.event(e)
	} else {
		err = s.skip(0)
	}
	if err != nil {
		*e = Event{}
		return nil, err
	}
	if e.Type != APICall && e.Type != APICallAttempt {
		*e = Event{}
		err = ErrNotEvent
	}
	return data[s.pos:], err
}

// A textField is a string field of an event and the part of a scanner's text that
// is its value.
type textField struct {
	field      *string
	start, end int
}

// event reads an object into e.
func (s *scanner) event(e *Event) error {
	texts := make([]textField, 0, 32) // set when all are known, for one allocation
	for first := true; ; first = false {
		name, more, err := s.member(first)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if field := intField(e, name); field != nil {
			*field, err = s.int()
		} else if field := textFieldOf(e, name); field != nil {
			start := len(s.text)
			err = s.anyText()
			texts = append(texts, textField{field, start, len(s.text)})
		} else if string(name) == "Timestamp" {
			var i Int
			i, err = s.int()
			e.Timestamp = timeOf(i)
		} else {
			err = s.skip(1)
		}
		if err != nil {
			return err
		}
	}
	text := string(s.text)
	for _, t := range texts {
		*t.field = text[t.start:t.end]
	}
	for _, status := range [...]*Int{&e.HTTPStatusCode, &e.FinalHTTPStatusCode} {
		if *status == Known(0) {
			*status = Int{}
		}
	}
	return nil
}

// timeOf is the time of a Timestamp, zero if that is unknown or no time.
func timeOf(i Int) time.Time {
	if ms, _ := i.Get(); ms > 0 && ms <= maxTimestamp {
		return time.UnixMilli(ms)
	}
	return time.Time{}
}

// textFieldOf is the string field of e with a name of the wire format, or nil.
func textFieldOf(e *Event, name []byte) *string {
	switch string(name) {
	case "Type":
		return (*string)(&e.Type)
	case "ClientId":
		return &e.ClientID
	case "Service":
		return &e.Service
	case "Api":
		return &e.API
	case "Region":
		return &e.Region
	case "UserAgent":
		return &e.UserAgent
	case "FinalAwsException":
		return &e.FinalAWSException
	case "FinalAwsExceptionMessage":
		return &e.FinalAWSExceptionMessage
	case "FinalSdkException":
		return &e.FinalSDKException
	case "FinalSdkExceptionMessage":
		return &e.FinalSDKExceptionMessage
	case "Fqdn":
		return &e.FQDN
	case "AccessKey":
		return &e.AccessKey
	case "XAmznRequestId":
		return &e.XAmznRequestID
	case "XAmzRequestId":
		return &e.XAmzRequestID
	case "XAmzId2":
		return &e.XAmzID2
	case "AwsException":
		return &e.AWSException
	case "AwsExceptionMessage":
		return &e.AWSExceptionMessage
	case "SdkException":
		return &e.SDKException
	case "SdkExceptionMessage":
		return &e.SDKExceptionMessage
	case "DestinationIp":
		return &e.DestinationIP
	}
	return nil
}

// intField is the number field of e with a name of the wire format, or nil.
func intField(e *Event, name []byte) *Int {
	switch string(name) {
	case "Latency":
		return &e.Latency
	case "AttemptCount":
		return &e.AttemptCount
	case "MaxRetriesExceeded":
		return &e.MaxRetriesExceeded
	case "ApiCallTimeout":
		return &e.APICallTimeout
	case "FinalHttpStatusCode":
		return &e.FinalHTTPStatusCode
	case "AttemptLatency":
		return &e.AttemptLatency
	case "HttpStatusCode":
		return &e.HTTPStatusCode
	case "ConnectionReused":
		return &e.ConnectionReused
	case "AcquireConnectionLatency":
		return &e.AcquireConnectionLatency
	case "ConnectLatency":
		return &e.ConnectLatency
	case "DnsLatency":
		return &e.DNSLatency
	case "TcpLatency":
		return &e.TCPLatency
	case "SslLatency":
		return &e.SSLLatency
	case "RequestLatency":
		return &e.RequestLatency
	}
	return nil
}
