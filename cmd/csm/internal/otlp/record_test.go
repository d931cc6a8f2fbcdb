package otlp

import (
	"fmt"
	"strings"
	"testing"
	"time"

	logpb "go.opentelemetry.io/proto/otlp/logs/v1"
	"google.golang.org/protobuf/proto"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// exported are the log records of events, as a collector gets them.
func exported(t *testing.T, events ...*csm.Event) []*logpb.LogRecord {
	t.Helper()
	c := newCollector(t)
	e := newExporter(t, Options{Endpoint: c.listen(protocolHTTP), Snapshot: snapshot(statistics.Snapshot{}), Events: true})
	for _, event := range events {
		e.Publish(event)
	}
	shutdown(t, e)
	records := c.records()
	if len(records) != len(events) {
		t.Fatalf("%d records of %d events", len(records), len(events))
	}
	return records
}

func TestAnEventBecomesALogRecord(t *testing.T) {
	timestamp := time.UnixMilli(1_700_000_000_123)
	call := &csm.Event{
		Type: csm.APICall, ClientID: "shop", Service: "DynamoDB", API: "GetItem", Timestamp: timestamp, Region: "eu-west-1",
		UserAgent: "aws-sdk-go/1", Latency: csm.Known(1250), AttemptCount: csm.Known(3), MaxRetriesExceeded: csm.Known(1),
		FinalHTTPStatusCode: csm.Known(400), FinalAWSException: "ThrottlingException", FinalAWSExceptionMessage: "Rate exceeded",
	}
	attempt := &csm.Event{
		Type: csm.APICallAttempt, Service: "S3", API: "GetObject", AttemptLatency: csm.Known(12), FQDN: "localhost:9000",
		HTTPStatusCode: csm.Known(200), XAmzRequestID: "R1", XAmzID2: "X2", DestinationIP: "127.0.0.1",
		ConnectionReused: csm.Known(0), DNSLatency: csm.Known(0), SSLLatency: csm.Known(7),
		AccessKey: "AKIAIOSFODNN7EXAMPLE", SessionToken: "FwoGZXIvYXdzEXAMPLE",
	}
	bare := &csm.Event{Type: csm.APICallAttempt, FQDN: "s3.amazonaws.com"}
	for i, want := range []struct{ name, severity, body, attributes string }{
		{"csm.call", "WARN", "DynamoDB/GetItem: ThrottlingException: Rate exceeded",
			"cloud.region=eu-west-1 csm.attempt_count=3 csm.client_id=shop csm.duration=1.25 csm.max_retries_exceeded=true " +
				"error.type=ThrottlingException exception.message=Rate exceeded exception.type=ThrottlingException " +
				"http.response.status_code=400 rpc.method=DynamoDB/GetItem rpc.system.name=aws-api user_agent.original=aws-sdk-go/1"},
		{"csm.attempt", "INFO", "S3/GetObject",
			"aws.extended_request_id=X2 aws.request_id=R1 csm.connection.reused=false csm.duration=0.012 csm.phase.dns=0 " +
				"csm.phase.tls=0.007 http.response.status_code=200 network.peer.address=127.0.0.1 rpc.method=S3/GetObject " +
				"rpc.system.name=aws-api server.address=localhost server.port=9000"},
		{"csm.attempt", "INFO", "_OTHER", "rpc.system.name=aws-api server.address=s3.amazonaws.com"},
	} {
		r := exported(t, []*csm.Event{call, attempt, bare}[i])[0]
		if r.EventName != want.name || r.SeverityText != want.severity || r.Body.GetStringValue() != want.body {
			t.Errorf("the record is %s, %s, %q; want %s, %s, %q",
				r.EventName, r.SeverityText, r.Body.GetStringValue(), want.name, want.severity, want.body)
		}
		if got := line(r.Attributes); got != want.attributes {
			t.Errorf("the attributes are\n%s, want\n%s", got, want.attributes)
		}
		if i == 0 && r.TimeUnixNano != uint64(timestamp.UnixNano()) || i > 0 && r.TimeUnixNano != 0 {
			t.Errorf("the time is %d", r.TimeUnixNano)
		}
		if data := fmt.Sprint(r); strings.Contains(data, "AKIA") || strings.Contains(data, "FwoG") {
			t.Errorf("the record has a credential: %s", data)
		}
	}
}

func TestHostileEventsAreTakenWithTheOthers(t *testing.T) {
	huge := strings.Repeat("\xff\x00é/", 20_000)
	hostile := &csm.Event{
		Type: csm.APICallAttempt, ClientID: huge, Service: huge, API: huge, Region: huge, UserAgent: huge, FQDN: huge, XAmznRequestID: huge,
		XAmzID2: huge, AWSException: huge, AWSExceptionMessage: huge, DestinationIP: huge, AttemptLatency: csm.Known(int64(1 << 62)),
	}
	records := exported(t, hostile, &csm.Event{Type: csm.APICall, Service: "S3", API: "GetObject"})
	if size := proto.Size(records[0]); size > 8<<10 {
		t.Errorf("the record has %d bytes", size)
	}
	if body := records[1].Body.GetStringValue(); body != "S3/GetObject" {
		t.Errorf("the other record is %q", body)
	}
}

func TestHostileNamesOfSeriesAreTaken(t *testing.T) {
	c := newCollector(t)
	s := oneSeries()
	s.Series[0].Key = statistics.Key{ClientID: "\xff", Service: "S\x003", Operation: "\xc3", Region: "\n"}
	s.Series[0].Retries = 1<<64 - 1
	export(t, Options{Endpoint: c.listen(protocolHTTP), Snapshot: snapshot(s)})
	want := "csm.retries cloud.region=\n csm.client_id=\uFFFD rpc.method=S\x003/\uFFFD rpc.system.name=aws-api"
	if n := sums(t, c.all())[want]; n != 1<<63-1 {
		t.Errorf("%d retries", n)
	}
}
