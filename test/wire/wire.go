// Package wire is another agent's view of this project's client: a strict reader of
// the wire format, written from docs/protocol.md alone. It shares no code with the
// rest, takes none of what that page says receivers meet, and wants what it says of
// this project's client.
package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A field is a line of the page's table.
type field struct {
	on       string // C, A or CA
	kind     kind
	limit    int  // bytes of a string; 0 is none
	required bool // on each event that it is on
}

type kind int

const (
	text kind = iota
	integer
	flag // 0 or 1
)

// The page says of a field when it is left out; what is always known is required.
var fields = map[string]field{
	"Version":                  {on: "CA", kind: integer, required: true},
	"Type":                     {on: "CA", required: true},
	"ClientId":                 {on: "CA", limit: 255, required: true},
	"Service":                  {on: "CA", required: true},
	"Api":                      {on: "CA", required: true},
	"Timestamp":                {on: "CA", kind: integer, required: true},
	"Region":                   {on: "CA"},
	"UserAgent":                {on: "CA", limit: 256},
	"Latency":                  {on: "C", kind: integer, required: true},
	"AttemptCount":             {on: "C", kind: integer, required: true},
	"MaxRetriesExceeded":       {on: "C", kind: flag, required: true},
	"ApiCallTimeout":           {on: "C", kind: flag},
	"FinalHttpStatusCode":      {on: "C", kind: integer},
	"FinalAwsException":        {on: "C", limit: 128},
	"FinalAwsExceptionMessage": {on: "C", limit: 512},
	"FinalSdkException":        {on: "C", limit: 128},
	"FinalSdkExceptionMessage": {on: "C", limit: 512},
	"AttemptLatency":           {on: "A", kind: integer, required: true},
	"Fqdn":                     {on: "A"},
	"AccessKey":                {on: "A"},
	"HttpStatusCode":           {on: "A", kind: integer},
	"XAmznRequestId":           {on: "A"},
	"XAmzRequestId":            {on: "A"},
	"XAmzId2":                  {on: "A"},
	"AwsException":             {on: "A", limit: 128},
	"AwsExceptionMessage":      {on: "A", limit: 512},
	"SdkException":             {on: "A", limit: 128},
	"SdkExceptionMessage":      {on: "A", limit: 512},
	"DestinationIp":            {on: "A"},
	"ConnectionReused":         {on: "A", kind: flag},
	"AcquireConnectionLatency": {on: "A", kind: integer},
	"ConnectLatency":           {on: "A", kind: integer},
	"DnsLatency":               {on: "A", kind: integer},
	"TcpLatency":               {on: "A", kind: integer},
	"SslLatency":               {on: "A", kind: integer},
	"RequestLatency":           {on: "A", kind: integer},

	// SessionToken is not here: it is off unless asked for, and nothing asks.
}

// maxDatagram is the size of the largest datagram, in bytes.
const maxDatagram = 8192

// Check tells all that is wrong with a datagram of this project's client, or nil.
func Check(datagram []byte) error {
	if len(datagram) > maxDatagram {
		return fmt.Errorf("%d bytes, at most %d are allowed", len(datagram), maxDatagram)
	}
	if !utf8.Valid(datagram) {
		return errors.New("not UTF-8")
	}
	event, err := object(datagram)
	if err != nil {
		return err
	}
	var problems []error
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }

	on := map[string]string{"ApiCall": "C", "ApiCallAttempt": "A"}[event.text("Type")]
	if on == "" {
		return fmt.Errorf("an event of type %v", event["Type"])
	}
	for name, value := range event {
		f, known := fields[name]
		switch {
		case !known:
			wrong("%s is no field", name)
		case !strings.Contains(f.on, on):
			wrong("%s is on %s", name, event["Type"])
		default:
			if err := f.check(value, name == "ClientId"); err != nil {
				wrong("%s: %w", name, err)
			}
		}
	}
	for name, f := range fields {
		if _, there := event[name]; !there && f.required && strings.Contains(f.on, on) {
			wrong("%s is missing", name)
		}
	}
	problems = append(problems, event.rules()...)
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(problems...)
}

// An event has strings and json.Numbers.
type event map[string]any

func (e event) text(name string) string {
	s, _ := e[name].(string)
	return s
}

func (e event) number(name string) (n int64, there bool) {
	number, _ := e[name].(json.Number)
	n, err := number.Int64()
	return n, err == nil
}

// object reads one object, in which no member comes twice.
func object(datagram []byte) (event, error) {
	d := json.NewDecoder(bytes.NewReader(datagram))
	d.UseNumber()
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return nil, fmt.Errorf("not an object: %v, %w", start, err)
	}
	e := make(event)
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		var value any
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		if _, twice := e[name.(string)]; twice {
			return nil, fmt.Errorf("%s comes twice", name)
		}
		e[name.(string)] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if end := d.InputOffset(); end != int64(len(datagram)) {
		return nil, fmt.Errorf("%d bytes behind the object", int64(len(datagram))-end)
	}
	return e, nil
}

func (f field) check(value any, emptyAllowed bool) error {
	switch v := value.(type) {
	case string:
		switch {
		case f.kind != text:
			return fmt.Errorf("%q is no number", v)
		case v == "" && !emptyAllowed:
			return errors.New("empty: it should be left out")
		case f.limit > 0 && len(v) > f.limit:
			return fmt.Errorf("%d bytes, at most %d are allowed", len(v), f.limit)
		}
	case json.Number:
		n, err := v.Int64()
		switch {
		case f.kind == text:
			return fmt.Errorf("%s is no string", v)
		case err != nil:
			return err
		case n < 0:
			return fmt.Errorf("%d is negative", n)
		case f.kind == flag && n > 1:
			return fmt.Errorf("%d is neither 0 nor 1", n)
		}
	default:
		return fmt.Errorf("%v is neither a string nor a number", value)
	}
	return nil
}

// rules are those that concern more than the form of one field.
func (e event) rules() (problems []error) {
	want := func(is bool, format string, args ...any) {
		if !is {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	has := func(name string) bool { _, there := e[name]; return there }

	version, _ := e.number("Version")
	want(version == 1, "Version is %d", version)
	began, _ := e.number("Timestamp")
	want(time.UnixMilli(began).After(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)) && time.UnixMilli(began).Before(time.Now().Add(time.Minute)),
		"Timestamp %d is not in milliseconds since 1970, or in the future", began)
	for _, final := range []string{"", "Final"} {
		want(!has(final+"AwsException") || !has(final+"SdkException"), "two exceptions")
		for _, whose := range []string{"AwsException", "SdkException"} {
			want(has(final+whose) || !has(final+whose+"Message"), "%s%sMessage without its exception", final, whose)
		}
	}
	for _, name := range []string{"HttpStatusCode", "FinalHttpStatusCode"} {
		status, there := e.number(name)
		want(!there || status >= 100 && status <= 599, "%s is %d", name, status)
		want(!there || status < 400 || has(strings.Replace(name, "HttpStatusCode", "AwsException", 1)) ||
			has(strings.Replace(name, "HttpStatusCode", "SdkException", 1)), "%s is %d without an exception", name, status)
	}
	attempts, counted := e.number("AttemptCount")
	want(!counted || attempts > 0 || !has("FinalHttpStatusCode"), "a response without an attempt")
	if exceeded, _ := e.number("MaxRetriesExceeded"); exceeded == 1 {
		want(has("FinalAwsException") || has("FinalSdkException"), "MaxRetriesExceeded is 1 on a success")
	}
	if has("DestinationIp") {
		_, err := netip.ParseAddr(e.text("DestinationIp"))
		want(err == nil, "DestinationIp: %v", err)
	}
	want(!strings.Contains(e.text("Fqdn"), "/"), "Fqdn %q is no host", e.text("Fqdn"))
	if reused, _ := e.number("ConnectionReused"); reused == 1 {
		for _, name := range []string{"ConnectLatency", "DnsLatency", "TcpLatency", "SslLatency"} {
			want(!has(name), "%s of a connection that had been used before", name)
		}
	}
	whole, there := e.number("ConnectLatency")
	for _, name := range []string{"DnsLatency", "TcpLatency", "SslLatency"} {
		part, partThere := e.number(name)
		want(!partThere || there && part <= whole, "%s is %d of a connection that took %d", name, part, whole)
	}
	return problems
}
