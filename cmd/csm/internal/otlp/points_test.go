package otlp

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	logpb "go.opentelemetry.io/proto/otlp/logs/v1"
	metricpb "go.opentelemetry.io/proto/otlp/metrics/v1"
)

// line tells attributes as name=value, sorted.
func line(attributes []*commonpb.KeyValue) string {
	var parts []string
	for _, a := range attributes {
		var v any
		switch value := a.Value.Value.(type) {
		case *commonpb.AnyValue_StringValue:
			v = value.StringValue
		case *commonpb.AnyValue_IntValue:
			v = value.IntValue
		case *commonpb.AnyValue_DoubleValue:
			v = value.DoubleValue
		case *commonpb.AnyValue_BoolValue:
			v = value.BoolValue
		}
		parts = append(parts, fmt.Sprintf("%s=%v", a.Key, v))
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// all are the metrics of all the requests so far, in their order.
func (c *collector) all() (metrics []*metricpb.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, request := range c.metrics {
		for _, r := range request.ResourceMetrics {
			for _, s := range r.ScopeMetrics {
				metrics = append(metrics, s.Metrics...)
			}
		}
	}
	return metrics
}

// sums are the values of the points of sums, by "name attributes". A point that
// comes twice is an error.
func sums(t *testing.T, metrics []*metricpb.Metric) map[string]int64 {
	t.Helper()
	values := map[string]int64{}
	for _, m := range metrics {
		for _, p := range m.GetSum().GetDataPoints() {
			name := strings.TrimSpace(m.Name + " " + line(p.Attributes))
			if _, twice := values[name]; twice {
				t.Errorf("%s came twice", name)
			}
			values[name] = p.GetAsInt()
		}
	}
	return values
}

// distributions are the points of histograms, by "name attributes".
func distributions(metrics []*metricpb.Metric) map[string][]*metricpb.ExponentialHistogramDataPoint {
	points := map[string][]*metricpb.ExponentialHistogramDataPoint{}
	for _, m := range metrics {
		for _, p := range m.GetExponentialHistogram().GetDataPoints() {
			name := m.Name + " " + line(p.Attributes)
			points[name] = append(points[name], p)
		}
	}
	return points
}

// records are the log records of all the requests so far.
func (c *collector) records() (records []*logpb.LogRecord) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, request := range c.logs {
		for _, r := range request.ResourceLogs {
			for _, s := range r.ScopeLogs {
				records = append(records, s.LogRecords...)
			}
		}
	}
	return records
}
