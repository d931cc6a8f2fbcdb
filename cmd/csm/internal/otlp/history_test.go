package otlp

import (
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/go-csm/csm/cmd/csm/internal/histogram"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// at is a snapshot of series that have counted attempts, some minutes after the
// beginning.
func at(minute int, series ...statistics.Series) *statistics.Snapshot {
	return &statistics.Snapshot{Began: began, Taken: began.Add(time.Duration(minute) * time.Minute), Series: series}
}

func tried(operation string, attempts uint64) statistics.Series {
	return statistics.Series{Key: statistics.Key{Service: "S3", Operation: operation}, Attempts: attempts}
}

// only is the one point of attempts that a history exports of a snapshot, which is
// delivered.
func only(t *testing.T, h *history, s *statistics.Snapshot) (value int64, since time.Duration) {
	t.Helper()
	for r, delivered := range h.requests(s, nil) {
		delivered()
		points := r.sums[attempts]
		if len(points) != 1 {
			t.Fatalf("%d points, want one", len(points))
		}
		return points[0].Value, points[0].StartTime.Sub(began)
	}
	panic("no request")
}

func TestCumulativeNumbersSayWhenTheyBegan(t *testing.T) {
	for _, test := range []struct {
		name  string
		then  []statistics.Series
		value int64
		since time.Duration
	}{
		{"of a series that was there from the first snapshot: with the aggregation",
			[]statistics.Series{tried("A", 3), tried("A", 5)}, 5, 0},
		{"of a series that began anew: after the last snapshot",
			[]statistics.Series{tried("A", 3), tried("A", 2)}, 2, time.Minute},
		{"of another series: after the last snapshot",
			[]statistics.Series{tried("A", 3), tried("B", 7)}, 7, time.Minute},
		{"of a series that left and came back: after the last snapshot without it",
			[]statistics.Series{tried("A", 3), tried("B", 7), tried("A", 9)}, 9, 2 * time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := new(history)
			var value int64
			var since time.Duration
			for i, s := range test.then {
				value, since = only(t, h, at(i+1, s))
			}
			if value != test.value || since != test.since {
				t.Errorf("%d since %v, want %d since %v", value, since, test.value, test.since)
			}
		})
	}
}

func TestDeltasGoOnWhereTheLastDeliveryEnded(t *testing.T) {
	h := &history{delta: true}
	if value, since := only(t, h, at(1, tried("A", 3))); value != 3 || since != 0 {
		t.Errorf("the first is %d since %v", value, since)
	}
	for r := range h.requests(at(2, tried("A", 5)), nil) { // not delivered
		if v := r.sums[attempts][0].Value; v != 2 {
			t.Errorf("the second is %d, want 2", v)
		}
	}
	if value, since := only(t, h, at(3, tried("A", 9))); value != 6 || since != time.Minute {
		t.Errorf("after a failure it is %d since %v, want 6 since 1m0s", value, since)
	}
	if value, since := only(t, h, at(4, tried("A", 1))); value != 1 || since != 3*time.Minute {
		t.Errorf("after it began anew it is %d since %v, want 1 since 3m0s", value, since)
	}
	for r := range h.requests(at(5, tried("A", 1)), nil) {
		if n := len(r.sums[attempts]); n != 0 {
			t.Errorf("%d points of what has not changed, want none", n)
		}
	}
}

func TestTheAgentsOwnNumbersBeginAnewWithANewListener(t *testing.T) {
	h := new(history)
	read := func(minute int, n uint64) (int64, time.Duration) {
		for r := range h.requests(at(minute), []number{{agentEvents, attribute.NewSet(), n}}) {
			return r.sums[agentEvents][0].Value, r.sums[agentEvents][0].StartTime.Sub(began)
		}
		panic("no request")
	}
	if n, since := read(1, 5); n != 5 || since != 0 {
		t.Errorf("%d since %v, want 5 since 0s", n, since)
	}
	if n, since := read(2, 3); n != 3 || since != time.Minute {
		t.Errorf("%d since %v, want 3 since 1m0s", n, since)
	}
}

func TestDeltasOfTheAgentsOwnNumbersGoOnToo(t *testing.T) {
	h := &history{delta: true}
	for i, want := range []struct{ events, series int64 }{{5, 7}, {3, 7}} {
		set := attribute.NewSet()
		now := []number{{agentEvents, set, []uint64{5, 8}[i]}, {agentSeries, set, 7}}
		for r, delivered := range h.requests(at(i+1), now) {
			delivered()
			events, series := r.sums[agentEvents][0], r.sums[agentSeries][0]
			if events.Value != want.events || events.StartTime.Sub(began) != time.Duration(i)*time.Minute {
				t.Errorf("%d events since %v, want %d", events.Value, events.StartTime.Sub(began), want.events)
			}
			if series.Value != want.series { // it does not add up
				t.Errorf("%d series, want %d", series.Value, want.series)
			}
		}
	}
}

func TestNoTwoSeriesHaveTheSameAttributes(t *testing.T) {
	names := []string{"", "/", "A", "A/", "/A", "A/B", "%2F", "_OTHER", "%"}
	seen := map[attribute.Distinct]statistics.Series{}
	check := func(s statistics.Series) {
		attributes := with(seriesAttributes(&s))
		set := attributes.Equivalent()
		if other, twice := seen[set]; twice {
			t.Errorf("%+v and %+v have the same", other.Key, s.Key)
		}
		seen[set] = s
	}
	check(statistics.Series{Other: true})
	for _, client := range names {
		for _, service := range names {
			for _, operation := range names {
				for _, region := range names {
					check(statistics.Series{Key: statistics.Key{
						ClientID: client, Service: service, Operation: operation, Region: region,
					}})
				}
			}
		}
	}
}

func TestADistributionThatShrankIsNoHugeOne(t *testing.T) {
	now, past := new(histogram.Histogram), new(histogram.Histogram)
	now.Record(1)
	for range 5 {
		past.Record(1)
		past.Record(0)
		past.Record(1000)
	}
	if p := distributionPoint(now, past); p.Count != 0 || p.Sum != 0 || p.ZeroCount != 0 {
		t.Errorf("the point is %+v", p)
	}
}
