package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"time"

	"github.com/go-csm/csm"
)

// userAgent is as aws-sdk-go-v2 has it.
const userAgent = "aws-sdk-go-v2/1.47.7 ua/2.1 os/linux lang/go#1.26.8 md/GOOS#linux md/GOARCH#amd64 api/s3#1.114.8 m/E,g"

// An operation is one that the program calls.
type operation struct {
	service, api, host string
	weight             int     // how often
	median             float64 // of its latency, in milliseconds
}

var operations = []operation{
	{"S3", "GetObject", "s3", 300, 18},
	{"S3", "PutObject", "s3", 120, 35},
	{"S3", "HeadObject", "s3", 90, 9},
	{"S3", "ListObjectsV2", "s3", 40, 60},
	{"DynamoDB", "GetItem", "dynamodb", 180, 4},
	{"DynamoDB", "Query", "dynamodb", 90, 8},
	{"DynamoDB", "TransactWriteItems", "dynamodb", 30, 25},
	{"SQS", "ReceiveMessage", "sqs", 60, 120},
	{"SQS", "DeleteMessage", "sqs", 50, 6},
	{"KMS", "Decrypt", "kms", 30, 5},
	{"Secrets Manager", "GetSecretValue", "secretsmanager", 8, 14},
	{"STS", "AssumeRole", "sts", 2, 80},
}

// generate writes a recording of n events to w, the same each time: a day of a
// program on twenty hosts, as package recording writes it.
func generate(w io.Writer, n int) error {
	b := bufio.NewWriterSize(w, 1<<20)
	r := rand.New(rand.NewPCG(1, 2))
	var wheel []operation
	for _, o := range operations {
		for range o.weight {
			wheel = append(wheel, o)
		}
	}
	began := time.Date(2026, 10, 12, 0, 0, 0, 0, time.UTC)
	between := 48 * time.Hour / time.Duration(n) // a call has two events and more
	var line []byte
	written := 0
	put := func(host int, e *csm.Event) error {
		line = fmt.Appendf(line[:0], `{"Host":"web-%02d"`, host)
		start := len(line)
		var err error
		if line, err = e.AppendJSON(line); err != nil {
			return err
		}
		line[start] = ',' // for the brace that opens the event
		line = append(line, '\n')
		written++
		_, err = b.Write(line)
		return err
	}
	for at := began; written < n; at = at.Add(between) {
		o, host := wheel[r.IntN(len(wheel))], r.IntN(20)
		latency := func() int { return int(o.median * math.Exp(0.6*r.NormFloat64())) }
		call := csm.Event{
			Type: csm.APICall, ClientID: "shop", Service: o.service, API: o.api, Region: "eu-central-1",
			Timestamp: at, UserAgent: userAgent, MaxRetriesExceeded: csm.Known(0),
		}
		attempts, total := 1, 0
		for n := 1; n <= attempts; n++ {
			took := latency()
			attempt := csm.Event{
				Type: csm.APICallAttempt, ClientID: call.ClientID, Service: o.service, API: o.api, Region: call.Region,
				Timestamp: at.Add(time.Duration(total) * time.Millisecond), UserAgent: userAgent,
				AttemptLatency: csm.Known(took), FQDN: o.host + ".eu-central-1.amazonaws.com", AccessKey: "ASIA…MPLE",
				HTTPStatusCode: csm.Known(200), XAmznRequestID: fmt.Sprintf("%016X%016X", r.Uint64(), r.Uint64()),
				DestinationIP: fmt.Sprintf("192.0.2.%d", r.IntN(256)), ConnectionReused: csm.Known(1),
				AcquireConnectionLatency: csm.Known(0), RequestLatency: csm.Known(took),
			}
			if r.IntN(50) == 0 {
				attempt.ConnectionReused, attempt.ConnectLatency = csm.Known(0), csm.Known(3)
				attempt.DNSLatency, attempt.TCPLatency, attempt.SSLLatency = csm.Known(1), csm.Known(1), csm.Known(2)
			}
			switch chance := r.IntN(200); {
			case chance < 2:
				attempt.HTTPStatusCode = csm.Known(503)
				attempt.AWSException, attempt.AWSExceptionMessage = "SlowDown", "Please reduce your request rate."
				attempts = min(attempts+1, 3)
			case chance == 2:
				attempt.HTTPStatusCode = csm.Known(404)
				attempt.AWSException, attempt.AWSExceptionMessage = "NoSuchKey", "The specified key does not exist."
			}
			total += took + 50*(n-1)
			call.FinalHTTPStatusCode = attempt.HTTPStatusCode
			call.FinalAWSException, call.FinalAWSExceptionMessage = attempt.AWSException, attempt.AWSExceptionMessage
			if err := put(host, &attempt); err != nil {
				return err
			}
		}
		call.AttemptCount, call.Latency = csm.Known(attempts), csm.Known(total)
		if err := put(host, &call); err != nil {
			return err
		}
	}
	return b.Flush()
}
