package otlp

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	metricpb "go.opentelemetry.io/proto/otlp/metrics/v1"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// The p99 of what three agents export is that of all their calls, but for the
// error of the buckets, also if the agents saw very different latencies.
func TestAFleetsPercentileIsRight(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			c := newCollector(t)
			endpoint := c.listen(protocol)
			r := rand.New(rand.NewPCG(3, 4))
			var all []float64
			for _, median := range []float64{2, 40, 900} { // milliseconds
				a := statistics.New(statistics.Limits{})
				for range 4000 {
					ms := int64(median * math.Exp(r.NormFloat64()))
					all = append(all, float64(ms)/1000)
					a.Add(&csm.Event{Type: csm.APICall, Service: "S3", API: "GetObject", Latency: csm.Known(ms)})
				}
				export(t, Options{Endpoint: endpoint, Protocol: protocol, Snapshot: a.Snapshot})
			}
			var points []*metricpb.ExponentialHistogramDataPoint
			for _, m := range c.all() {
				if m.Name == "rpc.client.call.duration" {
					points = append(points, m.GetExponentialHistogram().DataPoints...)
				}
			}
			if len(points) != 3 {
				t.Fatalf("%d points, want one of each agent", len(points))
			}
			slices.Sort(all)
			for _, q := range []float64{0.5, 0.9, 0.99, 0.999} {
				got, bound := merge(points).quantile(q)
				want := all[int(math.Ceil(q*float64(len(all))))-1]
				if math.Abs(got-want) > want*bound*(1+1e-9) {
					t.Errorf("p%v is %v, want %v ± %v %%", q*100, got, want, bound*100)
				}
				if bound > 0.045 {
					t.Errorf("the error is up to %v %%", bound*100)
				}
			}
		})
	}
}

// merged are the points of several histograms, added up as the specification says:
// at the lowest of their scales.
type merged struct {
	scale   int32
	zeros   uint64
	count   uint64
	buckets map[int]uint64
}

func merge(points []*metricpb.ExponentialHistogramDataPoint) merged {
	m := merged{scale: points[0].Scale, buckets: map[int]uint64{}}
	for _, p := range points {
		m.scale = min(m.scale, p.Scale)
	}
	for _, p := range points {
		m.zeros += p.ZeroCount
		m.count += p.Count
		for i, n := range p.Positive.BucketCounts {
			m.buckets[(int(p.Positive.Offset)+i)>>(p.Scale-m.scale)] += n
		}
	}
	return m
}

// quantile is the middle of the bucket that holds the quantile, and how far from
// it, as a part of it, what the bucket holds can be.
func (m merged) quantile(q float64) (value, bound float64) {
	rank := uint64(math.Ceil(q * float64(m.count)))
	base := math.Exp2(math.Exp2(-float64(m.scale)))
	bound = (base - 1) / (base + 1)
	if rank <= m.zeros {
		return 0, bound
	}
	seen := m.zeros
	var indexes []int
	for i := range m.buckets {
		indexes = append(indexes, i)
	}
	slices.Sort(indexes)
	for _, i := range indexes {
		if seen += m.buckets[i]; seen >= rank {
			low := math.Pow(base, float64(i))
			return 2 * low * base / (1 + base), bound
		}
	}
	return math.NaN(), bound
}

// What is exported with delta temporality adds up to what was counted, whichever
// exports fail.
func TestDeltasAddUp(t *testing.T) {
	cleanEnvironment(t)
	r := rand.New(rand.NewPCG(5, 6))
	a := statistics.New(statistics.Limits{})
	h := history{delta: true}
	total := map[int]uint64{} // buckets at the scale 0
	var zeros, count, tried uint64
	var sum float64
	ended := uint64(0)
	for i := range 200 {
		for range r.IntN(5) {
			ms := int64(math.Exp(r.NormFloat64()*float64(i)/40 + 2))
			a.Add(&csm.Event{Type: csm.APICall, Service: "S3", API: "GetObject", Latency: csm.Known(ms)})
			a.Add(&csm.Event{Type: csm.APICallAttempt, Service: "S3", API: "GetObject"})
		}
		s := a.Snapshot()
		s.Began, s.Taken = began, began.Add(time.Duration(i+1)*time.Second)
		for r, delivered := range h.requests(&s, nil) {
			if i%3 == 1 {
				continue // this one failed
			}
			delivered()
			for _, p := range r.distributions[callDuration] {
				if start := uint64(p.StartTime.UnixNano()); start < ended {
					t.Fatal("a point begins before the one ahead of it has ended")
				}
				ended = uint64(p.Time.UnixNano())
				zeros += p.ZeroCount
				count += p.Count
				sum += p.Sum
				for i, n := range p.PositiveBucket.Counts {
					total[(int(p.PositiveBucket.Offset)+i)>>max(p.Scale, 0)] += n
				}
			}
			for _, p := range r.sums[attempts] {
				tried += uint64(p.Value)
			}
		}
	}
	end := a.Snapshot()
	want := end.Total()
	last := want.Latency()
	if zeros != last.Zeros() || count != last.Count() || math.Abs(sum-last.Sum()) > 1e-6*last.Sum() {
		t.Errorf("%d zeros, %d values, sum %v; want %d, %d, %v", zeros, count, sum, last.Zeros(), last.Count(), last.Sum())
	}
	if tried != want.Attempts {
		t.Errorf("%d attempts, want %d", tried, want.Attempts)
	}
	for i, n := range last.Buckets() {
		total[(last.Offset()+i)>>max(last.Scale(), 0)] -= n
	}
	for i, n := range total {
		if n != 0 {
			t.Errorf("the bucket %d is off by %d", i, int64(n))
		}
	}
}
