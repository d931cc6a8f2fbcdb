// Package otlp exports what the agent has counted, and if wanted each event as a
// log record, to an OpenTelemetry collector, over OTLP/HTTP or OTLP/gRPC. The file
// docs/opentelemetry.md lists the metrics and the settings.
//
// The metrics are snapshots of the agent's own statistics. They go to the
// exporters of the OpenTelemetry SDK as they are; nothing is counted a second
// time, and the buckets of the histograms are not computed anew.
//
// Nothing that takes events waits for the collector. What cannot be delivered is
// tried again within a time limit, then given up and counted; see [Health].
package otlp
