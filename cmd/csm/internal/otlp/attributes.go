package otlp

import (
	"slices"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// The attributes that no convention has a name for.
const (
	keyClientID         = attribute.Key("csm.client_id")
	keyResult           = attribute.Key("csm.result")
	keyPhase            = attribute.Key("csm.phase")
	keyConnectionReused = attribute.Key("csm.connection.reused")
	keyOutcome          = attribute.Key("csm.outcome")
	keyCause            = attribute.Key("csm.cause")
)

const (
	systemName  = "aws-api" // the rpc.system.name of all calls
	otherMethod = "_OTHER"  // the rpc.method of what has no series of its own
	maxName     = 128       // bytes of a name that come from an event
)

// seriesAttributes are those that all metrics of a series have. Two series never
// have the same, and what is not known has no attribute.
func seriesAttributes(s *statistics.Series) []attribute.KeyValue {
	a := []attribute.KeyValue{semconv.RPCSystemNameKey.String(systemName)}
	if s.Other {
		return append(a, semconv.RPCMethodKey.String(otherMethod))
	}
	a = appendText(a, keyClientID, s.Key.ClientID, maxName)
	if m := method(s.Key.Service, s.Key.Operation); m != "" {
		a = append(a, semconv.RPCMethodKey.String(m))
	}
	return appendText(a, semconv.CloudRegionKey, s.Key.Region, maxName)
}

// with is a set of the attributes of a series and others.
func with(base []attribute.KeyValue, others ...attribute.KeyValue) attribute.Set {
	return attribute.NewSet(slices.Concat(base, others)...)
}

// method is the rpc.method of an operation, such as S3/GetObject, or "" if neither
// part is known.
func method(service, operation string) string {
	return statistics.Key{Service: text(service, maxName), Operation: text(operation, maxName)}.Method()
}

// appendText adds an attribute, unless its text is empty.
func appendText(a []attribute.KeyValue, k attribute.Key, s string, most int) []attribute.KeyValue {
	if s == "" {
		return a
	}
	return append(a, k.String(text(s, most)))
}

// text is s as a protocol buffer can hold it, in UTF-8, and no longer than most
// bytes: one event that cannot be encoded would take all others with it.
func text(s string, most int) string {
	if len(s) > most {
		for most > 0 && !utf8.RuneStart(s[most]) {
			most--
		}
		s = s[:most]
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
