package csm

import (
	"errors"
	"fmt"
	"strings"
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
	s := scanner{data: data}
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

// A textField is a string field of an event, and its value.
type textField struct {
	field *string
	value []byte
}

// event reads an object into e.
func (s *scanner) event(e *Event) error {
	texts := make([]textField, 0, 24)
	size := 0
	for first := true; ; first = false {
		name, more, err := s.member(first)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		text, number := fieldOf(e, name)
		switch {
		case text != nil:
			var value []byte
			value, err = s.text()
			texts = append(texts, textField{text, value})
			size += len(value)
		case number != nil:
			*number, err = s.int()
		case string(name) == "Timestamp":
			var ms Int
			ms, err = s.int()
			e.Timestamp = timeOf(ms)
		default:
			err = s.skip(1)
		}
		if err != nil {
			return err
		}
	}
	setTexts(texts, size)
	for _, status := range [...]*Int{&e.HTTPStatusCode, &e.FinalHTTPStatusCode} {
		if *status == Known(0) {
			*status = Int{}
		}
	}
	return nil
}

// setTexts sets fields to their values, which have the given size in all, with one
// allocation for them all.
func setTexts(texts []textField, size int) {
	var b strings.Builder
	b.Grow(size)
	for _, t := range texts {
		b.Write(t.value)
	}
	all := b.String()
	for _, t := range texts {
		*t.field, all = all[:len(t.value)], all[len(t.value):]
	}
}

// timeOf is the time of a Timestamp, zero if that is unknown or no time.
func timeOf(i Int) time.Time {
	if ms, _ := i.Get(); ms > 0 && ms <= maxTimestamp {
		return time.UnixMilli(ms)
	}
	return time.Time{}
}

// fieldOf is the field of e with a name of the wire format: a text, a number, or
// neither.
func fieldOf(e *Event, name []byte) (text *string, number *Int) {
	switch string(name) {
	case "Type":
		return (*string)(&e.Type), nil
	case "ClientId":
		return &e.ClientID, nil
	case "Service":
		return &e.Service, nil
	case "Api":
		return &e.API, nil
	case "Region":
		return &e.Region, nil
	case "UserAgent":
		return &e.UserAgent, nil

	case "Latency":
		return nil, &e.Latency
	case "AttemptCount":
		return nil, &e.AttemptCount
	case "MaxRetriesExceeded":
		return nil, &e.MaxRetriesExceeded
	case "ApiCallTimeout":
		return nil, &e.APICallTimeout
	case "FinalHttpStatusCode":
		return nil, &e.FinalHTTPStatusCode
	case "FinalAwsException":
		return &e.FinalAWSException, nil
	case "FinalAwsExceptionMessage":
		return &e.FinalAWSExceptionMessage, nil
	case "FinalSdkException":
		return &e.FinalSDKException, nil
	case "FinalSdkExceptionMessage":
		return &e.FinalSDKExceptionMessage, nil

	case "AttemptLatency":
		return nil, &e.AttemptLatency
	case "Fqdn":
		return &e.FQDN, nil
	case "AccessKey":
		return &e.AccessKey, nil
	case "HttpStatusCode":
		return nil, &e.HTTPStatusCode
	case "XAmznRequestId":
		return &e.XAmznRequestID, nil
	case "XAmzRequestId":
		return &e.XAmzRequestID, nil
	case "XAmzId2":
		return &e.XAmzID2, nil
	case "AwsException":
		return &e.AWSException, nil
	case "AwsExceptionMessage":
		return &e.AWSExceptionMessage, nil
	case "SdkException":
		return &e.SDKException, nil
	case "SdkExceptionMessage":
		return &e.SDKExceptionMessage, nil

	case "DestinationIp":
		return &e.DestinationIP, nil
	case "ConnectionReused":
		return nil, &e.ConnectionReused
	case "AcquireConnectionLatency":
		return nil, &e.AcquireConnectionLatency
	case "ConnectLatency":
		return nil, &e.ConnectLatency
	case "DnsLatency":
		return nil, &e.DNSLatency
	case "TcpLatency":
		return nil, &e.TCPLatency
	case "SslLatency":
		return nil, &e.SSLLatency
	case "RequestLatency":
		return nil, &e.RequestLatency
	}
	return nil, nil
}
