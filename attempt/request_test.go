package attempt_test

import (
	"net/http"
	"testing"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/attempt"
)

func TestRequest(t *testing.T) {
	const (
		v4     = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=abc"
		v4a    = "AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/20261122/s3/aws4_request, SignedHeaders=host, Signature=abc"
		plainN = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-west-1/s3/aws4_request,SignedHeaders=host,Signature=abc"
	)
	for _, test := range []struct {
		name   string
		url    string
		header map[string]string
		want   csm.Event
	}{
		{"not signed", "https://s3.example/", nil, csm.Event{FQDN: "s3.example", Region: "before"}},
		{"version 4", "https://s3.example/", map[string]string{"Authorization": v4}, csm.Event{FQDN: "s3.example", AccessKey: "AKIDEXAMPLE", Region: "eu-west-1"}},
		{"version 4 without spaces", "https://s3.example/", map[string]string{"Authorization": plainN}, csm.Event{FQDN: "s3.example", AccessKey: "AKIDEXAMPLE", Region: "eu-west-1"}},
		{"version 4 for several regions", "https://s3.example/", map[string]string{"Authorization": v4a}, csm.Event{FQDN: "s3.example", AccessKey: "AKIDEXAMPLE", Region: "before"}},
		{"version 2", "https://sdb.example/", map[string]string{"Authorization": "AWS AKIDEXAMPLE:c2ln"}, csm.Event{FQDN: "sdb.example", AccessKey: "AKIDEXAMPLE", Region: "before"}},
		{"version 2 in the query", "https://sdb.example/?AWSAccessKeyId=AKIDEXAMPLE&Signature=x", nil, csm.Event{FQDN: "sdb.example", AccessKey: "AKIDEXAMPLE", Region: "before"}},
		{"version 4 in the query", "https://s3.example/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261122%2Feu-west-1%2Fs3%2Faws4_request", nil, csm.Event{FQDN: "s3.example", AccessKey: "AKIDEXAMPLE", Region: "eu-west-1"}},
		{"a bearer token", "https://s3.example/", map[string]string{"Authorization": "Bearer secret/x/y", "X-Amz-Security-Token": "T"}, csm.Event{FQDN: "s3.example", Region: "before"}},
		{"a session token", "https://s3.example/", map[string]string{"Authorization": v4, "X-Amz-Security-Token": "T"}, csm.Event{FQDN: "s3.example", AccessKey: "AKIDEXAMPLE", Region: "eu-west-1", SessionToken: "T"}},
		{"a session of S3 Express", "https://s3.example/", map[string]string{"Authorization": v4, "X-Amz-S3session-Token": "T"}, csm.Event{FQDN: "s3.example", AccessKey: "AKIDEXAMPLE", Region: "eu-west-1", SessionToken: "T"}},
		{"a header that says nothing", "https://s3.example/", map[string]string{"Authorization": "AWS4-HMAC-SHA256 x"}, csm.Event{FQDN: "s3.example", Region: "before"}},
		{"a user agent", "https://s3.example/", map[string]string{"User-Agent": "ua"}, csm.Event{FQDN: "s3.example", Region: "before", UserAgent: "ua"}},
		{"a port", "http://127.0.0.1:9000/b", nil, csm.Event{FQDN: "127.0.0.1:9000", Region: "before"}},
		{"the port of https", "https://s3.example:443/b", nil, csm.Event{FQDN: "s3.example", Region: "before"}},
		{"the port of http", "http://[::1]:80/b", nil, csm.Event{FQDN: "[::1]", Region: "before"}},
		{"the port of the other", "http://s3.example:443/b", nil, csm.Event{FQDN: "s3.example:443", Region: "before"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := http.NewRequest(http.MethodGet, test.url, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			for k, v := range test.header {
				r.Header.Set(k, v)
			}
			got := csm.Event{Region: "before"}
			attempt.Request(&got, r)
			if got != test.want {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
			region := attempt.SigningRegion(r)
			if test.want.Region == "before" {
				test.want.Region = ""
			}
			if region != test.want.Region {
				t.Errorf("signing region is %q, want %q", region, test.want.Region)
			}
		})
	}
}

func TestResponse(t *testing.T) {
	header := http.Header{"X-Amzn-Requestid": {"n"}, "X-Amz-Request-Id": {"z"}, "X-Amz-Id-2": {"2"}}
	var e csm.Event
	attempt.Response(&e, &http.Response{StatusCode: http.StatusNotFound, Header: header})
	want := csm.Event{HTTPStatusCode: csm.Known(404), XAmznRequestID: "n", XAmzRequestID: "z", XAmzID2: "2"}
	if e != want {
		t.Errorf("got  %+v\nwant %+v", e, want)
	}
}

func TestNothingThere(t *testing.T) {
	var e csm.Event
	attempt.Request(&e, nil)
	attempt.Request(&e, &http.Request{})
	attempt.Response(&e, nil)
	attempt.Response(&e, &http.Response{Header: http.Header{"X-Amz-Id-2": {"x"}}})
	if e != (csm.Event{}) || attempt.SigningRegion(nil) != "" {
		t.Errorf("got %+v", e)
	}
}
