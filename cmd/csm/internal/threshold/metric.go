package threshold

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/go-csm/csm/cmd/csm/internal/nearest"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// A unit is what a metric is measured in.
type unit int

const (
	number  unit = iota // of things
	percent             // of the calls
	seconds
)

// A metric is what a threshold looks at.
type metric struct {
	name string
	unit unit

	// of is the metric's value. It is not known if the events do not tell: a call
	// that was never made has no latency.
	of func(*statistics.Series) (value float64, known bool)
}

// metrics are those with a name of their own.
var metrics = []metric{
	{"calls", number, func(s *statistics.Series) (float64, bool) { return float64(s.Calls), true }},
	{"attempts", number, func(s *statistics.Series) (float64, bool) { return float64(s.Attempts), true }},
	{"retries", number, func(s *statistics.Series) (float64, bool) { return float64(s.Retries), s.Calls > 0 }},
	{"errors", number, func(s *statistics.Series) (float64, bool) { return float64(s.Errors()), tellResults(s) }},
	{"throttled", number, func(s *statistics.Series) (float64, bool) { return float64(s.Throttled), s.Calls+s.Attempts > 0 }},
	{"error-rate", percent, func(s *statistics.Series) (float64, bool) {
		return 100 * float64(s.Errors()) / float64(s.Calls), tellResults(s)
	}},
	{"min", seconds, func(s *statistics.Series) (float64, bool) { h := s.Latency(); return h.Min(), h.Count() > 0 }},
	{"avg", seconds, func(s *statistics.Series) (float64, bool) {
		h := s.Latency()
		return h.Sum() / float64(h.Count()), h.Count() > 0
	}},
	{"max", seconds, func(s *statistics.Series) (float64, bool) { h := s.Latency(); return h.Max(), h.Count() > 0 }},
}

// tellResults tells whether any call says what it came to.
func tellResults(s *statistics.Series) bool { return s.Calls > s.Results[statistics.Unknown] }

// percentiles are the examples of what there is besides.
const percentiles = "p50, p90, p99, p99.9"

// metricOf is the metric of a name.
func metricOf(name string) (metric, bool) {
	for _, m := range metrics {
		if strings.EqualFold(m.name, name) {
			return m, true
		}
	}
	digits, ok := strings.CutPrefix(strings.ToLower(name), "p")
	if !ok || strings.Trim(digits, ".0123456789") != "" {
		return metric{}, false
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || n <= 0 || n >= 100 {
		return metric{}, false
	}
	return metric{name, seconds, func(s *statistics.Series) (float64, bool) {
		h := s.Latency()
		return h.Quantile(n / 100), h.Count() > 0
	}}, true
}

// metricHint says what to write for a name that is no metric.
func metricHint(name string) string {
	if i := strings.LastIndexAny(name, ".:/"); i >= 0 {
		if _, ok := metricOf(name[i+1:]); ok {
			return fmt.Sprintf("write a space before the metric: %s %s", name[:i], name[i+1:])
		}
	}
	var names []string
	for _, m := range metrics {
		names = append(names, m.name)
	}
	all := "the metrics are " + strings.Join(names, ", ") + ", and percentiles such as " + percentiles
	if like := nearest.Name(name, names); like != "" {
		return fmt.Sprintf("did you mean %s? %s", like, all)
	}
	return all
}

// write writes a value of the metric for people.
func (m metric) write(v float64) string {
	digits := func(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }
	switch {
	case m.unit == number:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case m.unit == percent:
		return digits(v) + "%"
	case v < 0.9995:
		return digits(v*1000) + " ms"
	case v < 1000:
		return digits(v) + " s"
	}
	return strconv.FormatFloat(v, 'f', 0, 64) + " s"
}
