//go:build linux

package bench

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/bytedance/sonic"
	jsonv2 "github.com/go-json-experiment/json"

	"github.com/go-csm/csm"
)

// A plainEvent is an event as aws-sdk-go v1 has it, for libraries that encode and
// decode structs.
type plainEvent struct {
	ClientID  *string `json:"ClientId,omitempty"`
	API       *string `json:"Api,omitempty"`
	Service   *string `json:"Service,omitempty"`
	Timestamp *int64  `json:"Timestamp,omitempty"`
	Type      *string `json:"Type,omitempty"`
	Version   *int    `json:"Version,omitempty"`

	AttemptCount *int `json:"AttemptCount,omitempty"`
	Latency      *int `json:"Latency,omitempty"`

	Fqdn           *string `json:"Fqdn,omitempty"`
	UserAgent      *string `json:"UserAgent,omitempty"`
	AttemptLatency *int    `json:"AttemptLatency,omitempty"`

	SessionToken   *string `json:"SessionToken,omitempty"`
	Region         *string `json:"Region,omitempty"`
	AccessKey      *string `json:"AccessKey,omitempty"`
	HTTPStatusCode *int    `json:"HttpStatusCode,omitempty"`
	XAmzID2        *string `json:"XAmzId2,omitempty"`
	XAmzRequestID  *string `json:"XAmzRequestId,omitempty"`
	XAmznRequestID *string `json:"XAmznRequestId,omitempty"`

	AWSException        *string `json:"AwsException,omitempty"`
	AWSExceptionMessage *string `json:"AwsExceptionMessage,omitempty"`
	SDKException        *string `json:"SdkException,omitempty"`
	SDKExceptionMessage *string `json:"SdkExceptionMessage,omitempty"`

	FinalHTTPStatusCode      *int    `json:"FinalHttpStatusCode,omitempty"`
	FinalAWSException        *string `json:"FinalAwsException,omitempty"`
	FinalAWSExceptionMessage *string `json:"FinalAwsExceptionMessage,omitempty"`
	FinalSDKException        *string `json:"FinalSdkException,omitempty"`
	FinalSDKExceptionMessage *string `json:"FinalSdkExceptionMessage,omitempty"`

	DestinationIP    *string `json:"DestinationIp,omitempty"`
	ConnectionReused *int    `json:"ConnectionReused,omitempty"`

	AcquireConnectionLatency *int `json:"AcquireConnectionLatency,omitempty"`
	ConnectLatency           *int `json:"ConnectLatency,omitempty"`
	RequestLatency           *int `json:"RequestLatency,omitempty"`
	DNSLatency               *int `json:"DnsLatency,omitempty"`
	TCPLatency               *int `json:"TcpLatency,omitempty"`
	SSLLatency               *int `json:"SslLatency,omitempty"`

	MaxRetriesExceeded *int `json:"MaxRetriesExceeded,omitempty"`
	APICallTimeout     *int `json:"ApiCallTimeout,omitempty"`
}

func BenchmarkEncode(b *testing.B) {
	all := events()
	var plain []plainEvent
	for _, datagram := range datagrams(b, all) {
		var p plainEvent
		if err := json.Unmarshal(datagram, &p); err != nil {
			b.Fatal(err)
		}
		plain = append(plain, p)
	}
	b.Run("csm", func(b *testing.B) {
		buf := make([]byte, 0, csm.MaxDatagram)
		cost(b, func(i int) (err error) {
			buf, err = all[i%len(all)].AppendJSON(buf[:0])
			return err
		})
	})
	b.Run("encoding-json", func(b *testing.B) { // what the SDK's own client does
		cost(b, func(i int) error {
			_, err := json.Marshal(&plain[i%len(plain)])
			return err
		})
	})
}

func BenchmarkDecode(b *testing.B) {
	all := datagrams(b, events())
	b.Run("csm", func(b *testing.B) {
		var e csm.Event
		cost(b, func(i int) error { return e.UnmarshalJSON(all[i%len(all)]) })
	})
	for _, library := range libraries {
		b.Run(library.name, func(b *testing.B) {
			cost(b, func(i int) error {
				var p plainEvent
				return library.unmarshal(all[i%len(all)], &p)
			})
		})
	}
}

var libraries = []struct {
	name      string
	unmarshal func([]byte, any) error
}{
	{"encoding-json", json.Unmarshal},
	{"json-v2", func(b []byte, v any) error { return jsonv2.Unmarshal(b, v) }},
	{"sonic", sonic.Unmarshal},
}

// All that are compared decode the same.
func TestDecodersAgree(t *testing.T) {
	for _, datagram := range datagrams(t, events()) {
		var e csm.Event
		if err := e.UnmarshalJSON(datagram); err != nil {
			t.Fatal(err)
		}
		again, err := e.AppendJSON(nil)
		if err != nil || string(again) != string(datagram) {
			t.Errorf("csm: %s, %v; want %s", again, err, datagram)
		}
		var want plainEvent
		if err := json.Unmarshal(datagram, &want); err != nil {
			t.Fatal(err)
		}
		for _, library := range libraries {
			var got plainEvent
			if err := library.unmarshal(datagram, &got); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %v, or another event", library.name, err)
			}
		}
	}
}
