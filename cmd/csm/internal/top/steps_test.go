package top

import (
	"math"
	"testing"

	"github.com/go-csm/csm/cmd/csm/internal/api"
)

// An agent can answer anything.
func TestStepsOfADistributionThatCannotBe(t *testing.T) {
	for _, h := range []api.Histogram{
		{Count: 1, Buckets: &api.Buckets{Offset: math.MaxInt32, Buckets: []uint64{1}}},
		{Count: 1, Buckets: &api.Buckets{Scale: -2000, Offset: 1, Buckets: []uint64{1}}},
		{Count: 1, Buckets: &api.Buckets{Offset: math.MinInt32, Buckets: []uint64{1}}},
		{Count: 1, Buckets: &api.Buckets{}},
	} {
		var count uint64
		for _, s := range stepsOf(&h) {
			count += s.count
		}
		if n := uint64(len(h.Buckets.Buckets)); count != n {
			t.Errorf("%+v: the steps count %d, want %d", h.Buckets, count, n)
		}
	}
}
