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
	"unicode"
	"unicode/utf8"
)

// FuzzEveryField holds of all fields together, by name, that what comes out of the
// encoder is a datagram, and that encoding/json and the decoder read in it what went
// in, cut.
func FuzzEveryField(f *testing.F) {
	f.Add("a|b", int64(3), uint64(math.MaxUint64), true)
	f.Add("\xff|\u2028|\"\\\x1b[31m|"+strings.Repeat("😀", 400), int64(-1), uint64(1<<40-1), false)
	f.Add(strings.Repeat("\x01|", 30)+strings.Repeat("é", 3000), int64(math.MaxInt64), uint64(0x5555555555), true)
	f.Fuzz(func(t *testing.T, texts string, n int64, which uint64, call bool) {
		in := Event{Type: APICallAttempt}
		if call {
			in.Type = APICall
		}
		values := strings.Split(texts, "|")
		v := reflect.ValueOf(&in).Elem()
		for i := range v.NumField() {
			if which>>i&1 == 0 {
				continue
			}
			switch field := v.Field(i).Addr().Interface().(type) {
			case *string:
				*field = values[i%len(values)]
			case *Int:
				*field = Known(n ^ int64(i))
			case *time.Time:
				*field = time.UnixMilli(n)
			}
		}
		b, err := in.AppendJSON(nil)
		if errors.Is(err, ErrTooLarge) {
			if bare := len(in.append(nil, "", 0)); bare <= MaxDatagram {
				t.Fatalf("too large, and %d bytes without token and messages", bare)
			}
			return
		}
		if err != nil || len(b) > MaxDatagram || !utf8.Valid(b) || bytes.ContainsFunc(b, unicode.IsControl) {
			t.Fatalf("%d bytes, %v: %q", len(b), err, b)
		}
		var out Event
		if err := out.UnmarshalJSON(b); err != nil {
			t.Fatalf("%v: %s", err, b)
		}
		if read, end, err := reference(b); err != nil || end != len(b) || read != out {
			t.Fatalf("encoding/json reads %+v, %v\nthe decoder   %+v", read, err, out)
		}
		var members map[string]any
		if err := json.Unmarshal(b, &members); err != nil {
			t.Fatal(err)
		}
		if token, sent := members["SessionToken"]; sent && token != cut(in.SessionToken, math.MaxInt) {
			t.Fatalf("the token %q became %q", in.SessionToken, token)
		}
		whole := in.append(nil, "", maxMessage)
		limits := map[string]int{
			"ClientID": 255, "UserAgent": 256,
			"FinalAWSException": 128, "FinalSDKException": 128, "AWSException": 128, "SDKException": 128,
			"FinalAWSExceptionMessage": 512, "FinalSDKExceptionMessage": 512, "AWSExceptionMessage": 512, "SDKExceptionMessage": 512,
		}
		got := reflect.ValueOf(out)
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			switch want := v.Field(i).Interface().(type) {
			case string:
				limit, limited := limits[name]
				if !limited {
					limit = math.MaxInt
				}
				text := got.Field(i).String()
				shortened := limit == 512 && len(whole) > MaxDatagram && strings.HasPrefix(cut(want, limit), text)
				if name != "SessionToken" && text != cut(want, limit) && !shortened {
					t.Errorf("%s: %q became %q", name, want, text)
				}
			case Int:
				if want.n < 0 || want.n == 0 && strings.HasSuffix(name, "StatusCode") {
					want = Int{}
				}
				if got.Field(i).Interface() != want {
					t.Errorf("%s: %v became %v", name, want, got.Field(i).Interface())
				}
			case time.Time:
				if ms := want.UnixMilli(); ms > 0 && ms <= maxTimestamp && !out.Timestamp.Equal(want) {
					t.Errorf("%v became %v", want, out.Timestamp)
				}
			}
		}
	})
}
