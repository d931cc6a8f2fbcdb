package top

import (
	"cmp"
	"math"
	"strings"
	"time"

	"github.com/go-csm/csm/cmd/csm/internal/api"
	"github.com/go-csm/csm/cmd/csm/internal/harmless"
)

const (
	slots = 120 // samples that are kept

	rateWindow  = 10 * time.Second // that rates are the mean of
	trendWindow = time.Minute      // that the trend and the calls of the last minute are of

	maxName = 44 // columns
)

// A key tells operations apart.
type key struct {
	service, operation string
	other              bool
}

func keyOf(s *api.Series) key { return key{s.Service, s.Operation, s.Other} }

// An operation is what is known of one, with the calls that came between samples.
type operation struct {
	api.Series        // as it was told last; brief
	name       string // harmless
	folded     string // the name in lower case, for the filter

	calls  [slots]uint32 // since the sample before; the sample n is at n%slots
	rate   float64       // calls a second, over rateWindow
	minute float64       // calls over trendWindow
}

// A sample is when the numbers were told.
type sample struct {
	at      time.Time
	elapsed time.Duration // since the one before, or since the source began to count
}

// A history keeps what came between the samples of the last minute.
type history struct {
	operations map[key]*operation
	total      operation
	samples    [slots]sample
	n          int // samples so far
	last       api.Statistics
	restarts   int // of the source
}

func newHistory() *history { return &history{operations: make(map[key]*operation)} }

// add adds an answer of the source.
func (h *history) add(s api.Statistics) {
	before := h.last.Taken
	fresh := h.n == 0 && s.Taken.Sub(s.Began) <= rateWindow // so all its calls are of now
	restarted := h.n > 0 && !s.Began.Equal(h.last.Began)
	if h.n == 0 || restarted {
		before = s.Began
	}
	if restarted {
		h.restarts++
	}
	slot := h.n % slots
	h.samples[slot] = sample{s.Taken, max(s.Taken.Sub(before), 0)}
	if h.n == 0 && !fresh {
		h.samples[slot].elapsed = 0 // nothing is known of when its calls came
	}
	h.n++
	h.last = s
	rates, minutes := h.weights(rateWindow), h.weights(trendWindow)
	covered := h.covered(rateWindow)

	known := h.operations
	h.operations = make(map[key]*operation, len(s.Series))
	var sum uint64
	total := &h.total
	total.Series = api.Series{}
	for i := range s.Series {
		now := &s.Series[i]
		k := keyOf(now)
		o := known[k]
		var counted uint64
		switch {
		case o == nil:
			o = newOperation(now)
			counted = 0
			if h.n == 1 && !fresh {
				counted = now.Calls
			}
		case !restarted && o.Calls <= now.Calls: // otherwise it was forgotten meanwhile
			counted = o.Calls
		}
		o.Series = *now
		o.take(slot, now.Calls-counted, rates, minutes, covered, h.n)
		sum += now.Calls - counted
		h.operations[k] = o
		total.Calls += now.Calls
		total.Attempts += now.Attempts
		total.Retries += now.Retries
		total.Errors += now.Errors
		total.Throttled += now.Throttled
	}
	total.take(slot, sum, rates, minutes, covered, h.n)
}

func newOperation(s *api.Series) *operation {
	name := "(all others)"
	if !s.Other {
		name = harmless.Cut(cmp.Or(s.Service, "?")+"."+cmp.Or(s.Operation, "?"), maxName)
	}
	return &operation{name: name, folded: strings.ToLower(name)}
}

// take notes how many calls came, and reckons the rates anew.
func (o *operation) take(slot int, calls uint64, rates, minutes []float64, covered time.Duration, n int) {
	o.calls[slot] = uint32(min(calls, math.MaxUint32))
	o.rate, o.minute = 0, 0
	for i, w := range rates {
		o.rate += w * float64(o.calls[(n-1-i)%slots])
	}
	o.rate /= max(covered.Seconds(), 0.001)
	for i, w := range minutes {
		o.minute += w * float64(o.calls[(n-1-i)%slots])
	}
}

// weights are how much of the samples, the last one first, is within a time before
// the last one.
func (h *history) weights(window time.Duration) (weights []float64) {
	var age time.Duration
	for i := range min(h.n, slots) {
		s := h.samples[(h.n-1-i)%slots]
		if age >= window {
			break
		}
		weights = append(weights, min(1, float64(window-age)/float64(max(s.elapsed, 1))))
		age += s.elapsed
	}
	return weights
}

// covered is how much of a time before the last sample is known.
func (h *history) covered(window time.Duration) time.Duration {
	var age time.Duration
	for i := range min(h.n, slots) {
		age += h.samples[(h.n-1-i)%slots].elapsed
	}
	return min(age, window)
}

// known tells whether there are rates: two samples, or one since the source began.
func (h *history) known() bool { return h.covered(rateWindow) > 0 }

// trend is the rate of an operation over the last minute, in a number of columns.
// The columns stand for fixed times, so that they move and do not change.
func (h *history) trend(o *operation, columns int) []float64 {
	if h.n == 0 || columns < 1 {
		return nil
	}
	step := trendWindow / time.Duration(columns)
	end := h.last.Taken.UnixNano() / int64(step)
	rates, times := make([]float64, columns), make([]time.Duration, columns)
	for i := range min(h.n, slots) {
		n := (h.n - 1 - i) % slots
		column := columns - 1 - int(end-h.samples[n].at.UnixNano()/int64(step))
		if column < 0 || column >= columns { // too old, or of before the clock was set back
			break
		}
		rates[column] += float64(o.calls[n])
		times[column] += h.samples[n].elapsed
	}
	for i := range rates {
		switch {
		case times[i] > 0:
			rates[i] /= times[i].Seconds()
		case i > 0: // samples are rarer than columns
			rates[i] = rates[i-1]
		}
	}
	return rates
}

// frozen is a copy that changes no more.
func (h *history) frozen() *history {
	c := *h
	c.operations = make(map[key]*operation, len(h.operations))
	for k, o := range h.operations {
		copied := *o
		c.operations[k] = &copied
	}
	return &c
}
