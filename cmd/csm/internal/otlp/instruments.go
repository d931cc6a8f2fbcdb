package otlp

// An instrument is one of the metrics that are exported.
type instrument int

const (
	callDuration instrument = iota
	calls
	attempts
	retries
	throttledAttempts
	responses
	callErrors
	attemptErrors
	connections
	attemptDuration
	phaseDuration

	agentSeries
	agentExpired
	agentDatagrams
	agentBytes
	agentEvents
	agentRejections
	agentLostDatagrams
	agentReadErrors
	agentExports
	agentLostEvents
	recordingLostEvents
	subscriberLostEvents

	numInstruments
)

// An instrument's kind says how its numbers add up.
type kind int

const (
	counter      kind = iota
	upDown            // a sum that can get smaller
	distribution      // an exponential histogram
)

// instruments are the names, the units (UCUM) and the descriptions. Prometheus'
// names follow from them by OpenTelemetry's rules. A change of one is a change for
// every dashboard.
var instruments = [numInstruments]struct {
	name, unit, description string
	kind                    kind
}{
	callDuration:      {"rpc.client.call.duration", "s", "Duration of the calls, retries and back-off included.", distribution},
	calls:             {"csm.calls", "{call}", "Calls that ended, by result.", counter},
	attempts:          {"csm.attempts", "{attempt}", "HTTP requests of the calls, first ones and retries.", counter},
	retries:           {"csm.retries", "{retry}", "Retries, as the calls tell them.", counter},
	throttledAttempts: {"csm.throttled_attempts", "{attempt}", "Attempts that the service refused because there were too many.", counter},
	responses:         {"csm.responses", "{response}", "Responses to attempts, by HTTP status code.", counter},
	callErrors:        {"csm.call_errors", "{call}", "Calls that failed, by error.", counter},
	attemptErrors:     {"csm.attempt_errors", "{attempt}", "Attempts that failed, by error.", counter},
	connections:       {"csm.connections", "{attempt}", "Attempts by whether their connection had been used before.", counter},
	attemptDuration:   {"csm.attempt.duration", "s", "Duration of the attempts.", distribution},
	phaseDuration:     {"csm.attempt.phase.duration", "s", "Duration of the phases of attempts.", distribution},

	agentSeries:        {"csm.agent.series", "{series}", "Series that the agent holds.", upDown},
	agentExpired:       {"csm.agent.expired_series", "{series}", "Series that left because they were idle.", counter},
	agentDatagrams:     {"csm.agent.datagrams", "{datagram}", "Datagrams that the agent received, by whether it took them.", counter},
	agentBytes:         {"csm.agent.received", "By", "Bytes in the datagrams that the agent received.", counter},
	agentEvents:        {"csm.agent.events", "{event}", "Events in the datagrams.", counter},
	agentRejections:    {"csm.agent.rejections", "{part}", "Parts of datagrams that were no events, by cause.", counter},
	agentLostDatagrams: {"csm.agent.lost_datagrams", "{datagram}", "Datagrams that the system dropped because the agent did not read them in time.", counter},
	agentReadErrors:    {"csm.agent.read_errors", "{error}", "Errors of the agent's sockets.", counter},
	agentExports:       {"csm.agent.exports", "{request}", "Requests to the collector, by whether it took them.", counter},
	agentLostEvents:    {"csm.agent.lost_events", "{event}", "Events that were to be exported and were not.", counter},

	recordingLostEvents:  {"csm.agent.recording.lost_events", "{event}", "Events that could not be recorded.", counter},
	subscriberLostEvents: {"csm.agent.subscriber.lost_events", "{event}", "Events that subscribers of the live stream were too slow for.", counter},
}
