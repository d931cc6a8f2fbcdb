package significance

import (
	"math"

	"github.com/go-csm/csm/cmd/csm/internal/histogram"
)

// MinValues is how many values each of two distributions must have to be compared.
const MinValues = 10

// pairs are the counts of two histograms in the same buckets, from the smallest
// values to the largest.
type pairs [][2]float64

func pairsOf(a, b *histogram.Histogram) pairs {
	scale := min(a.Scale(), b.Scale())
	low, high := math.MaxInt, math.MinInt
	for _, h := range []*histogram.Histogram{a, b} {
		if n := len(h.Buckets()); n > 0 {
			low = min(low, h.Offset()>>(h.Scale()-scale))
			high = max(high, (h.Offset()+n-1)>>(h.Scale()-scale))
		}
	}
	counts := make(pairs, 1+max(0, high-low+1))
	for side, h := range []*histogram.Histogram{a, b} {
		counts[0][side] = float64(h.Zeros())
		for i, n := range h.Buckets() {
			counts[1+(h.Offset()+i)>>(h.Scale()-scale)-low][side] += float64(n)
		}
	}
	return counts
}

// Distributions compares two distributions as a whole: whether the values of one tend
// to be larger than those of the other. It is the Mann-Whitney U test, two-sided, in
// its normal approximation with ties: values of one bucket are equal. It is NaN if
// one has fewer than [MinValues] values.
func Distributions(a, b *histogram.Histogram) float64 {
	n1, n2 := float64(a.Count()), float64(b.Count())
	if min(n1, n2) < MinValues {
		return math.NaN()
	}
	n := n1 + n2
	below, ranks, ties := 0.0, 0.0, 0.0
	for _, c := range pairsOf(a, b) {
		t := c[0] + c[1]
		ranks += c[0] * (below + (t+1)/2)
		ties += t * (t*t - 1)
		below += t
	}
	u := ranks - n1*(n1+1)/2
	variance := n1 * n2 / 12 * (n + 1 - ties/(n*(n-1)))
	if variance <= 0 {
		return 1 // all are equal
	}
	return twoSided(max(0, math.Abs(u-n1*n2/2)-0.5) / math.Sqrt(variance))
}

// Quantiles compares the quantile q of two distributions: whether the part of the
// values that are larger than the quantile of all of them is the same in both; if none
// is, the part of those that are as large. It is NaN if one has fewer than [MinValues]
// values.
func Quantiles(a, b *histogram.Histogram, q float64) float64 {
	if min(a.Count(), b.Count()) < MinValues {
		return math.NaN()
	}
	all := float64(a.Count()) + float64(b.Count())
	below := 0.0
	above := [2]uint64{a.Count(), b.Count()}
	for _, c := range pairsOf(a, b) {
		below += c[0] + c[1]
		if below >= all {
			break
		}
		above[0] -= uint64(c[0])
		above[1] -= uint64(c[1])
		if below >= q*all {
			break
		}
	}
	return Rates(above[0], a.Count(), above[1], b.Count())
}
