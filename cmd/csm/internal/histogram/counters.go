package histogram

import (
	"encoding/binary"
	"math"
	"slices"
)

// counters are the counts of buckets, each in as few bytes as the largest of them
// needs: most histograms never count more than a few thousand values in a bucket,
// and there are many histograms. The zero value has none.
type counters struct {
	bytes []byte
	width uint8 // the bytes of one count: 1, 2, 4 or 8; 0 if there are no counts
}

// newCounters makes n counts of zero, as wide as those of like.
func newCounters(n int, like counters) counters {
	width := max(like.width, 1)
	return counters{make([]byte, n*int(width)), width}
}

// len is how many counts there are.
func (c *counters) len() int {
	if c.width == 0 {
		return 0
	}
	return len(c.bytes) / int(c.width)
}

// at is the count i.
func (c *counters) at(i int) uint64 {
	switch c.width {
	case 1:
		return uint64(c.bytes[i])
	case 2:
		return uint64(binary.NativeEndian.Uint16(c.bytes[2*i:]))
	case 4:
		return uint64(binary.NativeEndian.Uint32(c.bytes[4*i:]))
	default:
		return binary.NativeEndian.Uint64(c.bytes[8*i:])
	}
}

// add adds n to the count i, and makes all of them wider if the sum needs it.
func (c *counters) add(i int, n uint64) {
	sum := c.at(i) + n
	for sum > c.most() {
		c.widen()
	}
	c.set(i, sum)
}

// most is the largest count that there is room for.
func (c *counters) most() uint64 { return math.MaxUint64 >> (64 - 8*uint(c.width)) }

// set sets the count i to n, for which there is room.
func (c *counters) set(i int, n uint64) {
	switch c.width {
	case 1:
		c.bytes[i] = uint8(n)
	case 2:
		binary.NativeEndian.PutUint16(c.bytes[2*i:], uint16(n))
	case 4:
		binary.NativeEndian.PutUint32(c.bytes[4*i:], uint32(n))
	default:
		binary.NativeEndian.PutUint64(c.bytes[8*i:], n)
	}
}

// widen doubles the room of each count.
func (c *counters) widen() {
	wide := counters{make([]byte, 2*len(c.bytes)), 2 * c.width}
	for i := range c.len() {
		wide.set(i, c.at(i))
	}
	*c = wide
}

// clone is a copy that shares nothing with c.
func (c *counters) clone() counters { return counters{slices.Clone(c.bytes), c.width} }
