// Package prometheus serves what the agent counted, and how the agent is, as
// metrics for Prometheus. docs/metrics.md describes all of them.
//
// One scrape reads one snapshot, so that its numbers agree. Histograms are there
// in both kinds: native ones, from the exponential histograms of the statistics,
// and classic ones with the bounds that OpenTelemetry gives for calls.
//
// Label values come from events, so their senders choose them. They are made valid
// UTF-8 here; the statistics bound their length and their number. What becomes
// the same by that is added up, for a scrape with two metrics of the same labels
// would fail as a whole.
package prometheus
