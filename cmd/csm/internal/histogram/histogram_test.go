package histogram

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// samples are values of many kinds, the same in each run.
func samples() map[string][]float64 {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func(n int, f func() float64) []float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = f()
		}
		return values
	}
	return map[string][]float64{
		"none":           nil,
		"one":            {0.012},
		"one zero":       {0},
		"zeros":          {0, 0, 0},
		"zeros and ones": {0, 1, 0, 1, 1},
		"equal":          draw(50, func() float64 { return 0.25 }),
		"powers of two":  {0.5, 1, 2, 4, 8, 16, 32, 1024},
		"huge":           {math.MaxFloat64, 1, math.MaxFloat64 / 2, math.MaxInt64},
		"tiny":           {math.SmallestNonzeroFloat64, 5e-324 * 3, 1e-310, 2.3e-308},
		"all there is":   {0, math.SmallestNonzeroFloat64, 1e-300, 1e-9, 1, 1e9, 1e300, math.MaxFloat64},
		"milliseconds":   draw(1000, func() float64 { return float64(r.IntN(2000)) / 1000 }),
		"log-normal":     draw(1000, func() float64 { return math.Exp(r.NormFloat64()*2 - 3) }),
		"narrow":         draw(500, func() float64 { return 1 + r.Float64()/1e6 }),
		"wide":           draw(500, func() float64 { return math.Exp2(r.Float64()*2000 - 1000) }),
		"growing":        growing(300),
	}
}

func growing(n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = math.Pow(1.5, float64(i-n/2))
	}
	return values
}

func record(values []float64) *Histogram {
	h := new(Histogram)
	for _, v := range values {
		h.Record(v)
	}
	return h
}

var quantiles = []float64{0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1}

func TestQuantileIsWithinItsErrorOfTheSortedValues(t *testing.T) {
	for name, values := range samples() {
		t.Run(name, func(t *testing.T) {
			h := record(values)
			sorted := slices.Sorted(slices.Values(values))
			for _, q := range quantiles {
				want := 0.0
				if n := len(sorted); n > 0 {
					want = sorted[max(0, int(math.Ceil(q*float64(n)))-1)]
				}
				got := h.Quantile(q)
				if bound := want * h.RelativeError() * (1 + 1e-9); math.Abs(got-want) > bound {
					t.Errorf("Quantile(%v) = %v, want %v ± %v", q, got, want, bound)
				}
			}
		})
	}
}

func TestCountSumAndExtremesAreExact(t *testing.T) {
	for name, values := range samples() {
		t.Run(name, func(t *testing.T) {
			h := record(values)
			sum := 0.0
			for _, v := range values {
				sum += v
			}
			if got := h.Count(); got != uint64(len(values)) {
				t.Errorf("Count = %d, want %d", got, len(values))
			}
			if h.Sum() != sum {
				t.Errorf("Sum = %v, want %v", h.Sum(), sum)
			}
			if len(values) > 0 && (h.Max() != slices.Max(values) || h.Quantile(0) != slices.Min(values)) {
				t.Errorf("Max, Quantile(0) = %v, %v, want %v, %v", h.Max(), h.Quantile(0), slices.Max(values), slices.Min(values))
			}
		})
	}
}

// exactly is what of a histogram must not depend on the order of its values: all
// but the sum, which is rounded.
func exactly(h *Histogram) Histogram {
	c := *h
	c.sum = 0
	return c
}

func TestMergeOfPartsIsTheWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for name, values := range samples() {
		for parts := 1; parts <= 5; parts++ {
			t.Run(fmt.Sprintf("%s in %d", name, parts), func(t *testing.T) {
				split := make([]Histogram, parts)
				for _, v := range values {
					split[r.IntN(parts)].Record(v)
				}
				r.Shuffle(parts, func(i, j int) { split[i], split[j] = split[j], split[i] })
				merged := new(Histogram)
				for i := range split {
					before := split[i].Clone()
					merged.Merge(&split[i])
					if !reflect.DeepEqual(before, split[i].Clone()) {
						t.Error("Merge changed its argument")
					}
				}
				whole := record(values)
				if got, want := exactly(merged), exactly(whole); !reflect.DeepEqual(got, want) {
					t.Errorf("merged %+v\n whole %+v", got, want)
				}
				if math.Abs(merged.Sum()-whole.Sum()) > 1e-12*whole.Sum() {
					t.Errorf("Sum = %v, want %v", merged.Sum(), whole.Sum())
				}
			})
		}
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for name, values := range samples() {
		want := exactly(record(values))
		for range 5 {
			r.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
			if got := exactly(record(values)); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %+v\nwant %+v", name, got, want)
			}
		}
	}
}

func TestBucketsAreThoseOfOpenTelemetry(t *testing.T) {
	for name, values := range samples() {
		h := record(values)
		if n := h.buckets.len(); n > MaxBuckets {
			t.Errorf("%s: %d buckets", name, n)
		}
		sum := h.zeros
		for _, n := range h.Buckets() {
			sum += n
		}
		if sum != h.count {
			t.Errorf("%s: %d values in buckets, want %d", name, sum, h.count)
		}
		for _, v := range values {
			if v == 0 {
				continue
			}
			i := index(v) >> h.shift
			low, high := h.bound(i), h.bound(i+1)
			if !(low*(1-1e-9) <= v && v <= high*(1+1e-9)) {
				t.Errorf("%s: %v in bucket %d, which is (%v, %v]", name, v, i, low, high)
			}
		}
	}
	for exponent := -1074; exponent <= 1023; exponent++ { // upper bounds are part of the bucket
		v := math.Ldexp(1, exponent)
		for shift := range uint8(MaxScale + 11) {
			perOctave := math.Ldexp(1, MaxScale-int(shift))
			want := int(math.Ceil(float64(exponent)*perOctave)) - 1
			if got := index(v) >> shift; got != want {
				t.Fatalf("2^%d at scale %d is in bucket %d, want %d", exponent, MaxScale-int(shift), got, want)
			}
		}
	}
}

func TestScaleIsNoLowerThanNeeded(t *testing.T) {
	for _, test := range []struct {
		values []float64
		scale  int
	}{
		{[]float64{1}, 20},
		{[]float64{1, 1.0001}, 20},
		{[]float64{0.001, 60}, 3},
		{[]float64{1, math.Ldexp(1, 159)}, 0}, // 1 is in bucket -1: 160 of them
		{[]float64{1, math.Ldexp(1, 160)}, -1},
		{[]float64{math.SmallestNonzeroFloat64, math.MaxFloat64}, -4},
	} {
		if h := record(test.values); h.Scale() != test.scale {
			t.Errorf("%v: scale %d, want %d", test.values, h.Scale(), test.scale)
		}
	}
}

func TestValuesThatAreNoneAreLeftOut(t *testing.T) {
	h := record([]float64{-1, math.NaN(), math.Inf(1), math.Inf(-1)})
	if h.Count() != 0 || h.Sum() != 0 {
		t.Errorf("recorded: %+v", h)
	}
}

func TestCloneSharesNothing(t *testing.T) {
	h := record([]float64{1, 2, 3})
	c := h.Clone()
	h.Record(2)
	if c.Count() != 3 || !reflect.DeepEqual(*c, *record([]float64{1, 2, 3})) {
		t.Errorf("the clone changed: %+v", c)
	}
}

// What the accessors give is all that there is to tell of the values.
func TestAccessors(t *testing.T) {
	for name, values := range samples() {
		h := record(values)
		var zeros uint64
		want := make(map[int]uint64)
		for _, v := range values {
			if v == 0 {
				zeros++
				continue
			}
			want[index(v)>>(MaxScale-h.Scale())]++
		}
		got := make(map[int]uint64)
		buckets := h.Buckets()
		for i, n := range buckets {
			if n > 0 {
				got[h.Offset()+i] = n
			}
		}
		if h.Zeros() != zeros || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %d zeros and buckets %v, want %d and %v", name, h.Zeros(), got, zeros, want)
		}
		if len(values) > 0 && h.Min() != slices.Min(values) {
			t.Errorf("%s: Min = %v, want %v", name, h.Min(), slices.Min(values))
		}
		if len(buckets) > 0 {
			if buckets[0] == 0 || buckets[len(buckets)-1] == 0 {
				t.Errorf("%s: an empty bucket at an end: %v", name, buckets)
			}
			buckets[0] = 0
			if h.Buckets()[0] == 0 {
				t.Errorf("%s: Buckets is no copy", name)
			}
		}
	}
	if h := record(nil); h.Scale() != MaxScale || h.Offset() != 0 || h.Min() != 0 || len(h.Buckets()) != 0 {
		t.Errorf("an empty histogram: %+v", h)
	}
}

func FuzzMerge(f *testing.F) {
	f.Add(1.0, 2.0, 0.001, 0.0)
	f.Add(math.MaxFloat64, math.SmallestNonzeroFloat64, 1.0, -1.0)
	f.Fuzz(func(t *testing.T, a, b, c, d float64) {
		merged := record([]float64{c, d})
		merged.Merge(record([]float64{a, b}))
		if got, want := exactly(merged), exactly(record([]float64{a, b, c, d})); !reflect.DeepEqual(got, want) {
			t.Errorf("merged %+v\n whole %+v", got, want)
		}
		if q := merged.Quantile(0.5); !(q >= merged.Quantile(0) && q <= merged.Max()) {
			t.Errorf("Quantile(0.5) = %v of %+v", q, merged)
		}
	})
}

func TestRecordMillisIsRecordInSeconds(t *testing.T) {
	for _, ms := range []int64{math.MinInt64, -1, 0, 1, 2, 3, 1000, fewMillis - 1, fewMillis, fewMillis + 1, math.MaxInt64} {
		var got Histogram
		got.RecordMillis(ms)
		if want := record([]float64{float64(ms) / 1000}); !reflect.DeepEqual(&got, want) {
			t.Errorf("%d ms: %+v, want %+v", ms, got, want)
		}
	}
	var got, want Histogram
	for ms := range int64(2 * fewMillis) {
		got.RecordMillis(ms * 7 % 6000)
		want.Record(float64(ms*7%6000) / 1000)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("many: %+v, want %+v", got, want)
	}
}
