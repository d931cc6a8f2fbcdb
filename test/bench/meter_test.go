//go:build linux

package bench

import (
	"context"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/metrics"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// Meters are OpenTelemetry's instruments as the SDK wants them, as far as it uses
// them, in the way of the SDK's own adapter: each property is an attribute.
type meters struct{ provider metric.MeterProvider }

func (m meters) Meter(scope string, _ ...metrics.MeterOption) metrics.Meter {
	return meter{m.provider.Meter(scope), metrics.NopMeterProvider{}.Meter(scope)}
}

type meter struct {
	from          metric.Meter
	metrics.Meter // connections, of which this client has none
}

func (m meter) Int64Counter(name string, opts ...metrics.InstrumentOption) (metrics.Int64Counter, error) {
	o := options(opts)
	c, err := m.from.Int64Counter(name, metric.WithUnit(o.UnitLabel), metric.WithDescription(o.Description))
	return counter{c}, err
}

func (m meter) Float64Histogram(name string, opts ...metrics.InstrumentOption) (metrics.Float64Histogram, error) {
	o := options(opts)
	h, err := m.from.Float64Histogram(name, metric.WithUnit(o.UnitLabel), metric.WithDescription(o.Description))
	return histogram{h}, err
}

func options(opts []metrics.InstrumentOption) (o metrics.InstrumentOptions) {
	for _, fn := range opts {
		fn(&o)
	}
	return o
}

type counter struct{ to metric.Int64Counter }

func (c counter) Add(ctx context.Context, n int64, opts ...metrics.RecordMetricOption) {
	c.to.Add(ctx, n, metric.WithAttributes(attributes(opts)...))
}

type histogram struct{ to metric.Float64Histogram }

func (h histogram) Record(ctx context.Context, v float64, opts ...metrics.RecordMetricOption) {
	h.to.Record(ctx, v, metric.WithAttributes(attributes(opts)...))
}

func attributes(opts []metrics.RecordMetricOption) (all []attribute.KeyValue) {
	var o metrics.RecordMetricOptions
	for _, fn := range opts {
		fn(&o)
	}
	properties(&o.Properties, func(k string, v any) {
		if s, ok := v.(string); ok {
			all = append(all, attribute.String(k, s))
		}
	})
	return all
}

func properties(p *smithy.Properties, each func(string, any)) {
	for k, v := range p.Values() {
		if k, ok := k.(string); ok {
			each(k, v)
		}
	}
}
