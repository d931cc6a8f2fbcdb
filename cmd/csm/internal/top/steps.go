package top

import (
	"math"

	"github.com/go-csm/csm/cmd/csm/internal/api"
)

// maxSteps is with how many steps of 1, 2 and 5 only the tenfold ones are shown.
const maxSteps = 14

// A step counts the calls that took up to a time, and longer than that of the step
// before.
type step struct {
	upTo  float64 // seconds
	count uint64
}

// stepsOf are the calls of a distribution by steps that people know: 1, 2, 5, 10 ms
// and so on, or only the tenfold ones if that were too many. A bucket belongs to the
// step that it begins in, so that a time which is a step's own is in that step: SDKs
// tell whole milliseconds.
func stepsOf(h *api.Histogram) []step {
	steps := stepsAt(h, []float64{1, 2, 5})
	if len(steps) > maxSteps {
		steps = stepsAt(h, []float64{1})
	}
	return steps
}

func stepsAt(h *api.Histogram, digits []float64) []step {
	var steps []step
	bound := func(n int) float64 {
		return digits[n%len(digits)] * math.Pow10(n/len(digits)) / 1000
	}
	add := func(low float64, count uint64) {
		n := 0
		low = min(low, math.MaxFloat64) // what another agent tells can be anything
		for low >= bound(n)*(1-1e-9) {  // a bound that was reckoned can be off by a little
			n++
		}
		for len(steps) <= n {
			steps = append(steps, step{upTo: bound(len(steps))})
		}
		steps[n].count += count
	}
	if h.Zeros > 0 {
		add(0, h.Zeros)
	}
	for i, count := range h.Buckets.Buckets {
		if count > 0 {
			add(math.Exp2(math.Ldexp(float64(h.Offset+i), -h.Scale)), count)
		}
	}
	first := 0
	for first < len(steps)-1 && steps[first].count == 0 {
		first++
	}
	return steps[first:]
}
