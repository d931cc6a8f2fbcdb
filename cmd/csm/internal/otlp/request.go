package otlp

import (
	"math"
	"math/bits"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"

	"github.com/go-csm/csm/cmd/csm/internal/histogram"
)

// maxRequest is how many bytes the metrics of one request take at most, but for
// one series. A collector refuses more than 4 MiB over gRPC, and 20 MiB over HTTP.
const maxRequest = 2 << 20

// A request holds the metrics that are sent in one.
type request struct {
	taken         time.Time
	delta         bool
	sums          [numInstruments][]metricdata.DataPoint[int64]
	distributions [numInstruments][]metricdata.ExponentialHistogramDataPoint[float64]
	size          int // no less than the bytes that the points take
}

// add adds a number that has grown from past to now since start. With cumulative
// temporality past is 0. What has not grown is left out.
func (r *request) add(i instrument, a attribute.Set, start time.Time, now, past uint64) {
	n := min(less(now, past), math.MaxInt64)
	if n == 0 {
		return
	}
	r.sums[i] = append(r.sums[i], metricdata.DataPoint[int64]{Attributes: a, StartTime: start, Time: r.taken, Value: int64(n)})
	r.size += pointSize(a)
}

// addDistribution adds the values that were recorded between past and now.
func (r *request) addDistribution(i instrument, a attribute.Set, start time.Time, now, past *histogram.Histogram) {
	p := distributionPoint(now, past)
	if p.Count == 0 {
		return
	}
	p.Attributes, p.StartTime, p.Time = a, start, r.taken
	r.distributions[i] = append(r.distributions[i], p)
	r.size += pointSize(a) + 40
	for _, n := range p.PositiveBucket.Counts {
		r.size += bits.Len64(n)/7 + 1
	}
}

// pointSize is no less than what a point takes, but for buckets.
func pointSize(a attribute.Set) int {
	size := 60
	for i := a.Iter(); i.Next(); {
		kv := i.Attribute()
		size += len(kv.Key) + len(kv.Value.String()) + 14
	}
	return size
}

// distributionPoint is a point of the values that were recorded between past and
// now. Their extremes are known only if past is empty.
func distributionPoint(now, past *histogram.Histogram) metricdata.ExponentialHistogramDataPoint[float64] {
	counts, offset := now.Buckets(), now.Offset()
	shift := past.Scale() - now.Scale() // a histogram's scale never rises
	for i, n := range past.Buckets() {
		if j := (past.Offset()+i)>>max(shift, 0) - offset; j >= 0 && j < len(counts) {
			counts[j] = less(counts[j], n)
		}
	}
	p := metricdata.ExponentialHistogramDataPoint[float64]{
		Sum:            max(0, now.Sum()-past.Sum()),
		Scale:          int32(now.Scale()),
		ZeroCount:      less(now.Zeros(), past.Zeros()),
		PositiveBucket: metricdata.ExponentialBucket{Offset: int32(offset), Counts: counts},
	}
	p.Count = p.ZeroCount
	for _, n := range counts {
		p.Count += n
	}
	if past.Count() == 0 && now.Count() > 0 {
		p.Min, p.Max = metricdata.NewExtrema(now.Min()), metricdata.NewExtrema(now.Max())
	}
	return p
}

// less is a-b, or 0 if b is larger.
func less(a, b uint64) uint64 { return a - min(a, b) }

// metrics are the points of a request, each with its instrument.
func (r *request) metrics(res *resource.Resource, version string) *metricdata.ResourceMetrics {
	temporality := metricdata.CumulativeTemporality
	if r.delta {
		temporality = metricdata.DeltaTemporality
	}
	scope := metricdata.ScopeMetrics{Scope: instrumentation.Scope{Name: scopeName, Version: version}}
	for i, in := range instruments {
		var data metricdata.Aggregation
		switch in.kind {
		case distribution:
			data = metricdata.ExponentialHistogram[float64]{DataPoints: r.distributions[i], Temporality: temporality}
		case upDown: // the preference delta leaves those cumulative
			data = metricdata.Sum[int64]{DataPoints: r.sums[i], Temporality: metricdata.CumulativeTemporality}
		default:
			data = metricdata.Sum[int64]{DataPoints: r.sums[i], Temporality: temporality, IsMonotonic: true}
		}
		if len(r.sums[i])+len(r.distributions[i]) > 0 {
			scope.Metrics = append(scope.Metrics, metricdata.Metrics{
				Name: in.name, Description: in.description, Unit: in.unit, Data: data,
			})
		}
	}
	return &metricdata.ResourceMetrics{Resource: res, ScopeMetrics: []metricdata.ScopeMetrics{scope}}
}
