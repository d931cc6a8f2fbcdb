package histogram

import (
	"math"
	"testing"
)

func TestCountersHoldWhatIsAdded(t *testing.T) {
	for _, n := range []uint64{1, 1<<8 - 1, 1 << 8, 1<<16 - 1, 1 << 16, 1<<32 - 1, 1 << 32, math.MaxUint64} {
		c := newCounters(3, counters{})
		c.add(0, 1)
		c.add(1, n-1)
		c.add(1, 1)
		if c.len() != 3 || c.at(0) != 1 || c.at(1) != n || c.at(2) != 0 {
			t.Errorf("%d counts %d, %d, %d; want 1, %d, 0", c.len(), c.at(0), c.at(1), c.at(2), n)
		}
		if c.width > 1 && n < 1<<(4*c.width) {
			t.Errorf("%d takes %d bytes", n, c.width)
		}
	}
}

func TestMergeOfManyValuesIsExact(t *testing.T) {
	h := record([]float64{1, 2, 2})
	for range 40 { // doubles it
		h.Merge(h.Clone())
	}
	const times = 1 << 40
	if h.Count() != 3*times || h.Sum() != 5*times {
		t.Errorf("count %d and sum %v", h.Count(), h.Sum())
	}
	buckets := h.Buckets()
	if first, last := buckets[0], buckets[len(buckets)-1]; first != times || last != 2*times {
		t.Errorf("counts %d and %d", first, last)
	}
}
