package prometheus

import (
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/go-csm/csm/cmd/csm/internal/health"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// The metrics of the agent itself.
var (
	buildInfo = desc("csm_agent_build_info",
		"The version of the agent, and of the Go that built it. The value is always 1.", "version", "goversion")
	startTime = desc("csm_agent_start_time_seconds", "When the agent began, in seconds since 1970.")

	datagrams = desc("csm_agent_datagrams_total",
		"Datagrams that came, by outcome: taken, rejected (not all of it was events), not_allowed.", labelOutcome)
	datagramsLost = desc("csm_agent_lost_datagrams_total",
		"Datagrams that the system dropped because the agent did not read them in time. Linux alone tells.")
	rejections = desc("csm_agent_rejections_total",
		"Parts of datagrams that were no events, by cause: empty, not_json, not_event.", labelCause)
	receivedBytes = desc("csm_agent_received_bytes_total", "Bytes in the datagrams that came.")
	readErrors    = desc("csm_agent_read_errors_total", "Errors while reading datagrams.")
	events        = desc("csm_agent_events_total", "Events that were taken.")

	seriesNow     = desc("csm_agent_series", "Series that the statistics hold.")
	seriesExpired = desc("csm_agent_expired_series_total", "Series that left because they were idle.")
	eventsMissed  = desc("csm_agent_subscriber_lost_events_total",
		"Events that subscribers of the live stream were too slow for.")

	recordingUp     = desc("csm_agent_recording_up", "1 if the recording is well, 0 if its last write failed.")
	recordingEvents = desc("csm_agent_recording_events_total", "Events that were recorded.")
	recordingBytes  = desc("csm_agent_recording_bytes_total", "Bytes that were recorded.")
	recordingLost   = desc("csm_agent_recording_lost_events_total", "Events that could not be recorded.")

	exportUp = desc("csm_agent_export_up", "1 if the OTLP export is well, 0 if its last request failed.")
	exports  = desc("csm_agent_exports_total",
		"OTLP requests by outcome: exported, failed (the collector did not take it in time, all tries together).", labelOutcome)
	exportLost = desc("csm_agent_lost_events_total",
		"Events that were to be exported as log records, and never will be.")

	agentDescs = []*prometheus.Desc{buildInfo, startTime,
		datagrams, datagramsLost, rejections, receivedBytes, readErrors,
		events, seriesNow, seriesExpired, eventsMissed,
		recordingUp, recordingEvents, recordingBytes, recordingLost,
		exportUp, exports, exportLost}
)

// An agentCollector makes the metrics of the agent itself. What it does not do, such
// as recording, has none.
type agentCollector struct {
	health     health.Health
	statistics statistics.Snapshot
}

// Describe sends the descriptions of all metrics that there can be.
func (c agentCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range agentDescs {
		ch <- d
	}
}

// Collect sends the metrics.
func (c agentCollector) Collect(ch chan<- prometheus.Metric) {
	h, s := c.health, c.statistics
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	counter := func(d *prometheus.Desc, n uint64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	gauge(buildInfo, 1, valid(h.Version), runtime.Version())
	if !h.Began.IsZero() {
		gauge(startTime, float64(h.Began.UnixNano())/float64(time.Second))
	}

	r := h.Received
	counter(datagrams, r.Taken, "taken")
	counter(datagrams, r.Rejected, "rejected")
	counter(datagrams, r.NotAllowed, "not_allowed")
	counter(datagramsLost, r.LostInKernel)
	counter(rejections, r.Empty, "empty")
	counter(rejections, r.NotJSON, "not_json")
	counter(rejections, r.NotEvent, "not_event")
	counter(receivedBytes, r.Bytes)
	counter(readErrors, r.ReadErrors)
	counter(events, r.Events)

	gauge(seriesNow, float64(len(s.Series)))
	counter(seriesExpired, s.Expired)
	counter(eventsMissed, h.EventsLostBySubscribers)

	if r := h.Recording; r != nil {
		gauge(recordingUp, up(r.Error))
		counter(recordingEvents, r.Events)
		counter(recordingBytes, r.Bytes)
		counter(recordingLost, r.Lost)
	}
	if e := h.Export; e != nil {
		gauge(exportUp, up(e.Error))
		counter(exports, e.Exported, "exported")
		counter(exports, e.Failed, "failed")
		counter(exportLost, e.GivenUp)
	}
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// up is 1 if there is no error.
func up(err string) float64 {
	if err != "" {
		return 0
	}
	return 1
}
