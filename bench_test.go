package csm

import (
	"encoding/json"
	"testing"
)

// benchmarkEvents are datagrams of each SDK of the corpus.
func benchmarkEvents(b *testing.B) [][]byte {
	b.Helper()
	var all [][]byte
	for _, lines := range corpus(b) {
		all = append(all, lines[:100]...)
	}
	return all
}

func BenchmarkDecode(b *testing.B) {
	events := benchmarkEvents(b)
	b.Run("csm", func(b *testing.B) {
		b.ReportAllocs()
		var e Event
		for i := 0; b.Loop(); i++ {
			if err := e.UnmarshalJSON(events[i%len(events)]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			var e plainEvent
			if err := json.Unmarshal(events[i%len(events)], &e); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	e := full(APICallAttempt)
	b.Run("csm", func(b *testing.B) {
		b.ReportAllocs()
		buf := make([]byte, 0, MaxDatagram)
		for b.Loop() {
			buf, _ = e.AppendJSON(buf[:0])
		}
	})
	datagram, err := e.AppendJSON(nil)
	if err != nil {
		b.Fatal(err)
	}
	var p plainEvent
	if err := json.Unmarshal(datagram, &p); err != nil {
		b.Fatal(err)
	}
	b.Run("encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(&p); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// plainEvent is what encoding/json needs to do the same.
type plainEvent struct {
	Version                                            int
	Type, ClientID, Service, API                       string `json:",omitempty"`
	Timestamp                                          int64
	Region, UserAgent                                  string `json:",omitempty"`
	Latency, AttemptCount, MaxRetriesExceeded          *int64 `json:",omitempty"`
	APICallTimeout, FinalHTTPStatusCode                *int64 `json:",omitempty"`
	FinalAwsException                                  any    `json:",omitempty"`
	FinalAwsExceptionMessage                           string `json:",omitempty"`
	FinalSdkException, FinalSdkExceptionMessage        string `json:",omitempty"`
	AttemptLatency                                     *int64 `json:",omitempty"`
	Fqdn, AccessKey, SessionToken                      string `json:",omitempty"`
	HTTPStatusCode                                     *int64 `json:",omitempty"`
	XAmznRequestID, XAmzRequestID, XAmzID2             string `json:",omitempty"`
	AwsException                                       any    `json:",omitempty"`
	AwsExceptionMessage                                string `json:",omitempty"`
	SdkException, SdkExceptionMessage                  string `json:",omitempty"`
	DestinationIP                                      string `json:",omitempty"`
	ConnectionReused                                   *int64 `json:",omitempty"`
	AcquireConnectionLatency, ConnectLatency           *int64 `json:",omitempty"`
	DNSLatency, TCPLatency, SslLatency, RequestLatency *int64 `json:",omitempty"`
}
