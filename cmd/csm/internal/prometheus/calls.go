package prometheus

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/go-csm/csm/cmd/csm/internal/histogram"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// callFamilies are the metrics of the calls.
var callFamilies = []family{
	{"rpc_client_call_duration_seconds", "Duration of AWS API calls, retries and back-off included.",
		dto.MetricType_HISTOGRAM, ofSeries(callDuration)},
	{"csm_attempt_duration_seconds", "Duration of the attempts of AWS API calls.",
		dto.MetricType_HISTOGRAM, ofSeries(attemptDuration)},
	{"csm_attempt_phase_duration_seconds", "Duration of the phases of attempts: acquire, connect, dns, tcp, tls, request.",
		dto.MetricType_HISTOGRAM, phaseDuration},
	{"csm_calls_total", "AWS API calls by how they ended.",
		dto.MetricType_COUNTER, ofSeries(callsByResult)},
	{"csm_attempts_total", "Attempts of AWS API calls.",
		dto.MetricType_COUNTER, ofSeries(counterOf(func(s *statistics.Series) uint64 { return s.Attempts }))},
	{"csm_retries_total", "Retries of AWS API calls, as the calls tell.",
		dto.MetricType_COUNTER, ofSeries(counterOf(func(s *statistics.Series) uint64 { return s.Retries }))},
	{"csm_throttled_attempts_total", "Attempts that the service refused because there were too many.",
		dto.MetricType_COUNTER, ofSeries(counterOf(func(s *statistics.Series) uint64 { return s.Throttled }))},
	{"csm_responses_total", "Attempts that got a response, by HTTP status code.",
		dto.MetricType_COUNTER, ofSeries(responses)},
	{"csm_connections_total", "Attempts by whether their connection had been used before.",
		dto.MetricType_COUNTER, connections},
	{"csm_call_errors_total", "AWS API calls that failed, by error.",
		dto.MetricType_COUNTER, ofErrors(func(e *failures) uint64 { return e.calls })},
	{"csm_attempt_errors_total", "Attempts that failed, by error.",
		dto.MetricType_COUNTER, ofErrors(func(e *failures) uint64 { return e.attempts })},
}

// calls are what the metrics of the calls are made of, in an order that stays the
// same.
type calls struct {
	series    []statistics.Series
	endpoints []*endpoint
	errors    []*failures
	classic   bool // histograms have classic buckets, too
}

// newCalls takes a snapshot, which it sorts.
func newCalls(s statistics.Snapshot, classic bool) calls {
	s = normal(s)
	slices.SortFunc(s.Series, func(a, b statistics.Series) int { return compareKeys(a.Key, b.Key) })
	return calls{s.Series, endpointsOf(s.Series), failuresOf(s.Errors), classic}
}

// metrics are those of one family, one after the other. None is kept.
type metrics func(calls) iter.Seq[*dto.Metric]

// ofSeries are the metrics that each series has.
func ofSeries(of func(c calls, s *statistics.Series, yield func(*dto.Metric) bool) bool) metrics {
	return func(c calls) iter.Seq[*dto.Metric] {
		return func(yield func(*dto.Metric) bool) {
			for i := range c.series {
				if !of(c, &c.series[i], yield) {
					return
				}
			}
		}
	}
}

func callDuration(c calls, s *statistics.Series, yield func(*dto.Metric) bool) bool {
	labels := func(failure string) []*dto.LabelPair {
		return seriesLabels(s, labelSystem, "aws-api", labelError, failure)
	}
	if h := s.LatencyWithoutFailures(); h.Count() > 0 && !yield(c.histogram(h, labels(""))) {
		return false
	}
	for r := range s.Latencies {
		h, result := &s.Latencies[r], statistics.Result(r)
		if result.Failed() && h.Count() > 0 && !yield(c.histogram(h, labels(result.String()))) {
			return false
		}
	}
	return true
}

func attemptDuration(c calls, s *statistics.Series, yield func(*dto.Metric) bool) bool {
	return s.AttemptLatency.Count() == 0 || yield(c.histogram(&s.AttemptLatency, seriesLabels(s)))
}

func callsByResult(_ calls, s *statistics.Series, yield func(*dto.Metric) bool) bool {
	for r, n := range s.Results {
		result, failure := statistics.Result(r), ""
		if result.Failed() {
			failure = result.String()
		}
		if !yield(counter(n, seriesLabels(s, labelResult, result.String(), labelError, failure))) {
			return false
		}
	}
	return true
}

func counterOf(number func(*statistics.Series) uint64) func(calls, *statistics.Series, func(*dto.Metric) bool) bool {
	return func(_ calls, s *statistics.Series, yield func(*dto.Metric) bool) bool {
		return yield(counter(number(s), seriesLabels(s)))
	}
}

func responses(_ calls, s *statistics.Series, yield func(*dto.Metric) bool) bool {
	for _, code := range slices.Sorted(maps.Keys(s.Statuses)) {
		label := other
		if code != statistics.OtherStatus {
			label = status(int64(code))
		}
		if !yield(counter(s.Statuses[code], seriesLabels(s, labelStatus, label))) {
			return false
		}
	}
	return true
}

// An endpoint are the numbers that are of a service in a region and not of an
// operation: its connections.
type endpoint struct {
	key             statistics.Key // without an operation
	phases          [statistics.NumPhases]histogram.Histogram
	isNew, isReused uint64
}

func endpointsOf(series []statistics.Series) []*endpoint {
	endpoints := make(map[statistics.Key]*endpoint)
	for i := range series {
		s := &series[i]
		k := statistics.Key{ClientID: s.Key.ClientID, Service: s.Key.Service, Region: s.Key.Region}
		if s.Other {
			k = statistics.Key{Service: other}
		}
		e := endpoints[k]
		if e == nil {
			e = &endpoint{key: k}
			endpoints[k] = e
		}
		for p := range s.Phases {
			e.phases[p].Merge(&s.Phases[p])
		}
		e.isNew += s.ConnectionsNew
		e.isReused += s.ConnectionsReused
	}
	return slices.SortedFunc(maps.Values(endpoints), func(a, b *endpoint) int { return compareKeys(a.key, b.key) })
}

func phaseDuration(c calls) iter.Seq[*dto.Metric] {
	return func(yield func(*dto.Metric) bool) {
		for _, e := range c.endpoints {
			for p := range e.phases {
				h := &e.phases[p]
				if h.Count() > 0 && !yield(c.histogram(h, endpointLabels(e.key, labelPhase, statistics.Phase(p).String()))) {
					return
				}
			}
		}
	}
}

func connections(c calls) iter.Seq[*dto.Metric] {
	return func(yield func(*dto.Metric) bool) {
		for _, e := range c.endpoints {
			if e.isNew+e.isReused == 0 { // its senders do not tell
				continue
			}
			if !yield(counter(e.isNew, endpointLabels(e.key, labelReused, "false"))) ||
				!yield(counter(e.isReused, endpointLabels(e.key, labelReused, "true"))) {
				return
			}
		}
	}
}

// failures are the calls and the attempts that failed with one error.
type failures struct {
	labels          failureLabels
	calls, attempts uint64
}

type failureLabels struct{ method, region, client, code, status string }

// failuresOf are errors by their labels. Those that have the same are added up: an
// error without a code goes by its status.
func failuresOf(errors []statistics.Error) []*failures {
	all := make(map[failureLabels]*failures, len(errors))
	for i := range errors {
		e := &errors[i]
		k := failureLabels{method(e.Key, e.Other), e.Key.Region, e.Key.ClientID, valid(e.Code), status(e.Status)}
		k.code = cmp.Or(k.code, k.status, other)
		if all[k] == nil {
			all[k] = &failures{labels: k}
		}
		all[k].calls += e.Calls
		all[k].attempts += e.Attempts
	}
	return slices.SortedFunc(maps.Values(all), func(a, b *failures) int {
		return cmp.Or(
			cmp.Compare(a.labels.method, b.labels.method),
			cmp.Compare(a.labels.region, b.labels.region),
			cmp.Compare(a.labels.client, b.labels.client),
			cmp.Compare(a.labels.code, b.labels.code),
			cmp.Compare(a.labels.status, b.labels.status),
		)
	})
}

// ofErrors are the counters of errors, but for those that are zero.
func ofErrors(number func(*failures) uint64) metrics {
	return func(c calls) iter.Seq[*dto.Metric] {
		return func(yield func(*dto.Metric) bool) {
			for _, e := range c.errors {
				n, l := number(e), e.labels
				if n > 0 && !yield(counter(n, labels(labelMethod, l.method, labelRegion, l.region, labelClient, l.client,
					labelError, l.code, labelStatus, l.status))) {
					return
				}
			}
		}
	}
}

func counter(n uint64, l []*dto.LabelPair) *dto.Metric {
	return &dto.Metric{Label: l, Counter: &dto.Counter{Value: proto.Float64(float64(n))}}
}

func (c calls) histogram(h *histogram.Histogram, l []*dto.LabelPair) *dto.Metric {
	m := &dto.Metric{Label: l, Histogram: native(h)}
	if c.classic {
		m.Histogram.Bucket = classic(h)
	}
	return m
}
