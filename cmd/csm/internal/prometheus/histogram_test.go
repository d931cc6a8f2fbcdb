package prometheus

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-csm/csm/cmd/csm/internal/histogram"
)

// recorded is a histogram of values.
func recorded(values ...float64) *histogram.Histogram {
	h := new(histogram.Histogram)
	for _, v := range values {
		h.Record(v)
	}
	return h
}

// buckets are the positive buckets of a native histogram by their index.
func buckets(t *testing.T, h *dto.Histogram) map[int]int64 {
	t.Helper()
	all := map[int]int64{}
	index, delta := 0, 0
	var count int64
	for i, span := range h.PositiveSpan {
		if i > 0 && span.GetOffset() < 0 {
			t.Fatalf("span %d begins before the end of the one before", i)
		}
		index += int(span.GetOffset())
		for range span.GetLength() {
			count += h.PositiveDelta[delta]
			delta++
			if count < 0 {
				t.Fatalf("bucket %d has %d values", index, count)
			}
			if count > 0 {
				all[index] = count
			}
			index++
		}
	}
	if delta != len(h.PositiveDelta) {
		t.Fatalf("%d deltas for %d buckets", len(h.PositiveDelta), delta)
	}
	return all
}

// counted is the same as native, by Prometheus' own client at a schema.
func counted(t *testing.T, schema int32, values []float64) *dto.Histogram {
	t.Helper()
	h := prometheus.NewHistogram(prometheus.HistogramOpts{
		NativeHistogramBucketFactor:  math.Exp2(math.Ldexp(1, -int(schema))) * (1 + 1e-9),
		NativeHistogramZeroThreshold: zeroThreshold,
	})
	for _, v := range values {
		h.Observe(v)
	}
	var m dto.Metric
	if err := h.Write(&m); err != nil {
		t.Fatal(err)
	}
	if got := m.Histogram.GetSchema(); got != schema {
		t.Fatalf("the client has schema %d, want %d", got, schema)
	}
	return m.Histogram
}

func TestNativeHistogramsAreThoseOfPrometheusOwnClient(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	many := func(n int, value func() float64) []float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = value()
		}
		return values
	}
	for _, test := range []struct {
		name   string
		values []float64
		schema int32
	}{
		{"nothing", nil, 8},
		{"zeros", []float64{0, 0}, 8},
		{"one value, finer than Prometheus has it", []float64{0.123}, 8},
		{"values that are all but equal", many(500, func() float64 { return 1 + r.Float64()/1e5 }), 8},
		{"powers of two, which are bounds", []float64{0.25, 0.5, 1, 2, 4, 4}, 5},
		{"neighbours of a bound", []float64{math.Nextafter(1, 0), 1, math.Nextafter(1, 2)}, 8},
		{"milliseconds", many(2000, func() float64 { return float64(r.IntN(2000)) / 1000 }), 3},
		{"from a millisecond to a day", many(2000, func() float64 { return math.Exp2(r.Float64()*26 - 10) }), 2},
		{"two that are far apart", []float64{0.001, 100000}, 2},
		{"the widest range that there is", []float64{1e-100, 1e100, 1, math.MaxFloat64}, -4},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := native(recorded(test.values...))
			if got.GetSchema() != test.schema {
				t.Fatalf("schema %d, want %d", got.GetSchema(), test.schema)
			}
			want := counted(t, test.schema, test.values)
			if got.GetSampleCount() != want.GetSampleCount() || got.GetZeroCount() != want.GetZeroCount() {
				t.Errorf("count and zeros %d, %d, want %d, %d",
					got.GetSampleCount(), got.GetZeroCount(), want.GetSampleCount(), want.GetZeroCount())
			}
			gotBuckets, wantBuckets := buckets(t, got), buckets(t, want)
			if len(gotBuckets) != len(wantBuckets) {
				t.Errorf("%d buckets, want %d", len(gotBuckets), len(wantBuckets))
			}
			for i, n := range wantBuckets {
				if gotBuckets[i] != n {
					t.Errorf("bucket %d has %d values, want %d", i, gotBuckets[i], n)
				}
			}
		})
	}
}

func TestEmptyBucketsTakeLittleRoom(t *testing.T) {
	got := native(recorded(0.001, 0.0011, 100, 1000))
	if n := len(got.PositiveDelta); n > 8 {
		t.Errorf("%d buckets for 4 values", n)
	}
}

func TestClassicBucketsHaveAllThatIsNotLarger(t *testing.T) {
	h := recorded(0, 0.001, 0.005, 0.006, 0.010, 0.011, 0.25, 0.9, 1, 1.05, 9, 10, 11, 60)
	want := map[float64]uint64{
		0.005: 3, 0.01: 5, 0.025: 6, 0.05: 6, 0.075: 6, 0.1: 6, 0.25: 7, 0.5: 7, 0.75: 7, 1: 9, 2.5: 10, 5: 10, 7.5: 10,
		10: 12,
	}
	got := classic(h)
	if len(got) != len(want) {
		t.Fatalf("%d buckets, want %d", len(got), len(want))
	}
	for _, b := range got {
		if n := want[b.GetUpperBound()]; b.GetCumulativeCount() != n {
			t.Errorf("le %v: %d, want %d", b.GetUpperBound(), b.GetCumulativeCount(), n)
		}
	}
}

func TestClassicBucketsNeverFall(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	h := new(histogram.Histogram)
	last := make([]uint64, len(bounds))
	exact := make([]uint64, len(bounds))
	for i := range 3000 {
		// The range grows, and the resolution falls with it.
		v := math.Exp2((r.Float64()*2 - 1) * (0.1 + float64(i)/100))
		h.Record(v)
		for b, bucket := range classic(h) {
			if v <= bounds[b] {
				exact[b]++
			}
			n := bucket.GetCumulativeCount()
			if n < last[b] || n < exact[b] || n > h.Count() {
				t.Fatalf("at scale %d, le %v: %d after %d, and %d values are not larger, of %d",
					h.Scale(), bounds[b], n, last[b], exact[b], h.Count())
			}
			last[b] = n
		}
	}
	if h.Scale() > 1 {
		t.Errorf("scale %d: the resolution did not fall", h.Scale())
	}
}
