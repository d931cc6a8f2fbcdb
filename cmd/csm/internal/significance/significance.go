// Package significance tells whether two counts or two distributions differ by more
// than chance explains. Each test gives a p-value: how likely a difference as large as
// the one seen is, or a larger one, if there is none. All of them take what they count
// as independent of one another.
package significance

import (
	"cmp"
	"math"
	"slices"
)

const (
	manyCases = 1000    // from so many on, Rates uses the normal distribution
	exactly   = 1 << 50 // up to so much, a float64 counts by one
)

// Rates compares two rates: k1 cases of n1 with k2 cases of n2. k1 ≤ n1 and k2 ≤ n2.
// It is Fisher's exact test, two-sided; where there are many cases and many others,
// Pearson's chi-squared test, which then gives the same.
func Rates(k1, n1, k2, n2 uint64) float64 {
	if n1 == 0 || n2 == 0 {
		return 1
	}
	n, k := float64(n1)+float64(n2), float64(k1)+float64(k2)
	if k > n-k { // the others are fewer
		k1, k2, k = n1-k1, n2-k2, n-k
	}
	if k == 0 {
		return 1
	}
	if expected := k * float64(min(n1, n2)) / n; expected > manyCases || n > exactly {
		d := float64(k1)/float64(n1) - float64(k2)/float64(n2)
		variance := k / n * (1 - k/n) * (1/float64(n1) + 1/float64(n2))
		return twoSided(d / math.Sqrt(variance))
	}
	return fisher(float64(k1), float64(n1), k, n)
}

// fisher is the probability of all tables with the same sums that are no more likely
// than that with x cases of n1, where there are k of n in all.
func fisher(x, n1, k, n float64) float64 {
	log := func(x float64) float64 { return logChoose(k, x) + logChoose(n-k, n1-x) - logChoose(n, n1) }
	seen := log(x) + 1e-7 // as likely, but for rounding
	mode := math.Floor((k + 1) * (n1 + 1) / (n + 2))
	p := 0.0
	add := func(x, step float64) {
		for ; x >= max(0, k+n1-n) && x <= min(k, n1); x += step {
			l := log(x)
			if l <= seen {
				p += math.Exp(l)
			}
			if l < seen-50 { // what follows is less and less likely
				return
			}
		}
	}
	add(mode, 1)
	add(mode-1, -1)
	return min(p, 1)
}

// logChoose is the logarithm of how many ways there are to choose k of n.
func logChoose(n, k float64) float64 {
	l := func(x float64) float64 { v, _ := math.Lgamma(x + 1); return v }
	return l(n) - l(k) - l(n-k)
}

// twoSided is the probability that a normal variable is further from 0 than z.
func twoSided(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// Holm corrects the p-values of many tests for their number, after Holm and
// Bonferroni: if those below a level are taken as differences, the level is the
// probability that any of them is chance. NaN stands for no test, and stays. It
// changes p.
func Holm(p []float64) {
	var order []int
	for i, v := range p {
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	last := 0.0
	for rank, i := range order {
		last = max(last, min(1, p[i]*float64(len(order)-rank)))
		p[i] = last
	}
}
