//go:build linux

package bench

import (
	"testing"
	"time"

	"github.com/go-csm/csm"
)

// events are those of a call of S3 with one attempt, as sdkv2 sends them: about 430
// bytes on average.
func events() []csm.Event {
	const userAgent = "aws-sdk-go-v2/1.47.7 ua/2.1 os/linux lang/go#1.26.8 md/GOOS#linux md/GOARCH#amd64 api/s3#1.114.8 m/E,g"
	at := time.UnixMilli(1_790_000_000_000)
	call := csm.Event{
		Type: csm.APICall, ClientID: "shop", Service: "S3", API: "GetObject", Region: "eu-central-1", Timestamp: at,
		UserAgent: userAgent, Latency: csm.Known(23), AttemptCount: csm.Known(1), MaxRetriesExceeded: csm.Known(0),
		FinalHTTPStatusCode: csm.Known(200),
	}
	attempt := csm.Event{
		Type: csm.APICallAttempt, ClientID: "shop", Service: "S3", API: "GetObject", Region: "eu-central-1", Timestamp: at,
		UserAgent: userAgent, AttemptLatency: csm.Known(22), FQDN: "pictures.s3.eu-central-1.amazonaws.com",
		AccessKey: "AKIAIOSFODNN7EXAMPLE", HTTPStatusCode: csm.Known(200), XAmzRequestID: "0A49CE4060975EAC",
		XAmzID2:       "eftixk72aD6Ap51TnqcoF8eFidJG9Z/2mkiDFu8yU9AS1ed4OpIszj7UDNEHGran",
		DestinationIP: "52.219.170.42", ConnectionReused: csm.Known(1), AcquireConnectionLatency: csm.Known(0),
		RequestLatency: csm.Known(21),
	}
	return []csm.Event{attempt, call}
}

// datagrams are those of events.
func datagrams(t testing.TB, events []csm.Event) [][]byte {
	t.Helper()
	var all [][]byte
	for i := range events {
		datagram, err := events[i].AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, datagram)
	}
	return all
}
