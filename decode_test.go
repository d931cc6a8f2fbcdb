package csm

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestDecodeWhatTheEncoderWrites(t *testing.T) {
	for _, typ := range []EventType{APICall, APICallAttempt} {
		in := full(typ)
		b, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		var out Event
		if err := json.Unmarshal(b, &out); err != nil {
			t.Fatal(err)
		}
		in.SessionToken = "" // never decoded
		if out != in {
			t.Errorf("in  %+v\nout %+v", in, out)
		}
	}
}

func TestDialects(t *testing.T) {
	call := Event{Type: APICall}
	with := func(change func(*Event)) Event {
		e := call
		change(&e)
		return e
	}
	for _, test := range []struct {
		name, in string
		want     Event
	}{
		{"nothing but the type", `{"Type":"ApiCall"}`, call},
		{"white space and any order", "\n\t{ \"Api\" : \"X\" ,\r\n\"Type\":\"ApiCall\" } \n", with(func(e *Event) { e.API = "X" })},
		{"nulls", `{"Type":"ApiCall","UserAgent":null,"Timestamp":null,"Latency":null}`, call},
		{"empty strings", `{"Type":"ApiCall","UserAgent":"","Latency":"","Timestamp":""}`, call},
		{"a numeric code", `{"Type":"ApiCall","FinalAwsException":301}`, with(func(e *Event) { e.FinalAWSException = "301" })},
		{"a number as a string", `{"Type":"ApiCall","Latency":"12"}`, with(func(e *Event) { e.Latency = Known(12) })},
		{"a number with a fraction", `{"Type":"ApiCall","Latency":12.9,"AttemptCount":1e2}`, with(func(e *Event) { e.Latency, e.AttemptCount = Known(12), Known(100) })},
		{"booleans", `{"Type":"ApiCall","MaxRetriesExceeded":true,"ApiCallTimeout":false,"Region":true}`, with(func(e *Event) { e.MaxRetriesExceeded, e.APICallTimeout = Flag(true), Flag(false) })},
		{"zeros", `{"Type":"ApiCall","FinalHttpStatusCode":0,"HttpStatusCode":0,"AttemptCount":0,"Timestamp":0}`, with(func(e *Event) { e.AttemptCount = Known(0) })},
		{"negative numbers", `{"Type":"ApiCall","Latency":-1,"AttemptCount":-0.5}`, call},
		{"huge numbers", `{"Type":"ApiCall","Latency":1e400,"AttemptCount":99999999999999999999,"Timestamp":9e300,"DnsLatency":9223372036854775807}`, with(func(e *Event) { e.DNSLatency = Known(math.MaxInt64) })},
		{"unknown fields", `{"TimeToConnect":{"a":[1,{"b":null}]},"Type":"ApiCall","X":[],"Y":{},"Z":-1.5e-3}`, call},
		{"wrong kinds", `{"Type":"ApiCall","Region":["eu"],"Latency":{"ms":1},"Timestamp":[1]}`, call},
		{"a field twice", `{"Type":"ApiCall","Region":"a","Region":"b","Latency":1,"Latency":2}`, with(func(e *Event) { e.Region, e.Latency = "b", Known(2) })},
		{"a field twice, then not known", `{"Type":"ApiCall","Region":"a","Region":null,"Latency":1,"Latency":null}`, call},
		{"escapes", `{"Type":"ApiCall","\u0041pi":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"}`, with(func(e *Event) { e.API = "\"\\/\b\f\n\r\té😀" })},
		{"half a surrogate pair at the end", `{"Type":"ApiCall","Api":"a\ud83d"}`, with(func(e *Event) { e.API = "a\uFFFD" })},
		{"halves of pairs", `{"Type":"ApiCall","Api":"\ude00\ud83dx\ud83d\u0041\ud83d\ud83d\ude00"}`, with(func(e *Event) { e.API = "\uFFFD\uFFFDx\uFFFDA\uFFFD😀" })},
		{"no UTF-8", "{\"Type\":\"ApiCall\",\"Api\":\"a\xff\xc3\"}", with(func(e *Event) { e.API = "a\uFFFD\uFFFD" })},
		{"a session token", `{"Type":"ApiCall","SessionToken":"secret"}`, call},
		{"no Version, or another", `{"Type":"ApiCall","Version":2}`, call},
		{"a long value", `{"Type":"ApiCall","Api":"` + strings.Repeat("x", 20000) + `"}`, with(func(e *Event) { e.API = strings.Repeat("x", 20000) })},
		{"many of one field", `{"Type":"ApiCall"` + strings.Repeat(`,"Api":"x"`, 100) + `}`, with(func(e *Event) { e.API = "x" })},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := full(APICall) // to be overwritten
			if err := got.UnmarshalJSON([]byte(test.in)); err != nil || got != test.want {
				t.Errorf("got  %+v, %v\nwant %+v", got, err, test.want)
			}
		})
	}
}

func TestNotJSON(t *testing.T) {
	deep := func(n int) string {
		return `{"Type":"ApiCall","x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + "}"
	}
	for name, in := range map[string]string{
		"nothing": "", "white space": " \n", "text": "hello", "a brace": "{", "no name": "{1:2}", "no colon": `{"a" 1}`,
		"no value": `{"a":}`, "no comma": `{"a":1 "b":2}`, "a trailing comma": `{"a":1,}`, "no end": `{"a":1`,
		"an open string": `{"a":"x`, "an open escape": `{"a":"\`, "a bad escape": `{"a":"\x"}`, "a short \\u": `{"a":"\u12"}`,
		"a raw line break": "{\"a\":\"\n\"}", "a leading zero": `{"a":01}`, "a lone minus": `{"a":-}`, "no fraction": `{"a":1.}`,
		"no exponent": `{"a":1e}`, "a plus": `{"a":+1}`, "a hexadecimal": `{"a":0x1}`, "an open array": `{"a":[1,2}`,
		"half a word": `{"a":nul}`, "NaN": `{"a":NaN}`, "single quotes": `{'a':1}`, "too deep": deep(maxDepth + 1),
	} {
		t.Run(name, func(t *testing.T) {
			e := full(APICall)
			rest, err := DecodeNext([]byte(in), &e)
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || rest != nil || e != (Event{}) {
				t.Fatalf("%q gives %+v, rest %q, error %v", in, e, rest, err)
			}
			if syntax.Offset > len(in) {
				t.Errorf("the error is at byte %d of %d", syntax.Offset, len(in))
			}
		})
	}
	if err := new(Event).UnmarshalJSON([]byte(deep(maxDepth - 1))); err != nil {
		t.Errorf("nested, but not too deep: %v", err)
	}
	if err := new(Event).UnmarshalJSON([]byte(`{"Type":"ApiCall"} x`)); err == nil || !strings.Contains(err.Error(), "byte 19") {
		t.Errorf("text after the event: %v", err)
	}
}

func TestNotAnEvent(t *testing.T) {
	for _, in := range []string{`{}`, `[]`, `null`, `true`, `12`, `"x"`, `{"Type":"Metric"}`, `{"Type":7}`, `{"type":"ApiCall"}`, `[{"Type":"ApiCall"}]`} {
		e := full(APICall)
		rest, err := DecodeNext([]byte(in+" rest"), &e)
		if !errors.Is(err, ErrNotEvent) || string(rest) != " rest" || e != (Event{}) {
			t.Errorf("%s gives %+v, rest %q, error %v", in, e, rest, err)
		}
	}
}

func TestDecodeNext(t *testing.T) {
	data := []byte(`{"Type":"ApiCall","Api":"a"}` + "\n" + `{"Type":"ApiCallAttempt","Api":"b"}{"Type":"ApiCall","Api":"c"} `)
	var got []string
	for len(bytes.TrimSpace(data)) > 0 {
		var e Event
		rest, err := DecodeNext(data, &e)
		if err != nil {
			t.Fatal(err)
		}
		got, data = append(got, e.API), rest
	}
	if want := []string{"a", "b", "c"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// corpus gives the datagrams that real SDKs have sent.
func corpus(t testing.TB) map[string][][]byte {
	files, err := filepath.Glob("testdata/corpus/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	lines := make(map[string][][]byte)
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		s := bufio.NewScanner(bytes.NewReader(b))
		for s.Scan() {
			lines[name] = append(lines[name], bytes.Clone(s.Bytes()))
		}
		if s.Err() != nil {
			t.Fatal(s.Err())
		}
	}
	return lines
}

func TestCorpus(t *testing.T) {
	counts := map[string][2]int{ // calls and attempts, as counted when they were recorded
		"awscli-v2-2.9.19.jsonl":    {60, 80},
		"boto3-1.43.11.jsonl":       {142, 183},
		"aws-sdk-js-2.1693.0.jsonl": {128, 165},
		"aws-sdk-go-1.55.8.jsonl":   {116, 147},

		"aws-sdk-java-1.11.400.jsonl": {22, 33},
		"aws-sdk-java-1.12.797.jsonl": {62, 93},
		"aws-sdk-ruby3-3.168.1.jsonl": {62, 93},
		"aws-sdk-cpp-1.11.900.jsonl":  {66, 93},
	}
	for name, lines := range corpus(t) {
		var got [2]int
		for i, line := range lines {
			var e Event
			if err := e.UnmarshalJSON(line); err != nil {
				t.Errorf("%s:%d: %v", name, i+1, err)
				continue
			}
			if want, _, err := reference(line); err != nil || e != want {
				t.Errorf("%s:%d: got %+v\nwant %+v, %v", name, i+1, e, want, err)
			}
			if e.Type == APICall {
				got[0]++
			} else {
				got[1]++
			}
		}
		if want := counts[filepath.Base(name)]; got != want {
			t.Errorf("%s: calls and attempts are %v, want %v", name, got, want)
		}
	}
}

func TestDecodingTakesOneAllocation(t *testing.T) {
	e := full(APICallAttempt)
	datagram, err := e.AppendJSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { err = e.UnmarshalJSON(datagram) }); n > 1 || err != nil {
		t.Errorf("%v allocations, %v", n, err)
	}
}

// A datagram that was cut is no event, wherever the cut is.
func TestEveryTruncation(t *testing.T) {
	for name, lines := range corpus(t) {
		for i, line := range lines {
			if raceEnabled && i%20 != 0 {
				continue // it takes long, and there is nothing to race
			}
			for end := range line {
				var e Event
				if err := e.UnmarshalJSON(line[:end]); err == nil || e != (Event{}) {
					t.Fatalf("%s:%d: the first %d bytes give %+v, %v", name, i+1, end, e, err)
				}
			}
		}
	}
}

// reference decodes as DecodeNext does, with encoding/json: slow and plain.
func reference(data []byte) (e Event, end int, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var members map[string]any
	if err := d.Decode(&members); err != nil {
		return Event{}, 0, err
	}
	names := map[string]string{
		"ClientID": "ClientId", "API": "Api", "APICallTimeout": "ApiCallTimeout", "FQDN": "Fqdn",
		"XAmznRequestID": "XAmznRequestId", "XAmzRequestID": "XAmzRequestId", "XAmzID2": "XAmzId2", "DestinationIP": "DestinationIp",
	}
	v := reflect.ValueOf(&e).Elem()
	for i := range v.NumField() {
		field := v.Type().Field(i).Name
		name := names[field]
		if name == "" {
			name = strings.NewReplacer("AWS", "Aws", "SDK", "Sdk", "HTTP", "Http", "DNS", "Dns", "TCP", "Tcp", "SSL", "Ssl").Replace(field)
		}
		text, n := "", Int{}
		switch m := members[name].(type) {
		case string:
			text, n = m, referenceInt(m)
		case json.Number:
			text, n = m.String(), referenceInt(m.String())
		case bool:
			n = Flag(m)
		}
		switch f := v.Field(i).Addr().Interface().(type) {
		case *EventType:
			*f = EventType(text)
		case *string:
			*f = text
		case *Int:
			*f = n
		case *time.Time:
			if ms := n.Or(0); ms > 0 && ms <= maxTimestamp {
				*f = time.UnixMilli(ms)
			}
		}
	}
	e.SessionToken = ""
	if e.HTTPStatusCode.Or(0) == 0 {
		e.HTTPStatusCode = Int{}
	}
	if e.FinalHTTPStatusCode.Or(0) == 0 {
		e.FinalHTTPStatusCode = Int{}
	}
	if e.Type != APICall && e.Type != APICallAttempt {
		return Event{}, int(d.InputOffset()), ErrNotEvent
	}
	return e, int(d.InputOffset()), nil
}

func referenceInt(s string) Int {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		if n < 0 {
			return Int{}
		}
		return Known(n)
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || f < 0 || f >= math.MaxInt64 {
		return Int{}
	}
	return Known(int64(f))
}

// FuzzDecodeNext holds the decoder against encoding/json: both take the same
// objects, and make the same events of them.
func FuzzDecodeNext(f *testing.F) {
	for _, lines := range corpus(f) {
		for i := 0; i < len(lines); i += 10 {
			f.Add(lines[i])
		}
	}
	f.Add([]byte(`{"Type":"ApiCall","Api":"\ud83d\ude00\ud83d","Latency":1e2,"x":[{}]} {"Type":"ApiCallAttempt"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var got Event
		rest, err := DecodeNext(data, &got)
		if trimmed := bytes.TrimLeft(data, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' {
			if err == nil {
				t.Fatalf("an event without an object: %+v", got)
			}
			return // how much of it belongs to the value is not the same
		}
		want, end, wantErr := reference(data)
		var syntax *SyntaxError
		if errors.As(err, &syntax) {
			if syntax.Reason == "nested too deep" {
				return
			}
			if wantErr == nil || errors.Is(wantErr, ErrNotEvent) {
				t.Fatalf("refused: %v", err)
			}
			return
		}
		if !errors.Is(err, wantErr) || got != want {
			t.Fatalf("got  %+v, %v\nwant %+v, %v", got, err, want, wantErr)
		}
		if len(data)-len(rest) != end {
			t.Fatalf("rest begins at %d, want %d", len(data)-len(rest), end)
		}
	})
}
