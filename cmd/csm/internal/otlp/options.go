package otlp

import (
	"errors"
	"log/slog"
	"time"

	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// Options are the settings of an [Exporter]. Those that are empty are taken from
// the environment, by the OpenTelemetry specification's names, else they have the
// specification's defaults. Headers, certificates, compression and the time limit
// of a single request are in the environment alone.
type Options struct {
	// Endpoint is where the collector is, as a URL: https://host:port, or http://
	// for a connection in the clear. Over HTTP, /v1/metrics and /v1/logs are added
	// to its path. By default it is OTEL_EXPORTER_OTLP_ENDPOINT, else this machine.
	Endpoint string

	// Protocol is "http/protobuf" or "grpc". By default it is
	// OTEL_EXPORTER_OTLP_PROTOCOL, else http/protobuf.
	Protocol string

	// Temporality is "cumulative" or "delta". By default it is
	// OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE, else cumulative.
	Temporality string

	// Interval is how often metrics are exported. By default it is
	// OTEL_METRIC_EXPORT_INTERVAL, else a minute.
	Interval time.Duration

	// Timeout is how long one export of metrics may take, with all that is tried
	// again. By default it is OTEL_METRIC_EXPORT_TIMEOUT, else 30 seconds.
	Timeout time.Duration

	// Events exports each event as a log record, besides the metrics.
	Events bool

	// Version is the agent's, for the attribute service.version. It can be empty.
	Version string

	// Snapshot gives what was counted so far. It is required. The exporter keeps
	// what it gets until the next one, and changes nothing in it.
	Snapshot func() statistics.Snapshot

	// Received gives what the agent has received so far. Nil leaves the metrics of
	// that out.
	Received func() agent.Stats

	// Lost gives how many events the recording and the subscribers of the live stream
	// have lost so far. Nil leaves the metrics of that out.
	Lost func() (recording, subscribers uint64)

	// Logger is told, at most once a minute, that exporting fails, and that it works
	// again. Nil means that nothing is logged.
	Logger *slog.Logger
}

// Check says what is wrong with the options, or with the environment that fills
// them.
func (o Options) Check() error {
	_, err := o.complete()
	return err
}

// settings are options without gaps.
type settings struct {
	Options
	metrics, logs target
	delta         bool

	// Of the log records, which wait in a queue and leave it in batches.
	queue, batch        int
	delay, batchTimeout time.Duration
}

// complete fills the gaps of options from the environment.
func (o Options) complete() (settings, error) {
	s := settings{Options: o}
	if o.Snapshot == nil {
		return s, errors.New("csm: the OTLP exporter has no statistics to export")
	}
	if s.Logger == nil {
		s.Logger = slog.New(slog.DiscardHandler)
	}
	var env environment
	s.metrics = env.target(o, "METRICS", "/v1/metrics")
	s.logs = env.target(o, "LOGS", "/v1/logs")
	s.delta = env.delta(o.Temporality)
	env.histograms()
	s.Interval = env.milliseconds(o.Interval, "OTEL_METRIC_EXPORT_INTERVAL", time.Minute)
	s.Timeout = env.milliseconds(o.Timeout, "OTEL_METRIC_EXPORT_TIMEOUT", 30*time.Second)
	s.delay = env.milliseconds(0, "OTEL_BLRP_SCHEDULE_DELAY", time.Second)
	s.batchTimeout = env.milliseconds(0, "OTEL_BLRP_EXPORT_TIMEOUT", 30*time.Second)
	s.queue = env.number("OTEL_BLRP_MAX_QUEUE_SIZE", 2048)
	s.batch = min(env.number("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", 512), s.queue)
	return s, errors.Join(env.errs...)
}
