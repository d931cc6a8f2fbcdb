package prometheus

import (
	"math"
	"sort"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/go-csm/csm/cmd/csm/internal/histogram"
)

const (
	// maxSchema is the finest resolution of a native histogram. The coarsest one,
	// -4, is also that of package histogram.
	maxSchema = 8

	// zeroThreshold is the width of the zero bucket, as OpenTelemetry's exporters
	// have it. It is not 0, for servers take a histogram without it for a classic
	// one.
	zeroThreshold = 1e-128

	// maxGap is the longest run of empty buckets that is written as such. Behind a
	// longer one a new span begins.
	maxGap = 2
)

// bounds are the upper bounds of the classic buckets in seconds, as OpenTelemetry
// gives them for rpc.client.call.duration.
var bounds = [...]float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}

// native is a histogram as a native one, with its resolution lowered where
// Prometheus has none that fine.
//
// OpenTelemetry's bucket i and Prometheus' bucket i+1 are the same: in one the
// index is of the lower bound, in the other one of the upper. Both include the
// upper bound.
func native(h *histogram.Histogram) *dto.Histogram {
	schema := min(h.Scale(), maxSchema)
	shift := h.Scale() - schema
	counts := h.Buckets()
	out := &dto.Histogram{
		SampleCount:   proto.Uint64(h.Count()),
		SampleSum:     proto.Float64(h.Sum()),
		Schema:        proto.Int32(int32(schema)),
		ZeroThreshold: proto.Float64(zeroThreshold),
		ZeroCount:     proto.Uint64(h.Zeros()),
		PositiveDelta: make([]int64, 0, len(counts)),
	}
	var (
		next  int    // the index behind the last bucket that was written
		last  int64  // its count
		index int    // of the bucket that is being added up
		count uint64 // what is in it so far
	)
	write := func() {
		if count == 0 {
			return
		}
		gap := index - next
		if len(out.PositiveSpan) == 0 || gap > maxGap {
			out.PositiveSpan = append(out.PositiveSpan,
				&dto.BucketSpan{Offset: proto.Int32(int32(gap)), Length: proto.Uint32(0)})
			gap = 0
		}
		span := out.PositiveSpan[len(out.PositiveSpan)-1]
		for range gap {
			out.PositiveDelta = append(out.PositiveDelta, -last)
			last = 0
		}
		*span.Length += uint32(gap) + 1
		out.PositiveDelta = append(out.PositiveDelta, int64(count)-last)
		next, last = index+1, int64(count)
	}
	for i, n := range counts {
		if at := (h.Offset()+i)>>shift + 1; at != index {
			write()
			index, count = at, 0
		}
		count += n
	}
	write()
	return out
}

// classic is a histogram as the buckets of a classic one. Each counts all that can
// be in it: the exponential bucket that its bound lies in is taken whole. So a
// bound can lie higher than it says, by the width of an exponential bucket, but
// what is not larger than it is always counted; and a count never falls when the
// histogram's resolution is lowered, which a server would take for a restart.
func classic(h *histogram.Histogram) []*dto.Bucket {
	counts := h.Buckets()
	out := make([]*dto.Bucket, len(bounds))
	room := make([]dto.Bucket, len(bounds))
	seen, i := h.Zeros(), 0
	for b := range bounds {
		end := sort.Search(len(counts), func(i int) bool { return lower(h, i) >= bounds[b] })
		for ; i < end; i++ {
			seen += counts[i]
		}
		room[b].UpperBound = &bounds[b]
		room[b].CumulativeCount = proto.Uint64(seen)
		out[b] = &room[b]
	}
	return out
}

// lower is the lower bound of the bucket i of a histogram, which it does not hold.
func lower(h *histogram.Histogram, i int) float64 {
	return math.Exp2(math.Ldexp(float64(h.Offset()+i), -h.Scale()))
}
