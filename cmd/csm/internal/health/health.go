// Package health holds the numbers that the agent tells about itself. Whoever runs
// an agent fills them in; the HTTP API and the exporters read them.
package health

import (
	"time"

	"github.com/go-csm/csm/agent"
)

// A Health is how an agent is at one moment. Counters count from Began on. It is
// plain data: copy it freely.
type Health struct {
	Version  string      // of the agent; empty if it is not known
	Began    time.Time   // when the agent began
	Received agent.Stats // of all its listeners together

	// EventsLostBySubscribers is how many events the subscribers of the live stream
	// were too slow for, all of them together.
	EventsLostBySubscribers uint64

	Recording *RecordingHealth // nil if nothing is recorded
	Export    *ExportHealth    // nil if nothing is exported
}

// A RecordingHealth is how the recording is.
type RecordingHealth struct {
	Events uint64 // written
	Bytes  uint64 // written, as they are on the disk
	Lost   uint64 // events that could not be written
	Error  string // the last one, or empty if all is well now
}

// An ExportHealth is how the export over OTLP is.
type ExportHealth struct {
	Exported uint64 // requests that the collector took
	Failed   uint64 // requests that it did not take in time, all tries together
	GivenUp  uint64 // events that were to be exported and never will be
	Error    string // the last one, or empty if all is well now
}
