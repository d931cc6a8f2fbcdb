package timeline

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

func call(at int64, ms int64) *csm.Event {
	return &csm.Event{
		Type: csm.APICall, Timestamp: time.UnixMilli(at),
		Latency: csm.Known(ms), AttemptCount: csm.Known(2),
	}
}

// began is when the events of tests begin, in milliseconds.
const began = 1_791_763_200_000

func TestBucketsGetWiderAsEventsSpanMoreTime(t *testing.T) {
	for _, test := range []struct {
		span  time.Duration
		width time.Duration
	}{
		{500 * time.Millisecond, 10 * time.Millisecond},
		{20 * time.Second, 100 * time.Millisecond},
		{time.Hour, 30 * time.Second},
		{24 * time.Hour, 10 * time.Minute},
		{365 * 24 * time.Hour, 7 * 24 * time.Hour},
		{150 * 365 * 24 * time.Hour, 364 * 24 * time.Hour},
	} {
		var line Timeline
		const events = 20_000
		for i := range int64(events) {
			line.Add(call(began+i*test.span.Milliseconds()/events, 5), statistics.OK)
		}
		p := line.Picture(200)
		if p.Width != test.width || len(p.Buckets) > 200 || len(line.buckets) > MaxBuckets {
			t.Errorf("over %v: %d buckets of %v, want a width of %v; %d are kept", test.span, len(p.Buckets), p.Width, test.width, len(line.buckets))
		}
		calls, retries := uint64(0), uint64(0)
		for _, b := range p.Buckets {
			calls += b.Calls
			retries += b.Retries
		}
		if calls != events || retries != events || p.Far+p.Undated != 0 {
			t.Errorf("over %v: %d calls, %d retries, %d far", test.span, calls, retries, p.Far)
		}
		if end := p.Began.Add(time.Duration(len(p.Buckets)) * p.Width); p.Began.UnixMilli() > began || end.Sub(time.UnixMilli(began)) < test.span-test.span/100 {
			t.Errorf("over %v: from %v to %v", test.span, p.Began, end)
		}
	}
}

// Where a bucket begins is the same in any order of the events.
func TestOrderDoesNotMatter(t *testing.T) {
	var times []int64
	for i := range int64(10_000) {
		times = append(times, began+i*i)
	}
	var want Picture
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 3 {
		var line Timeline
		for _, at := range times {
			line.Add(call(at, at%1000), statistics.Result(at%statistics.NumResults))
		}
		p := line.Picture(100)
		if n == 0 {
			want = p
		}
		if p.Began != want.Began || p.Width != want.Width || len(p.Buckets) != len(want.Buckets) {
			t.Fatalf("%v, %v, want %v, %v", p.Began, p.Width, want.Began, want.Width)
		}
		for i, b := range p.Buckets {
			if b != want.Buckets[i] {
				t.Errorf("bucket %d is %+v, want %+v", i, b, want.Buckets[i])
			}
		}
		r.Shuffle(len(times), func(i, j int) { times[i], times[j] = times[j], times[i] })
	}
}

func TestAFewWrongTimesFlattenNothing(t *testing.T) {
	var line Timeline
	for i := range int64(10_000) {
		line.Add(call(began+i*1000, 5), statistics.OK)
	}
	far := []int64{-62135596799999, 1, 4_000_000_000_000, 253402300799999}
	for _, at := range far {
		line.Add(call(at, 5), statistics.OK)
	}
	line.Add(&csm.Event{Type: csm.APICall}, statistics.OK)
	p := line.Picture(200)
	if p.Width != time.Minute || p.Far != uint64(len(far)) || p.Undated != 1 {
		t.Errorf("buckets of %v, %d far, %d without time", p.Width, p.Far, p.Undated)
	}
	if all := line.All(); all.Calls != 10_005 {
		t.Errorf("%d calls in all", all.Calls)
	}
}

// Two bursts that are far from one another are both seen.
func TestManyFarEventsAreNotFar(t *testing.T) {
	var line Timeline
	for i := range int64(1000) {
		line.Add(call(began+i, 5), statistics.OK)
		line.Add(call(began+i+30*86_400_000, 5), statistics.OK)
	}
	if p := line.Picture(200); p.Far != 0 || p.Width != 6*time.Hour {
		t.Errorf("buckets of %v, %d far", p.Width, p.Far)
	}
}

func TestNothingIsNoPicture(t *testing.T) {
	if p := new(Timeline).Picture(10); len(p.Buckets) != 0 {
		t.Errorf("%+v", p)
	}
}

func TestBandsHoldTheirLatencies(t *testing.T) {
	for _, ms := range []int64{0, 1, 2, 3, 4, 5, 6, 10, 11, 999, 1000, 1001, 300_000, 300_001, 1 << 62} {
		lower, upper := Bounds(Band(ms))
		s := float64(ms) / 1000
		if !(lower < s || ms == 0 && lower == 0) || upper != 0 && s > upper {
			t.Errorf("%d ms is in the band from %v to %v", ms, lower, upper)
		}
	}
	if got := Band(1 << 62); got != NumBands-1 {
		t.Errorf("the last band is %d, want %d", got, NumBands-1)
	}
}

func BenchmarkAdd(b *testing.B) {
	var line Timeline
	at := int64(began)
	e := call(at, 12)
	for b.Loop() {
		at += 172
		e.Timestamp = time.UnixMilli(at)
		line.Add(e, statistics.OK)
	}
}
