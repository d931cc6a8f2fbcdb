// Package timeline counts events over time, in little room whatever the time that
// they span.
//
// A [Timeline] begins with buckets of ten milliseconds, and makes them wider as
// events need more than [MaxBuckets] of them. Only buckets with an event exist, so
// single events of a wrong time, the year 9999 say, make nothing coarser.
package timeline

import (
	"math"
	"slices"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// MaxBuckets is how many buckets a timeline keeps.
const MaxBuckets = 4096

// widths are the widths that buckets can have, in milliseconds. Each is a multiple of
// the one before. What comes behind them are doublings of the last.
var widths = func() []int64 {
	const s, m, h, d = 1000, 60_000, 3_600_000, 86_400_000
	w := []int64{
		10, 50, 100, 500, s, 5 * s, 10 * s, 30 * s, m, 5 * m, 10 * m, 30 * m, h, 2 * h, 6 * h, 12 * h, d, 7 * d, 28 * d, 364 * d,
	}
	for last := w[len(w)-1]; last < math.MaxInt64/4; {
		last *= 2
		w = append(w, last)
	}
	return w
}()

// A Bucket are the events that began within some time.
type Bucket struct {
	Calls     uint64
	Attempts  uint64
	Retries   uint64                        // that the calls tell of
	Throttled uint64                        // attempts
	Results   [statistics.NumResults]uint64 // of the calls
	Latency   [NumBands]uint64              // the calls that tell theirs, by [Band]
}

// A Timeline counts events. The zero value is empty and ready. It is not safe for
// concurrent use.
type Timeline struct {
	width   int // an index of widths
	buckets map[int64]*Bucket
	last    *Bucket // the one of lastAt
	lastAt  int64
	all     Bucket
	undated uint64
}

// Add counts an event that is counted with a result.
func (t *Timeline) Add(e *csm.Event, r statistics.Result) {
	t.all.add(e, r)
	if e.Timestamp.IsZero() {
		t.undated++
		return
	}
	at := floor(e.Timestamp.UnixMilli(), widths[t.width])
	if t.last == nil || at != t.lastAt {
		t.last, t.lastAt = t.bucket(at), at
	}
	t.last.add(e, r)
	for len(t.buckets) > MaxBuckets {
		t.width++
		t.buckets, t.last = widened(t.buckets, widths[t.width]), nil
	}
}

func (t *Timeline) bucket(at int64) *Bucket {
	b := t.buckets[at]
	if b == nil {
		if t.buckets == nil {
			t.buckets = make(map[int64]*Bucket)
		}
		b = new(Bucket)
		t.buckets[at] = b
	}
	return b
}

// All is what was counted, whether its time is known or not.
func (t *Timeline) All() Bucket { return t.all }

func (b *Bucket) add(e *csm.Event, r statistics.Result) {
	if e.Type != csm.APICall {
		b.Attempts++
		if f, failed := statistics.FailureOf(e); failed && f.Throttled() {
			b.Throttled++
		}
		return
	}
	b.Calls++
	b.Results[r]++
	b.Retries += uint64(min(max(0, e.AttemptCount.Or(0)-1), math.MaxInt32)) // what a sender claims can be anything
	if ms, known := e.Latency.Get(); known {
		b.Latency[Band(ms)]++
	}
}

func (b *Bucket) merge(other *Bucket) {
	b.Calls += other.Calls
	b.Attempts += other.Attempts
	b.Retries += other.Retries
	b.Throttled += other.Throttled
	for r, n := range other.Results {
		b.Results[r] += n
	}
	for band, n := range other.Latency {
		b.Latency[band] += n
	}
}

func (b *Bucket) events() uint64 { return b.Calls + b.Attempts }

// Errors is how many calls failed.
func (b *Bucket) Errors() uint64 {
	return b.Calls - b.Results[statistics.OK] - b.Results[statistics.Unknown]
}

// A Picture is a timeline as it can be drawn: buckets one after the other, all of
// one width, none left out.
type Picture struct {
	Began   time.Time     // when the first bucket begins
	Width   time.Duration // of each
	Buckets []Bucket

	// Events that are in no bucket: without a time, and so far from the others that
	// they would be all that can be seen.
	Undated, Far uint64
}

// Picture is the timeline in at most n buckets. n is 2 or more.
func (t *Timeline) Picture(n int) Picture {
	p := Picture{Undated: t.undated}
	if len(t.buckets) == 0 {
		return p
	}
	var times []int64
	for at := range t.buckets {
		times = append(times, at)
	}
	slices.Sort(times)
	shown := t.near(times)
	width := t.width
	count := func() int64 {
		w := widths[width]
		return (floor(shown[len(shown)-1], w)-floor(shown[0], w))/w + 1
	}
	for count() > int64(n) {
		width++
	}
	w := widths[width]
	first := floor(shown[0], w)
	p.Began, p.Width = time.UnixMilli(first), time.Duration(w)*time.Millisecond
	p.Buckets = make([]Bucket, count())
	for _, at := range times {
		b := t.buckets[at]
		if at < shown[0] || at > shown[len(shown)-1] {
			p.Far += b.events()
			continue
		}
		p.Buckets[(floor(at, w)-first)/w].merge(b)
	}
	return p
}

// near are those of the times, sorted, that are not far from the others. What comes
// before or after all but a hundredth of the events is far, if it is further away than
// ten times as long as those take.
func (t *Timeline) near(times []int64) []int64 {
	all := uint64(0)
	for _, at := range times {
		all += t.buckets[at].events()
	}
	first, last := 0, len(times)-1
	for gone := t.buckets[times[first]].events(); gone <= all/100; first++ {
		gone += t.buckets[times[first+1]].events()
	}
	for gone := t.buckets[times[last]].events(); gone <= all/100; last-- {
		gone += t.buckets[times[last-1]].events()
	}
	room := 10 * (times[last] - times[first] + widths[t.width])
	return slices.DeleteFunc(slices.Clone(times), func(at int64) bool {
		return at < times[first]-room || at > times[last]+room
	})
}

func widened(buckets map[int64]*Bucket, width int64) map[int64]*Bucket {
	wide := make(map[int64]*Bucket, len(buckets)/2)
	for at, b := range buckets {
		at = floor(at, width)
		if wide[at] == nil {
			wide[at] = b
		} else {
			wide[at].merge(b)
		}
	}
	return wide
}

// floor is the greatest multiple of width that is not above t.
func floor(t, width int64) int64 {
	f := t - t%width
	if t%width < 0 {
		f -= width
	}
	return f
}
