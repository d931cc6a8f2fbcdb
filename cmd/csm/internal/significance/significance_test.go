package significance

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/go-csm/csm/cmd/csm/internal/histogram"
)

func about(got, want float64) bool { return math.Abs(got-want) <= 1e-6*want }

// The expected values are those of scipy.stats.fisher_exact.
func TestRates(t *testing.T) {
	for _, test := range []struct {
		k1, n1, k2, n2 uint64
		want           float64
	}{
		{0, 0, 5, 10, 1},
		{0, 10, 0, 10, 1},
		{10, 10, 10, 10, 1},
		{8, 10, 1, 6, 0.034965034965},
		{1, 10, 9, 10, 0.001093333911},
		{0, 1000, 12, 1000, 0.000472340697},
		{5, 1000, 7, 1000, 0.773734414694},
		{990, 1000, 970, 1000, 0.002008333562},
		{50, 100_000, 100, 100_000, 5.413064651e-5},
	} {
		for _, swapped := range []bool{false, true} {
			k1, n1, k2, n2 := test.k1, test.n1, test.k2, test.n2
			if swapped {
				k1, n1, k2, n2 = k2, n2, k1, n1
			}
			if got := Rates(k1, n1, k2, n2); !about(got, test.want) {
				t.Errorf("Rates(%d, %d, %d, %d) = %v, want %v", k1, n1, k2, n2, got, test.want)
			}
		}
	}
}

// Counts beyond what a float64 can tell apart give a probability all the same.
func TestHugeCounts(t *testing.T) {
	for _, k2 := range []uint64{0, 3, 5} {
		for _, k1 := range []uint64{0, 5, 1 << 59, 1 << 60} {
			if p := Rates(k1, 1<<60+5, k2, 5); !(p >= 0 && p <= 1) {
				t.Errorf("%d of many and %d of 5: %v", k1, k2, p)
			}
		}
	}
}

// Where one test is taken for the other, they agree.
func TestManyCasesAreAsFew(t *testing.T) {
	for _, k2 := range []uint64{2100, 2200, 2300} {
		exact := fisher(2050, 20_000, float64(2050+k2), 40_000)
		if got := Rates(2050, 20_000, k2, 20_000); math.Abs(got-exact) > 0.05*exact+0.005 {
			t.Errorf("%d cases: %v, exactly %v", k2, got, exact)
		}
	}
}

func values(n int, f func(i int) float64) *histogram.Histogram {
	h := new(histogram.Histogram)
	for i := range n {
		h.Record(f(i))
	}
	return h
}

// The expected values are those of scipy.stats.mannwhitneyu with method asymptotic.
func TestDistributions(t *testing.T) {
	whole := func(from int) func(int) float64 { return func(i int) float64 { return float64(from + i) } }
	for _, test := range []struct {
		name string
		a, b *histogram.Histogram
		want float64
	}{
		{"equal", values(20, whole(1)), values(20, whole(1)), 1},
		{"all one value", values(20, func(int) float64 { return 5 }), values(30, func(int) float64 { return 5 }), 1},
		{"shifted", values(20, whole(1)), values(20, whole(11)), 5.21254962e-05},
		{"apart", values(10, whole(1)), values(10, whole(21)), 0.000182671791},
		{"zeros and ones", values(30, func(i int) float64 { return float64(i % 2) }), values(30, func(i int) float64 { return float64(min(1, i%5)) }), 0.016099067061},
	} {
		if got := Distributions(test.a, test.b); !about(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
		if got := Distributions(test.b, test.a); !about(got, test.want) {
			t.Errorf("%s, the other way round: %v, want %v", test.name, got, test.want)
		}
	}
	few := values(MinValues-1, whole(1))
	if p, q := Distributions(few, values(20, whole(1))), Quantiles(few, values(20, whole(1)), 0.5); !math.IsNaN(p) || !math.IsNaN(q) {
		t.Errorf("of few values: %v, %v", p, q)
	}
}

// Of samples of one distribution, a part of about 5 % differs at the level of 5 %.
func TestNoiseIsNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func(n int) *histogram.Histogram {
		return values(n, func(int) float64 { return 0.02 * math.Exp(0.6*r.NormFloat64()) })
	}
	const rounds = 2000
	var whole, tail int
	for range rounds {
		a, b := draw(400), draw(300)
		if Distributions(a, b) < 0.05 {
			whole++
		}
		if Quantiles(a, b, 0.9) < 0.05 {
			tail++
		}
	}
	// Fisher's test errs to the safe side.
	if whole < rounds*3/100 || whole > rounds*7/100 || tail < rounds*1/100 || tail > rounds*6/100 {
		t.Errorf("of %d: %d as a whole, %d at the tail", rounds, whole, tail)
	}
}

func TestWhatDiffersIsSeen(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	fast := values(1000, func(int) float64 { return 0.02 * math.Exp(0.6*r.NormFloat64()) })
	slow := values(1000, func(int) float64 { return 0.024 * math.Exp(0.6*r.NormFloat64()) })
	tail := values(1000, func(i int) float64 {
		v := 0.02 * math.Exp(0.6*r.NormFloat64())
		if i%20 == 0 {
			v *= 20
		}
		return v
	})
	if p := Distributions(fast, slow); p > 1e-6 {
		t.Errorf("slower by a fifth: %v", p)
	}
	if p := Quantiles(fast, tail, 0.99); p > 1e-3 {
		t.Errorf("a longer tail: %v", p)
	}
	ones := values(1000, func(i int) float64 { return float64(1 + i%2) })
	threes := values(1000, func(i int) float64 { return float64(2 + i%2) })
	if p := Quantiles(ones, threes, 0.99); p > 1e-6 {
		t.Errorf("many values that are the largest: %v", p)
	}
	if p := Quantiles(fast, slow, 0.5); p > 1e-3 {
		t.Errorf("a larger median: %v", p)
	}
}

func TestHolm(t *testing.T) {
	p := []float64{0.01, math.NaN(), 0.04, 0.03, 0.005}
	Holm(p)
	for i, want := range []float64{0.03, math.NaN(), 0.06, 0.06, 0.02} {
		if !about(p[i], want) && !(math.IsNaN(p[i]) && math.IsNaN(want)) {
			t.Errorf("%d: %v, want %v", i, p[i], want)
		}
	}
}
