package api

import "time"

// The paths of what a [Handler] answers to programs.
const (
	PathStats  = pathStats  // Statistics
	PathEvents = pathEvents // a stream of server-sent events
)

// Statistics are what the API answers to a request of the statistics. The texts in
// it are as events have them, and not safe to show as they are.
type Statistics struct {
	Began time.Time `json:"began"` // since when is counted
	Taken time.Time `json:"taken"`
	Agent Agent     `json:"agent"`

	// In no particular order, but those that are marked as Other are the last.
	Series []Series `json:"series"`
	Errors []Error  `json:"errors"`
}

// An Agent is how the agent is. Its numbers are since it began.
type Agent struct {
	Version  string    `json:"version"`
	Began    time.Time `json:"began"`
	Received Received  `json:"received"`
	Series   int       `json:"series"`  // how many there are, also those that were not asked for
	Expired  uint64    `json:"expired"` // series that were forgotten

	EventsLostBySubscribers uint64 `json:"events_lost_by_subscribers"`

	Recording *Recording `json:"recording,omitempty"` // nil if nothing is recorded
	Export    *Export    `json:"export,omitempty"`    // nil if nothing is exported
}

// Received is what came of datagrams, as agent.Stats has it.
type Received struct {
	Datagrams    uint64 `json:"datagrams"`
	Bytes        uint64 `json:"bytes"`
	Taken        uint64 `json:"taken"`
	Rejected     uint64 `json:"rejected"`
	NotAllowed   uint64 `json:"not_allowed"`
	Events       uint64 `json:"events"`
	Empty        uint64 `json:"empty"`
	NotJSON      uint64 `json:"not_json"`
	NotEvent     uint64 `json:"not_event"`
	LostInKernel uint64 `json:"lost_in_kernel"`
	ReadErrors   uint64 `json:"read_errors"`
}

// A Recording is how the agent's recording is.
type Recording struct {
	Events uint64 `json:"events"`
	Bytes  uint64 `json:"bytes"`
	Lost   uint64 `json:"lost"`
	Error  string `json:"error"` // empty if all is well
}

// An Export is how the agent's export is.
type Export struct {
	Exported uint64 `json:"exported"`
	Failed   uint64 `json:"failed"`
	GivenUp  uint64 `json:"given_up"`
	Error    string `json:"error"` // empty if all is well
}

// A Key says whose numbers something has.
type Key struct {
	ClientID  string `json:"client_id"` // empty if they are merged by operation
	Service   string `json:"service"`
	Operation string `json:"operation"`
	Region    string `json:"region"`          // empty if they are merged by operation
	Other     bool   `json:"other,omitempty"` // of all that is beyond the limits, without names
}

// A Series are the numbers of one key.
type Series struct {
	Key
	Calls     uint64     `json:"calls"`
	Attempts  uint64     `json:"attempts"`
	Retries   uint64     `json:"retries"`
	Errors    uint64     `json:"errors"`
	Throttled uint64     `json:"throttled"`
	Latency   *Histogram `json:"latency,omitempty"` // nil if there are no values
	LastSeen  time.Time  `json:"last_seen"`

	// A brief series has none of these.

	Results        map[string]uint64     `json:"results,omitzero"`
	Statuses       map[int]uint64        `json:"statuses,omitzero"`
	Connections    *Connections          `json:"connections,omitempty"`
	AttemptLatency *Histogram            `json:"attempt_latency,omitempty"`
	Phases         map[string]*Histogram `json:"phases,omitzero"`
}

// Connections are the attempts that tell of theirs.
type Connections struct {
	New    uint64 `json:"new"`
	Reused uint64 `json:"reused"`
}

// A Histogram is a distribution of seconds.
type Histogram struct {
	Count uint64  `json:"count"`
	Sum   float64 `json:"sum"`
	Min   float64 `json:"min"`
	Max   float64 `json:"max"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P99   float64 `json:"p99"`

	*Buckets // nil in a brief series
}

// Buckets are a histogram itself, so that whoever has several can merge them:
// package histogram says what they mean.
type Buckets struct {
	Scale   int      `json:"scale"`
	Offset  int      `json:"offset"`
	Buckets []uint64 `json:"buckets"`
	Zeros   uint64   `json:"zeros"`
}

// An Error are the attempts and calls of one key that failed in one way.
type Error struct {
	Key
	Code     string `json:"code"`   // empty if there was a status alone
	Status   int64  `json:"status"` // 0 if there was no response
	Attempts uint64 `json:"attempts"`
	Calls    uint64 `json:"calls"`
	Message  string `json:"message"` // the last one
}
