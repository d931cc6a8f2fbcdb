package histogram

import "math"

// Quantile is the value below or at which the part q of the values lies, from 0
// to 1: the smallest recorded value v such that at least q × Count values are not
// larger than v. It is off by no more than [Histogram.RelativeError] times v.
// The smallest and the largest value are exact, and so are zeros. It is 0 if no
// value was recorded.
func (h *Histogram) Quantile(q float64) float64 {
	if h.count == 0 {
		return 0
	}
	rank := uint64(1)
	if n := math.Ceil(q * float64(h.count)); n > 1 {
		rank = min(uint64(n), h.count)
	}
	switch {
	case rank == 1:
		return h.min
	case rank == h.count:
		return h.max
	case rank <= h.zeros:
		return 0
	}
	seen := h.zeros
	for i := range h.buckets.len() {
		seen += h.buckets.at(i)
		if seen >= rank {
			return h.middle(int(h.offset) + i)
		}
	}
	return h.max
}

// RelativeError is how far a quantile can be from the value that it stands for,
// as a part of that value.
func (h *Histogram) RelativeError() float64 {
	// The middle of a bucket is off by (base-1)/(base+1), which is this, also for
	// bases that are too large for a float64.
	return math.Tanh(math.Ln2 / 2 * math.Ldexp(1, -h.Scale()))
}

// middle is the value that is equally far, as a part of them, from the least and
// the largest value that the bucket can hold.
func (h *Histogram) middle(i int) float64 {
	low := max(h.bound(i), h.min, math.SmallestNonzeroFloat64)
	high := min(h.bound(i+1), h.max)
	return min(low*(2/(1+low/high)), high) // 2·low·high/(low+high), without its overflow
}

// bound is the lower bound of the bucket i, and the upper one of that before.
func (h *Histogram) bound(i int) float64 {
	return math.Exp2(math.Ldexp(float64(i), -h.Scale()))
}
