//go:build linux

package bench

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"go.opentelemetry.io/contrib/instrumentation/github.com/aws/aws-sdk-go-v2/otelaws"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/sdkv2"
)

// answer is what the service answers to each request, without a network.
const answer = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
	`<Arn>arn:aws:iam::123456789012:user/me</Arn><UserId>AIDA</UserId><Account>123456789012</Account>` +
	`</GetCallerIdentityResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`

type service struct{}

func (service) RoundTrip(r *http.Request) (*http.Response, error) { return service{}.Do(r) }

func (service) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{"X-Amzn-Requestid": {"r-1"}, "Content-Type": {"text/xml"}},
		Body:          io.NopCloser(strings.NewReader(answer)),
		ContentLength: int64(len(answer)),
		Request:       r,
	}, nil
}

// Writes are a service that writes datagrams at each request.
type writes struct {
	to        net.Conn
	datagrams [][]byte
}

func (w writes) Do(r *http.Request) (*http.Response, error) {
	for _, d := range w.datagrams {
		if _, err := w.to.Write(d); err != nil {
			return nil, err
		}
	}
	return service{}.Do(r)
}

func config() aws.Config {
	return aws.Config{
		Region:      "eu-central-1",
		Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "secret", ""),
		HTTPClient:  service{},
	}
}

// kinds are the ways to make a client of aws-sdk-go-v2.
var kinds = []struct {
	name   string
	client func(testing.TB, string) *sts.Client // the string is the address of an agent
}{
	{"none", func(testing.TB, string) *sts.Client { return sts.NewFromConfig(config()) }},
	{"off", func(t testing.TB, _ string) *sts.Client {
		cfg := config()
		if err := sdkv2.Instrument(&cfg); err != nil { // nothing is configured
			t.Fatal(err)
		}
		return sts.NewFromConfig(cfg)
	}},
	{"writes", func(t testing.TB, agent string) *sts.Client { // of two datagrams, and nothing else
		conn, err := net.Dial("udp", agent)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		cfg := config()
		cfg.HTTPClient = writes{conn, datagrams(t, events())}
		return sts.NewFromConfig(cfg)
	}},
	{"csm", func(t testing.TB, agent string) *sts.Client {
		cfg := config()
		r, err := csm.New(csm.Options{Address: agent, ClientID: "shop"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.Close() })
		if err := sdkv2.Instrument(&cfg, func(o *sdkv2.Options) { o.Reporter = r }); err != nil {
			t.Fatal(err)
		}
		return sts.NewFromConfig(cfg)
	}},
	{"otelaws", func(t testing.TB, _ string) *sts.Client { // spans, as a program exports them, to nowhere
		provider := trace.NewTracerProvider(trace.WithBatcher(tracetest.NewNoopExporter()))
		t.Cleanup(func() { _ = provider.Shutdown(context.Background()) })
		cfg := config()
		otelaws.AppendMiddlewares(&cfg.APIOptions, otelaws.WithTracerProvider(provider))
		return sts.NewFromConfig(cfg)
	}},
	{"meter", func(testing.TB, string) *sts.Client { // the SDK's own metrics, in OpenTelemetry's instruments
		provider := metric.NewMeterProvider(metric.WithReader(metric.NewManualReader()))
		return sts.NewFromConfig(config(), func(o *sts.Options) { o.MeterProvider = meters{provider} })
	}},
}

// BenchmarkV2Call is a call of one attempt; without a network, so that its own cost
// is not lost in that.
func BenchmarkV2Call(b *testing.B) {
	to := receive(b)
	for _, kind := range kinds {
		b.Run(kind.name, func(b *testing.B) {
			client := kind.client(b, to.address)
			cost(b, func(int) error {
				_, err := client.GetCallerIdentity(context.Background(), nil)
				return err
			})
		})
	}
}

// BenchmarkV2Goroutines are calls from several goroutines at a time, for what
// monitoring adds to one.
func BenchmarkV2Goroutines(b *testing.B) {
	to := receive(b)
	for _, goroutines := range []int{1, 4, 16, 64} {
		for _, kind := range kinds {
			if kind.name != "none" && kind.name != "csm" {
				continue
			}
			b.Run(fmt.Sprintf("%s/goroutines=%d", kind.name, goroutines), func(b *testing.B) {
				client := kind.client(b, to.address)
				each := 4000 / goroutines
				cost(b, func(int) error {
					var calling sync.WaitGroup
					for range goroutines {
						calling.Go(func() {
							for range each {
								if _, err := client.GetCallerIdentity(context.Background(), nil); err != nil {
									b.Error(err)
								}
							}
						})
					}
					calling.Wait()
					return nil
				})
			})
		}
	}
}
