// Package histogram keeps the distribution of many values in little room, after
// the data model of OpenTelemetry's exponential histograms.
//
// At scale s the positive values are divided into buckets whose bounds are the
// powers of base = 2^(2^-s): bucket i holds the values v with base^i < v ≤
// base^(i+1). Zeros have a count of their own. A histogram begins at [MaxScale],
// and halves its scale's resolution (the scale goes down by one, each two
// neighbouring buckets become one) whenever its values would need more than
// [MaxBuckets] buckets. The scale follows from the smallest and the largest
// positive value alone, so it does not matter in which order values come, nor how
// they were spread over histograms that are merged: the result is the same.
package histogram

import (
	"math"
	"sync"
)

const (
	// MaxBuckets is the most buckets that a histogram has.
	MaxBuckets = 160

	// MaxScale is the scale of a histogram whose values are all but equal. Values
	// from a millisecond to a minute need a scale of 3, where a quantile is at most
	// 4.4 % off.
	MaxScale = 20
)

// A Histogram is a distribution of numbers that are finite and not negative. The
// zero value is empty and ready. It is not safe for concurrent use.
type Histogram struct {
	buckets  counters
	offset   int32 // the index of the first of the buckets
	shift    uint8 // MaxScale minus the scale
	zeros    uint64
	count    uint64
	sum      float64
	min, max float64
}

// Record adds a value. It does nothing with a negative, an infinite or no number.
func (h *Histogram) Record(v float64) {
	if !(v >= 0) || math.IsInf(v, 1) {
		return
	}
	h.sumUp(v)
	if v == 0 {
		h.zeros++
		return
	}
	h.recordAt(index(v))
}

// RecordMillis is Record of a number of milliseconds in seconds, and quicker if
// there are few of them.
func (h *Histogram) RecordMillis(ms int64) {
	v := float64(ms) / 1000
	if ms <= 0 || ms >= fewMillis {
		h.Record(v)
		return
	}
	h.sumUp(v)
	h.recordAt(int(millisIndexes()[ms]))
}

// sumUp counts a value in all but its bucket.
func (h *Histogram) sumUp(v float64) {
	if h.count == 0 || v < h.min {
		h.min = v
	}
	if h.count == 0 || v > h.max {
		h.max = v
	}
	h.count++
	h.sum += v
}

// recordAt counts a value in the bucket i of MaxScale.
func (h *Histogram) recordAt(i int) {
	at := i>>h.shift - int(h.offset)
	if at < 0 || at >= h.buckets.len() {
		h.hold(i, i, 0)
		at = i>>h.shift - int(h.offset)
	}
	h.buckets.add(at, 1)
}

// Merge adds the values of another histogram, which stays as it is. But for the
// rounding of the sum, h is then what it were if it had recorded them itself.
func (h *Histogram) Merge(other *Histogram) {
	if other.count == 0 {
		return
	}
	if h.count == 0 || other.min < h.min {
		h.min = other.min
	}
	if h.count == 0 || other.max > h.max {
		h.max = other.max
	}
	h.count += other.count
	h.sum += other.sum
	h.zeros += other.zeros
	n := other.buckets.len()
	if n == 0 {
		return
	}
	low := int(other.offset) << other.shift
	high := (int(other.offset) + n - 1) << other.shift
	h.hold(low, high, other.shift)
	for i := range n {
		h.buckets.add((int(other.offset)+i)<<other.shift>>h.shift-int(h.offset), other.buckets.at(i))
	}
}

// Clone is a copy that shares nothing with h.
func (h *Histogram) Clone() *Histogram {
	c := *h
	c.buckets = h.buckets.clone()
	return &c
}

// Count is how many values were recorded.
func (h *Histogram) Count() uint64 { return h.count }

// Sum is the sum of the values.
func (h *Histogram) Sum() float64 { return h.sum }

// Max is the largest value, exactly, or 0 if there is none.
func (h *Histogram) Max() float64 { return h.max }

// Min is the smallest value, exactly, or 0 if there is none.
func (h *Histogram) Min() float64 { return h.min }

// Zeros is how many of the values are zero. No bucket counts them.
func (h *Histogram) Zeros() uint64 { return h.zeros }

// Scale is the scale of the buckets. It is [MaxScale] if there are none.
func (h *Histogram) Scale() int { return MaxScale - int(h.shift) }

// Offset is the index of the first bucket: the values v that it counts are
// base^Offset < v ≤ base^(Offset+1). It is 0 if there are no buckets.
func (h *Histogram) Offset() int { return int(h.offset) }

// Buckets is how many values are in each bucket, from that of [Histogram.Offset]
// on, without gaps. It is a copy. It is empty if no value is positive.
func (h *Histogram) Buckets() []uint64 {
	buckets := make([]uint64, h.buckets.len())
	for i := range buckets {
		buckets[i] = h.buckets.at(i)
	}
	return buckets
}

// fewMillis is how many numbers of milliseconds have their bucket looked up, which
// takes a logarithm to find out.
const fewMillis = 4096

// millisIndexes are the buckets of the numbers of milliseconds.
var millisIndexes = sync.OnceValue(func() *[fewMillis]int32 {
	all := new([fewMillis]int32)
	for ms := 1; ms < fewMillis; ms++ {
		all[ms] = int32(index(float64(ms) / 1000))
	}
	return all
})

// index is the bucket of a positive value at MaxScale. Those of lower scales
// follow from it by shifting it right, so that they agree.
func index(v float64) int {
	fraction, exponent := math.Frexp(v) // v = fraction × 2^exponent, 0.5 ≤ fraction < 1
	if fraction == 0.5 {                // a power of two is the upper bound of its bucket
		return (exponent-1)<<MaxScale - 1
	}
	i := int(math.Ceil(math.Log2(fraction)*(1<<MaxScale))) - 1
	return exponent<<MaxScale + min(max(i, -1<<MaxScale), -1)
}

// hold makes room for the buckets of the indexes low to high, which are those of
// MaxScale, at a scale that is MaxScale-shift or less.
func (h *Histogram) hold(low, high int, shift uint8) {
	if n := h.buckets.len(); n > 0 {
		low = min(low, int(h.offset)<<h.shift)
		high = max(high, (int(h.offset)+n-1)<<h.shift)
	}
	shift = max(shift, h.shift)
	for high>>shift-low>>shift >= MaxBuckets {
		shift++
	}
	offset, n := low>>shift, high>>shift-low>>shift+1
	if shift == h.shift && offset == int(h.offset) && n == h.buckets.len() {
		return
	}
	buckets := newCounters(n, h.buckets)
	for i := range h.buckets.len() {
		buckets.add((int(h.offset)+i)<<h.shift>>shift-offset, h.buckets.at(i))
	}
	h.shift, h.offset, h.buckets = shift, int32(offset), buckets
}
