package otlp

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
)

// A metricSender delivers metrics: an exporter of the SDK. Export returns when the
// collector has answered, or ctx is done.
type metricSender interface {
	Export(ctx context.Context, rm *metricdata.ResourceMetrics) error
	Shutdown(ctx context.Context) error
}

// A logSender delivers log records, as a metricSender metrics.
type logSender interface {
	Export(ctx context.Context, records []sdklog.Record) error
	Shutdown(ctx context.Context) error
}

// Waits between tries, which grow from the first to the last. The SDK's exporters
// begin with five seconds, in which events fill a queue.
const (
	firstWait = time.Second
	lastWait  = 10 * time.Second
)

// reconnect makes gRPC connect again as soon. By itself it waits two minutes.
var reconnect = grpc.WithConnectParams(grpc.ConnectParams{
	Backoff:           backoff.Config{BaseDelay: firstWait, Multiplier: 1.6, Jitter: 0.2, MaxDelay: lastWait},
	MinConnectTimeout: lastWait,
})

// newMetricSender makes the sender of metrics. It does not connect yet.
func newMetricSender(ctx context.Context, s settings) (metricSender, error) {
	var sender metricSender
	var err error
	if s.metrics.grpc {
		o := []otlpmetricgrpc.Option{
			otlpmetricgrpc.WithDialOption(reconnect),
			otlpmetricgrpc.WithRetry(otlpmetricgrpc.RetryConfig{
				Enabled: true, InitialInterval: firstWait, MaxInterval: lastWait, MaxElapsedTime: s.Timeout,
			}),
		}
		if s.metrics.url != "" {
			o = append(o, otlpmetricgrpc.WithEndpointURL(s.metrics.url))
		}
		sender, err = otlpmetricgrpc.New(ctx, o...)
	} else {
		o := []otlpmetrichttp.Option{
			otlpmetrichttp.WithRetry(otlpmetrichttp.RetryConfig{
				Enabled: true, InitialInterval: firstWait, MaxInterval: lastWait, MaxElapsedTime: s.Timeout,
			}),
		}
		if s.metrics.url != "" {
			o = append(o, otlpmetrichttp.WithEndpointURL(s.metrics.url))
		}
		sender, err = otlpmetrichttp.New(ctx, o...)
	}
	if err != nil {
		return nil, fmt.Errorf("csm: cannot export metrics over OTLP: %w", err)
	}
	return sender, nil
}

// newLogSender makes the sender of log records. It does not connect yet.
func newLogSender(ctx context.Context, s settings) (logSender, error) {
	var sender logSender
	var err error
	if s.logs.grpc {
		o := []otlploggrpc.Option{
			otlploggrpc.WithDialOption(reconnect),
			otlploggrpc.WithRetry(otlploggrpc.RetryConfig{
				Enabled: true, InitialInterval: firstWait, MaxInterval: lastWait, MaxElapsedTime: s.batchTimeout,
			}),
		}
		if s.logs.url != "" {
			o = append(o, otlploggrpc.WithEndpointURL(s.logs.url))
		}
		sender, err = otlploggrpc.New(ctx, o...)
	} else {
		o := []otlploghttp.Option{
			otlploghttp.WithRetry(otlploghttp.RetryConfig{
				Enabled: true, InitialInterval: firstWait, MaxInterval: lastWait, MaxElapsedTime: s.batchTimeout,
			}),
		}
		if s.logs.url != "" {
			o = append(o, otlploghttp.WithEndpointURL(s.logs.url))
		}
		sender, err = otlploghttp.New(ctx, o...)
	}
	if err != nil {
		return nil, fmt.Errorf("csm: cannot export events over OTLP: %w", err)
	}
	return sender, nil
}
