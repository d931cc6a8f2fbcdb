package prometheus

import (
	"cmp"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-csm/csm/cmd/csm/internal/histogram"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// The metrics of the calls.
var (
	callDuration = desc("rpc_client_call_duration_seconds",
		"Duration of AWS API calls, retries and back-off included.", labelSystem, labelMethod, labelRegion, labelClient, labelError)
	attemptDuration = desc("csm_attempt_duration_seconds",
		"Duration of the attempts of AWS API calls.", labelMethod, labelRegion, labelClient)
	phaseDuration = desc("csm_attempt_phase_duration_seconds",
		"Duration of the phases of attempts: acquire, connect, dns, tcp, tls, request.",
		labelService, labelRegion, labelClient, labelPhase)

	callsTotal = desc("csm_calls_total",
		"AWS API calls by how they ended.", labelMethod, labelRegion, labelClient, labelResult, labelError)
	attemptsTotal = desc("csm_attempts_total",
		"Attempts of AWS API calls.", labelMethod, labelRegion, labelClient)
	retriesTotal = desc("csm_retries_total",
		"Retries of AWS API calls, as the calls tell.", labelMethod, labelRegion, labelClient)
	throttledTotal = desc("csm_throttled_attempts_total",
		"Attempts that the service refused because there were too many.", labelMethod, labelRegion, labelClient)
	responsesTotal = desc("csm_responses_total",
		"Attempts that got a response, by HTTP status code.", labelMethod, labelRegion, labelClient, labelStatus)
	connectionsTotal = desc("csm_connections_total",
		"Attempts by whether their connection had been used before.",
		labelService, labelRegion, labelClient, labelReused)

	callErrorsTotal = desc("csm_call_errors_total",
		"AWS API calls that failed, by error.", labelMethod, labelRegion, labelClient, labelError, labelStatus)
	attemptErrorsTotal = desc("csm_attempt_errors_total",
		"Attempts that failed, by error.", labelMethod, labelRegion, labelClient, labelError, labelStatus)

	callDescs = []*prometheus.Desc{callDuration, attemptDuration, phaseDuration, callsTotal, attemptsTotal,
		retriesTotal, throttledTotal, responsesTotal, connectionsTotal, callErrorsTotal, attemptErrorsTotal}
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// calls sends the metrics of the calls.
type calls struct {
	ch      chan<- prometheus.Metric
	classic bool
}

func (c calls) collect(s statistics.Snapshot) {
	s = normal(s)
	endpoints := map[statistics.Key]*endpoint{}
	for i := range s.Series {
		series := &s.Series[i]
		c.collectSeries(series)
		k := statistics.Key{ClientID: series.Key.ClientID, Service: series.Key.Service, Region: series.Key.Region}
		if series.Other {
			k = statistics.Key{Service: other}
		}
		if endpoints[k] == nil {
			endpoints[k] = new(endpoint)
		}
		endpoints[k].add(series)
	}
	for k, e := range endpoints {
		c.collectEndpoint(k, e)
	}
	c.collectErrors(s.Errors)
}

func (c calls) collectSeries(s *statistics.Series) {
	base := labels(nil).with(labelMethod, method(s.Key, s.Other)).
		with(labelRegion, s.Key.Region).with(labelClient, s.Key.ClientID)
	system := base.with(labelSystem, "aws-api")
	c.histogram(callDuration, s.LatencyWithoutFailures(), system.with(labelError, ""))
	c.histogram(attemptDuration, &s.AttemptLatency, base)
	for r, n := range s.Results {
		result, failure := statistics.Result(r), ""
		if result.Failed() {
			failure = result.String()
			c.histogram(callDuration, &s.Latencies[r], system.with(labelError, failure))
		}
		c.counter(callsTotal, n, base.with(labelResult, result.String()).with(labelError, failure))
	}
	c.counter(attemptsTotal, s.Attempts, base)
	c.counter(retriesTotal, s.Retries, base)
	c.counter(throttledTotal, s.Throttled, base)
	for code, n := range s.Statuses {
		label := other
		if code != statistics.OtherStatus {
			label = status(int64(code))
		}
		c.counter(responsesTotal, n, base.with(labelStatus, label))
	}
}

// An endpoint are the numbers that are of a service in a region and not of an
// operation: its connections.
type endpoint struct {
	phases          [statistics.NumPhases]histogram.Histogram
	isNew, isReused uint64
}

func (e *endpoint) add(s *statistics.Series) {
	for p := range s.Phases {
		e.phases[p].Merge(&s.Phases[p])
	}
	e.isNew += s.ConnectionsNew
	e.isReused += s.ConnectionsReused
}

func (c calls) collectEndpoint(k statistics.Key, e *endpoint) {
	base := labels(nil).with(labelService, k.Service).with(labelRegion, k.Region).with(labelClient, k.ClientID)
	for p := range e.phases {
		c.histogram(phaseDuration, &e.phases[p], base.with(labelPhase, statistics.Phase(p).String()))
	}
	if e.isNew+e.isReused > 0 { // else its senders do not tell
		c.counter(connectionsTotal, e.isNew, base.with(labelReused, "false"))
		c.counter(connectionsTotal, e.isReused, base.with(labelReused, "true"))
	}
}

// collectErrors sends the errors. Those that have the same labels are added up: an
// error without a code goes by its status.
func (c calls) collectErrors(errors []statistics.Error) {
	type key struct{ method, region, client, code, status string }
	type counts struct{ calls, attempts uint64 }
	all := map[key]counts{}
	for i := range errors {
		e := &errors[i]
		k := key{method(e.Key, e.Other), e.Key.Region, e.Key.ClientID, valid(e.Code), status(e.Status)}
		k.code = cmp.Or(k.code, k.status, other)
		n := all[k]
		n.calls += e.Calls
		n.attempts += e.Attempts
		all[k] = n
	}
	for k, n := range all {
		l := labels(nil).with(labelMethod, k.method).with(labelRegion, k.region).with(labelClient, k.client).
			with(labelError, k.code).with(labelStatus, k.status)
		if n.calls > 0 {
			c.counter(callErrorsTotal, n.calls, l)
		}
		if n.attempts > 0 {
			c.counter(attemptErrorsTotal, n.attempts, l)
		}
	}
}

// histogram sends a histogram, if it has values.
func (c calls) histogram(d *prometheus.Desc, h *histogram.Histogram, l labels) {
	if h.Count() > 0 {
		c.ch <- histogramMetric{d, l, h, c.classic}
	}
}

func (c calls) counter(d *prometheus.Desc, n uint64, l labels) {
	c.ch <- counterMetric{d, l, float64(n)}
}

// A counterMetric is one counter.
type counterMetric struct {
	desc   *prometheus.Desc
	labels []*dto.LabelPair
	value  float64
}

// Desc is the description of the metric.
func (m counterMetric) Desc() *prometheus.Desc { return m.desc }

// Write writes the metric into out.
func (m counterMetric) Write(out *dto.Metric) error {
	out.Label = m.labels
	out.Counter = &dto.Counter{Value: &m.value}
	return nil
}
