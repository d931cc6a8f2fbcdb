package otlp

import (
	"cmp"
	"net"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// The names of the log records' events.
const (
	callEvent    = "csm.call"
	attemptEvent = "csm.attempt"
)

// Attributes of log records that no convention has a name for.
const (
	keyDuration           = attribute.Key("csm.duration")      // of the call or the attempt, in seconds
	keyAttempts           = attribute.Key("csm.attempt_count") // of the call
	keyMaxRetriesExceeded = attribute.Key("csm.max_retries_exceeded")
)

// Bytes of texts in log records, each with room for what SDKs send.
const (
	maxText    = 256
	maxMessage = 512
)

// record is the log record of an event. It says what an event says, but for its
// credentials: neither the access key nor the session token is in it.
func record(e *csm.Event) log.Record {
	var r log.Record
	if !e.Timestamp.IsZero() {
		r.SetTimestamp(e.Timestamp)
	}
	f, failed := statistics.FailureOf(e)
	r.SetSeverity(log.SeverityInfo)
	if failed {
		r.SetSeverity(log.SeverityWarn)
	}
	r.SetSeverityText(r.Severity().String())
	body := cmp.Or(method(e.Service, e.API), otherMethod)
	if failed {
		body += ": " + failureText(f)
	}
	r.SetBody(attribute.StringValue(body))

	a := []attribute.KeyValue{semconv.RPCSystemNameKey.String(systemName)}
	a = appendText(a, semconv.RPCMethodKey, method(e.Service, e.API), 6*maxName)
	a = appendText(a, keyClientID, e.ClientID, maxText)
	a = appendText(a, semconv.CloudRegionKey, e.Region, maxName)
	a = appendText(a, semconv.UserAgentOriginalKey, e.UserAgent, maxText)
	if failed {
		a = append(a, semconv.ErrorTypeKey.String(text(errorType(f), maxName)))
		a = appendText(a, semconv.ExceptionTypeKey, f.Code, maxName)
		a = appendText(a, semconv.ExceptionMessageKey, f.Message, maxMessage)
	}
	if e.Type == csm.APICall {
		r.SetEventName(callEvent)
		a = appendCall(a, e)
	} else {
		r.SetEventName(attemptEvent)
		a = appendAttempt(a, e)
	}
	r.AddAttributes(a...)
	return r
}

// errorType is the error.type of a failure: the exception, or the status alone.
func errorType(f statistics.Failure) string {
	return cmp.Or(f.Code, strconv.FormatInt(f.Status, 10))
}

// failureText tells a failure in a line.
func failureText(f statistics.Failure) string {
	s := text(errorType(f), maxName)
	if f.Message != "" {
		s += ": " + text(f.Message, maxMessage)
	}
	return s
}

func appendCall(a []attribute.KeyValue, e *csm.Event) []attribute.KeyValue {
	a = appendInt(a, semconv.HTTPResponseStatusCodeKey, e.FinalHTTPStatusCode)
	a = appendSeconds(a, keyDuration, e.Latency)
	a = appendInt(a, keyAttempts, e.AttemptCount)
	return appendFlag(a, keyMaxRetriesExceeded, e.MaxRetriesExceeded)
}

func appendAttempt(a []attribute.KeyValue, e *csm.Event) []attribute.KeyValue {
	a = appendInt(a, semconv.HTTPResponseStatusCodeKey, e.HTTPStatusCode)
	a = appendSeconds(a, keyDuration, e.AttemptLatency)
	a = appendServer(a, e.FQDN)
	a = appendText(a, semconv.NetworkPeerAddressKey, e.DestinationIP, maxName)
	a = appendText(a, semconv.AWSRequestIDKey, cmp.Or(e.XAmznRequestID, e.XAmzRequestID), maxName)
	a = appendText(a, semconv.AWSExtendedRequestIDKey, e.XAmzID2, maxName)
	a = appendFlag(a, keyConnectionReused, e.ConnectionReused)
	for phase, latency := range map[statistics.Phase]csm.Int{
		statistics.Acquire: e.AcquireConnectionLatency,
		statistics.Connect: e.ConnectLatency,
		statistics.DNS:     e.DNSLatency,
		statistics.TCP:     e.TCPLatency,
		statistics.TLS:     e.SSLLatency,
		statistics.Request: e.RequestLatency,
	} {
		a = appendSeconds(a, keyPhase+"."+attribute.Key(phase.String()), latency)
	}
	return a
}

// appendServer adds the host that was asked, and its port if it has one.
func appendServer(a []attribute.KeyValue, fqdn string) []attribute.KeyValue {
	if host, port, err := net.SplitHostPort(fqdn); err == nil {
		if n, err := strconv.ParseUint(port, 10, 16); err == nil {
			a = append(a, semconv.ServerPort(int(n)))
			fqdn = host
		}
	}
	return appendText(a, semconv.ServerAddressKey, fqdn, maxText)
}

func appendInt(a []attribute.KeyValue, k attribute.Key, i csm.Int) []attribute.KeyValue {
	if n, known := i.Get(); known {
		a = append(a, k.Int64(n))
	}
	return a
}

func appendSeconds(a []attribute.KeyValue, k attribute.Key, ms csm.Int) []attribute.KeyValue {
	if n, known := ms.Get(); known {
		a = append(a, k.Float64(float64(n)/1000))
	}
	return a
}

func appendFlag(a []attribute.KeyValue, k attribute.Key, i csm.Int) []attribute.KeyValue {
	if n, known := i.Get(); known {
		a = append(a, k.Bool(n != 0))
	}
	return a
}
