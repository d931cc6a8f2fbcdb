package otlp

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"google.golang.org/grpc/grpclog"
)

const (
	serviceName = "csm-agent"                                   // unless the environment has another
	scopeName   = "github.com/go-csm/csm/cmd/csm/internal/otlp" // who has measured
)

// newResource is what all that is exported belongs to: this agent on this host.
// The environment has the last word.
func newResource(ctx context.Context, version string) (*resource.Resource, error) {
	attributes := []attribute.KeyValue{semconv.ServiceName(serviceName)}
	if version != "" {
		attributes = append(attributes, semconv.ServiceVersion(version))
	}
	r, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithHost(),
		resource.WithService(), // a service.instance.id of its own
		resource.WithAttributes(attributes...),
		resource.WithFromEnv(),
	)
	if err != nil {
		return nil, fmt.Errorf("csm: OTEL_RESOURCE_ATTRIBUTES: %w; write name=value,name=value", err)
	}
	return r, nil
}

// silence keeps the libraries from writing to stderr, where they have a logger
// each for the whole process. What they would say is returned as an error as well,
// or was found out before; and they repeat headers, which can be secrets.
var silence = sync.OnceFunc(func() {
	otel.SetLogger(logr.Discard())
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {}))
	grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, io.Discard))
})
