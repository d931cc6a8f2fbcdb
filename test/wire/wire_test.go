package wire_test

import (
	"strings"
	"testing"

	"github.com/go-csm/csm/test/wire"
)

const (
	call = `{"Version":1,"Type":"ApiCall","ClientId":"","Service":"S3","Api":"GetObject","Timestamp":1700000000000,` +
		`"Region":"eu-west-1","UserAgent":"aws-sdk-go-v2/1.47.7","Latency":12,"AttemptCount":1,"MaxRetriesExceeded":0,` +
		`"FinalHttpStatusCode":404,"FinalAwsException":"NoSuchKey","FinalAwsExceptionMessage":"gone"}`
	attempt = `{"Version":1,"Type":"ApiCallAttempt","ClientId":"app","Service":"S3","Api":"GetObject","Timestamp":1700000000000,` +
		`"AttemptLatency":11,"Fqdn":"127.0.0.1:9000","HttpStatusCode":200,"DestinationIp":"127.0.0.1","ConnectionReused":0,` +
		`"ConnectLatency":3,"TcpLatency":1}`
)

func TestCheckTakesWhatIsRight(t *testing.T) {
	for _, datagram := range []string{call, attempt, " " + strings.ReplaceAll(attempt, ",", " ,\n")} {
		if err := wire.Check([]byte(strings.TrimSpace(datagram))); err != nil {
			t.Errorf("%v: %s", err, datagram)
		}
	}
}

func TestCheckFindsWhatIsWrong(t *testing.T) {
	for _, test := range []struct {
		name, of, part, instead string
		want                    string
	}{
		{"too large", call, `"gone"`, `"` + strings.Repeat("x", 8200) + `"`, "bytes, at most 8192"},
		{"not UTF-8", call, "gone", "\xff", "not UTF-8"},
		{"two objects", call, `"gone"}`, `"gone"}{}`, "behind the object"},
		{"a line break at the end", call, `"gone"}`, "\"gone\"}\n", "behind the object"},
		{"a list", call, call, "[]", "not an object"},
		{"half an object", call, `"gone"}`, `"gone"`, "EOF"},
		{"a field twice", call, `"Version":1`, `"Version":1,"Version":1`, "Version comes twice"},
		{"another type", call, "ApiCall", "Other", "an event of type Other"},
		{"an unknown field", call, "Region", "region", "region is no field"},
		{"the session token", attempt, `"HttpStatusCode":200`, `"HttpStatusCode":200,"SessionToken":"t"`, "SessionToken is no field"},
		{"a field of the other type", call, "Latency", "AttemptLatency", "AttemptLatency is on ApiCall"},
		{"a missing field", call, `"AttemptCount":1,`, "", "AttemptCount is missing"},
		{"an empty string", call, "eu-west-1", "", "Region: empty"},
		{"null", call, `"eu-west-1"`, "null", "Region: <nil> is neither"},
		{"a number in quotes", call, `"Latency":12`, `"Latency":"12"`, `Latency: "12" is no number`},
		{"a code without quotes", call, `"NoSuchKey"`, "404", "FinalAwsException: 404 is no string"},
		{"a fraction", call, `"Latency":12`, `"Latency":1.5`, "Latency: strconv"},
		{"a negative number", call, `"Latency":12`, `"Latency":-1`, "Latency: -1 is negative"},
		{"a flag of 2", call, `"MaxRetriesExceeded":0`, `"MaxRetriesExceeded":2`, "2 is neither 0 nor 1"},
		{"a long code", call, "NoSuchKey", strings.Repeat("x", 129), "FinalAwsException: 129 bytes"},
		{"a long message", call, "gone", strings.Repeat("x", 513), "FinalAwsExceptionMessage: 513 bytes"},
		{"another version", call, `"Version":1`, `"Version":2`, "Version is 2"},
		{"a time in seconds", call, "1700000000000", "1700000000", "Timestamp 1700000000"},
		{"two exceptions", call, `"FinalHttpStatusCode":404`, `"FinalSdkException":"X"`, "two exceptions"},
		{"a message alone", call, `"FinalAwsException":"NoSuchKey",`, "", "FinalAwsExceptionMessage without its exception"},
		{"a status of 0", attempt, `"HttpStatusCode":200`, `"HttpStatusCode":0`, "HttpStatusCode is 0"},
		{"a failure without a word", attempt, `"HttpStatusCode":200`, `"HttpStatusCode":503`, "503 without an exception"},
		{"a response without an attempt", call, `"AttemptCount":1`, `"AttemptCount":0`, "a response without an attempt"},
		{"retries that are used up on a success", strings.Replace(call, `:404,"FinalAwsException":"NoSuchKey","FinalAwsExceptionMessage":"gone"`, ":200", 1),
			`"MaxRetriesExceeded":0`, `"MaxRetriesExceeded":1`, "MaxRetriesExceeded is 1 on a success"},
		{"an address with a port", attempt, `"DestinationIp":"127.0.0.1"`, `"DestinationIp":"127.0.0.1:80"`, "DestinationIp: "},
		{"a URL", attempt, "127.0.0.1:9000", "http://127.0.0.1", "is no host"},
		{"a reused connection that was made", attempt, `"ConnectionReused":0`, `"ConnectionReused":1`, "TcpLatency of a connection"},
		{"a part larger than the whole", attempt, `"TcpLatency":1`, `"TcpLatency":4`, "TcpLatency is 4 of a connection that took 3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			datagram := strings.Replace(test.of, test.part, test.instead, 1)
			if err := wire.Check([]byte(datagram)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %s: %s", err, test.want, datagram)
			}
		})
	}
}
