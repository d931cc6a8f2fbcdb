package csm

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// full is an event with every field set.
func full(t EventType) Event {
	e := Event{Type: t, Timestamp: time.UnixMilli(1795342930218)}
	v := reflect.ValueOf(&e).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i).Addr().Interface().(type) {
		case *string:
			*f = "a " + v.Type().Field(i).Name
		case *Int:
			*f = Known(100 + i)
		}
	}
	return e
}

func TestAppendJSON(t *testing.T) {
	for _, test := range []struct {
		name  string
		event Event
		want  string
	}{
		{
			"nothing known", Event{Type: APICall},
			`{"Version":1,"Type":"ApiCall","ClientId":""}`,
		},
		{
			"known zeros", Event{Type: APICall, Latency: Known(0), AttemptCount: Known(0), MaxRetriesExceeded: Flag(false)},
			`{"Version":1,"Type":"ApiCall","ClientId":"","Latency":0,"AttemptCount":0,"MaxRetriesExceeded":0}`,
		},
		{
			"a status of 0, which is none", Event{Type: APICall, FinalHTTPStatusCode: Known(0)},
			`{"Version":1,"Type":"ApiCall","ClientId":""}`,
		},
		{
			"negative numbers", Event{Type: APICall, Latency: Known(-1), Timestamp: time.UnixMilli(-5)},
			`{"Version":1,"Type":"ApiCall","ClientId":""}`,
		},
		{
			"escapes", Event{Type: APICallAttempt, ClientID: "\"\\\n\r\t\x00\x1f/<é😀\u2028"},
			`{"Version":1,"Type":"ApiCallAttempt","ClientId":"\"\\\n\r\t\u0000\u001f/<é😀` + "\u2028" + `"}`,
		},
		{
			"controls that JSON lets stand", Event{Type: APICallAttempt, ClientID: "\x7f\u0080\u009b31m\u00a0"},
			`{"Version":1,"Type":"ApiCallAttempt","ClientId":"\u007f\u0080\u009b31m` + "\u00a0" + `"}`,
		},
		{
			"no UTF-8", Event{Type: APICallAttempt, ClientID: "a\xffb\xc3", Service: "\xed\xa0\x80"},
			`{"Version":1,"Type":"ApiCallAttempt","ClientId":"a` + "\uFFFD" + `b` + "\uFFFD" + `","Service":"` + strings.Repeat("\uFFFD", 3) + `"}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.event.AppendJSON([]byte("before"))
			if err != nil || string(got) != "before"+test.want {
				t.Errorf("got  %s, %v\nwant before%s", got, err, test.want)
			}
		})
	}
}

func TestEveryFieldIsOnTheWire(t *testing.T) {
	e := full(APICallAttempt)
	b, err := e.AppendJSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	var wire map[string]any
	if err := json.Unmarshal(b, &wire); err != nil {
		t.Fatal(err)
	}
	fields := reflect.TypeFor[Event]().NumField()
	if len(wire) != fields+1 { // and Version
		t.Errorf("%d members of %d fields: %s", len(wire), fields, b)
	}
	for name, value := range map[string]any{
		"Version": 1.0, "Timestamp": 1795342930218.0, "Api": "a API", "Fqdn": "a FQDN", "XAmzId2": "a XAmzID2",
		"SessionToken": "a SessionToken", "DnsLatency": float64(e.DNSLatency.Or(-1)),
	} {
		if wire[name] != value {
			t.Errorf("%s is %v, want %v", name, wire[name], value)
		}
	}
}

func TestLimits(t *testing.T) {
	for name, limit := range map[string]int{
		"ClientID": 255, "UserAgent": 256,
		"AWSException": 128, "SDKException": 128, "FinalAWSException": 128, "FinalSDKException": 128,
		"AWSExceptionMessage": 512, "SDKExceptionMessage": 512, "FinalAWSExceptionMessage": 512, "FinalSDKExceptionMessage": 512,
	} {
		for kind, in := range map[string]string{
			"ASCII":    strings.Repeat("a", limit+1),
			"exact":    strings.Repeat("b", limit),
			"two":      strings.Repeat("é", limit),
			"four":     "x" + strings.Repeat("😀", limit),
			"escaped":  strings.Repeat("\"", limit+1),
			"not UTF8": strings.Repeat("\xff", limit),
		} {
			e := Event{Type: APICall}
			reflect.ValueOf(&e).Elem().FieldByName(name).SetString(in)
			b, err := e.AppendJSON(nil)
			if err != nil {
				t.Fatal(err)
			}
			var out Event
			if err := out.UnmarshalJSON(b); err != nil {
				t.Fatal(err)
			}
			got := reflect.ValueOf(out).FieldByName(name).String()
			if want := cut(in, limit); got != want || len(got) > limit {
				t.Errorf("%s of %s: %d bytes %q, want %q", name, kind, len(got), got, want)
			}
		}
	}
}

// cut is what the encoder makes of a string with a limit, written the plain way.
func cut(s string, limit int) string {
	var out strings.Builder
	for _, r := range s { // U+FFFD for each byte that is no UTF-8
		if out.Len()+utf8.RuneLen(r) > limit {
			break
		}
		out.WriteRune(r)
	}
	return out.String()
}

func TestTooLarge(t *testing.T) {
	size := func(e Event) int {
		b, err := e.AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		return len(b)
	}
	message := strings.Repeat("\x01", 600) // six bytes each
	e := Event{Type: APICallAttempt, Service: "s", AWSExceptionMessage: message, SDKExceptionMessage: "short", SessionToken: "TOKEN"}
	e.Service += strings.Repeat("s", MaxDatagram-size(e))
	if n := size(e); n != MaxDatagram {
		t.Fatalf("an event made to be of %d bytes has %d", MaxDatagram, n)
	}

	e.Service += "s"
	b, err := e.AppendJSON(nil)
	if err != nil || bytes.Contains(b, []byte("TOKEN")) || !bytes.Contains(b, []byte(strings.Repeat(`\u0001`, 512))) {
		t.Errorf("one byte too many, and the token is not what goes: %s, %v", b, err)
	}

	e.Service += strings.Repeat("s", 1000)
	b, err = e.AppendJSON(nil)
	if err != nil || len(b) > MaxDatagram || len(b) <= MaxDatagram-len(`\u0001`) || !bytes.Contains(b, []byte(`"short"`)) {
		t.Errorf("%d bytes, %v; want the message cut, to no less than needed: %s", len(b), err, b)
	}

	e.Service = strings.Repeat("s", MaxDatagram)
	b, err = e.AppendJSON([]byte("before"))
	if !errors.Is(err, ErrTooLarge) || string(b) != "before" {
		t.Errorf("got %d bytes and %v, want ErrTooLarge and nothing appended", len(b), err)
	}
}

func TestUnknownType(t *testing.T) {
	for _, typ := range []EventType{"", "ApiCalls", "apicall"} {
		e := Event{Type: typ}
		if b, err := e.AppendJSON([]byte("x")); !errors.Is(err, ErrEventType) || string(b) != "x" {
			t.Errorf("%q gives %s, %v", typ, b, err)
		}
		if _, err := json.Marshal(e); !errors.Is(err, ErrEventType) {
			t.Errorf("%q is marshaled: %v", typ, err)
		}
	}
}

func TestAppendJSONAllocatesNothing(t *testing.T) {
	e := full(APICallAttempt)
	buf := make([]byte, 0, MaxDatagram)
	if n := testing.AllocsPerRun(100, func() { buf, _ = e.AppendJSON(buf[:0]) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestInt(t *testing.T) {
	for _, test := range []struct {
		i     Int
		n     int64
		known bool
		text  string
	}{
		{Int{}, 0, false, "unknown"},
		{Known(0), 0, true, "0"},
		{Known(int64(math.MaxInt64)), math.MaxInt64, true, "9223372036854775807"},
		{Flag(true), 1, true, "1"},
		{Flag(false), 0, true, "0"},
		{Millis(1999 * time.Microsecond), 1, true, "1"},
		{Millis(-time.Second), 0, true, "0"},
	} {
		n, known := test.i.Get()
		if n != test.n || known != test.known || test.i.String() != test.text {
			t.Errorf("%#v: %d, %v, %s; want %d, %v, %s", test.i, n, known, test.i, test.n, test.known, test.text)
		}
	}
	if (Int{}).Or(7) != 7 || Known(0).Or(7) != 0 {
		t.Error("Or does not give the value if it is known, else its argument")
	}
}
