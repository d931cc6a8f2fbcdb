package report

import (
	"cmp"
	"math"
	"slices"

	"github.com/go-csm/csm/cmd/csm/internal/histogram"
	"github.com/go-csm/csm/cmd/csm/internal/significance"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// level is the p-value, corrected for the number of tests, below which a difference
// is taken to be more than noise.
const level = 0.01

// A Difference is what there is to tell of two recordings of the same program.
type Difference struct {
	Before, After Recorded
	By            Grouping // what is compared; it is not by errors

	Width int // how many columns there are to fill, or 0 if there is no limit
}

// A compared are the figures of one group before and after, or of all.
type compared struct {
	key           statistics.Key
	other         bool
	calls         [2]uint64
	attempts      [2]uint64
	figures       []figure // none if it is not in both
	before, after bool     // where it is
}

// A figure is one number before and after.
type figure struct {
	name   string // such as "errors"
	more   string // what it is if it has grown, such as "slower"
	less   string // and if it has not
	values [2]float64
	share  bool    // the values are parts of all; otherwise seconds
	p      float64 // NaN if it was not tested
	coarse float64 // differences that are no larger part of the value cannot be told
}

// differs tells whether the values differ by more than noise.
func (f *figure) differs() bool {
	return f.p < level && math.Abs(f.values[1]-f.values[0]) > f.coarse*max(f.values[0], f.values[1])
}

// verdict is what became of the figure.
func (f *figure) verdict() string {
	switch {
	case math.IsNaN(f.p):
		return "too few"
	case !f.differs():
		return "~"
	case f.values[1] > f.values[0]:
		return f.more
	}
	return f.less
}

// differs tells whether something of a group does, by more than noise.
func (c *compared) differs() bool {
	return slices.ContainsFunc(c.figures, func(f figure) bool { return f.differs() })
}

// compare compares what both recordings have: the total, and each group, sorted by
// name. The p-values are corrected for the number of tests.
func (d Difference) compare() (total compared, groups []compared) {
	sides := [2]statistics.Snapshot{d.Before.Statistics.By(d.By.key), d.After.Statistics.By(d.By.key)}
	type id struct {
		key   statistics.Key
		other bool
	}
	series := make(map[id]*[2]*statistics.Series)
	var ids []id
	for side := range sides {
		for i := range sides[side].Series {
			s := &sides[side].Series[i]
			k := id{s.Key, s.Other}
			if series[k] == nil {
				series[k] = new([2]*statistics.Series)
				ids = append(ids, k)
			}
			series[k][side] = s
		}
	}
	slices.SortFunc(ids, func(a, b id) int { return cmp.Or(compareOther(a.other, b.other), compareKeys(a.key, b.key)) })
	for _, k := range ids {
		groups = append(groups, compareSeries(k.key, k.other, series[k][0], series[k][1]))
	}
	before, after := sides[0].Total(), sides[1].Total()
	total = compareSeries(statistics.Key{}, false, &before, &after)

	var p []float64
	each := func(f func(*figure)) {
		for i := range total.figures {
			f(&total.figures[i])
		}
		for g := range groups {
			for i := range groups[g].figures {
				f(&groups[g].figures[i])
			}
		}
	}
	each(func(f *figure) { p = append(p, f.p) })
	significance.Holm(p)
	each(func(f *figure) { f.p, p = p[0], p[1:] })
	return total, groups
}

// compareSeries compares two series, of which one can be nil.
func compareSeries(k statistics.Key, other bool, a, b *statistics.Series) compared {
	c := compared{key: k, other: other}
	for side, s := range []*statistics.Series{a, b} {
		if s != nil {
			c.calls[side], c.attempts[side] = s.Calls, s.Attempts
		}
	}
	c.before, c.after = a != nil && a.Calls+a.Attempts > 0, b != nil && b.Calls+b.Attempts > 0
	if !c.before || !c.after {
		return c
	}
	share := func(name string, k1, n1, k2, n2 uint64) {
		f := figure{name: name, more: "more", less: "fewer", share: true, p: math.NaN()}
		f.values = [2]float64{part(k1, n1), part(k2, n2)}
		if n1 > 0 && n2 > 0 && k1+k2 > 0 {
			f.p = significance.Rates(k1, n1, k2, n2)
		}
		c.figures = append(c.figures, f)
	}
	share("errors", a.Errors(), a.Calls, b.Errors(), b.Calls)
	share("throttled", a.Throttled, a.Attempts, b.Throttled, b.Attempts)
	const most = 1 << 60 // what a sender claims can be anything
	ra, rb := min(a.Retries, most), min(b.Retries, most)
	share("retries", ra, a.Calls+ra, rb, b.Calls+rb)
	la, lb := a.Latency(), b.Latency()
	if la.Count() == 0 || lb.Count() == 0 {
		return c
	}
	time := func(name string, q, p float64) {
		c.figures = append(c.figures, figure{
			name: name, more: "slower", less: "faster", values: [2]float64{la.Quantile(q), lb.Quantile(q)},
			p: p, coarse: coarseness(la, lb),
		})
	}
	time("p50", 0.50, significance.Distributions(la, lb))
	time("p90", 0.90, significance.Quantiles(la, lb, 0.90))
	time("p99", 0.99, significance.Quantiles(la, lb, 0.99))
	return c
}

// coarseness is how far quantiles of two histograms can be from one another, as a
// part of them, if they are the same.
func coarseness(a, b *histogram.Histogram) float64 { return a.RelativeError() + b.RelativeError() }

func part(k, n uint64) float64 {
	if n == 0 {
		return 0
	}
	return float64(k) / float64(n)
}
