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

	datagramsReceived = desc("csm_agent_datagrams_received_total", "Datagrams that came.")
	datagramsTaken    = desc("csm_agent_datagrams_taken_total", "Datagrams all of whose content was events.")
	datagramsRejected = desc("csm_agent_datagrams_rejected_total",
		"Datagrams of which something was rejected. With those taken and not allowed they are all that were received.")
	datagramsNotAllowed = desc("csm_agent_datagrams_not_allowed_total",
		"Datagrams of senders that are not allowed to send.")
	datagramsLost = desc("csm_agent_datagrams_lost_in_kernel_total",
		"Datagrams that the system dropped because the agent did not read them in time. Linux alone tells.")
	partsRejected = desc("csm_agent_parts_rejected_total",
		"Parts of datagrams that were rejected, by cause: empty, not_json, not_event.", "csm_cause")
	receivedBytes = desc("csm_agent_received_bytes_total", "Bytes in the datagrams that came.")
	readErrors    = desc("csm_agent_read_errors_total", "Errors while reading datagrams.")
	events        = desc("csm_agent_events_total", "Events that were taken.")

	seriesNow     = desc("csm_agent_series", "Series that the statistics hold.")
	seriesExpired = desc("csm_agent_series_expired_total", "Series that left because they were idle.")
	eventsMissed  = desc("csm_agent_subscriber_events_lost_total",
		"Events that subscribers of the live stream were too slow for.")

	recordingUp     = desc("csm_agent_recording_up", "1 if the recording is well, 0 if its last write failed.")
	recordingEvents = desc("csm_agent_recording_events_total", "Events that were recorded.")
	recordingBytes  = desc("csm_agent_recording_bytes_total", "Bytes that were recorded.")
	recordingLost   = desc("csm_agent_recording_events_lost_total", "Events that could not be recorded.")

	exportUp       = desc("csm_agent_export_up", "1 if the OTLP export is well, 0 if its last request failed.")
	exportRequests = desc("csm_agent_export_requests_total", "OTLP requests that the collector took.")
	exportFailures = desc("csm_agent_export_failures_total", "OTLP requests that the collector did not take in time, all tries together.")
	exportGivenUp  = desc("csm_agent_export_events_given_up_total",
		"Events that were to be exported as log records, and never will be.")

	agentDescs = []*prometheus.Desc{buildInfo, startTime,
		datagramsReceived, datagramsTaken, datagramsRejected, datagramsNotAllowed, datagramsLost, partsRejected, receivedBytes, readErrors,
		events, seriesNow, seriesExpired, eventsMissed,
		recordingUp, recordingEvents, recordingBytes, recordingLost,
		exportUp, exportRequests, exportFailures, exportGivenUp}
)

// collectAgent sends the metrics of the agent itself. What it does not do, such as
// recording, has none.
func collectAgent(ch chan<- prometheus.Metric, h health.Health, s statistics.Snapshot) {
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
	counter(datagramsReceived, r.Datagrams)
	counter(datagramsTaken, r.Taken)
	counter(datagramsRejected, r.Rejected)
	counter(datagramsNotAllowed, r.NotAllowed)
	counter(datagramsLost, r.LostInKernel)
	counter(partsRejected, r.Empty, "empty")
	counter(partsRejected, r.NotJSON, "not_json")
	counter(partsRejected, r.NotEvent, "not_event")
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
		counter(exportRequests, e.Exported)
		counter(exportFailures, e.Failed)
		counter(exportGivenUp, e.GivenUp)
	}
}

// up is 1 if there is no error.
func up(err string) float64 {
	if err != "" {
		return 0
	}
	return 1
}
