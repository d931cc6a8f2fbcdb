package otlp

import (
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// A number is one that the agent tells about itself.
type number struct {
	instrument instrument
	attributes attribute.Set
	value      uint64
}

// numbers are those of the agent, always as many in the same order.
func (e *Exporter) numbers(s *statistics.Snapshot) []number {
	h := e.Health()
	set := attribute.NewSet
	numbers := []number{
		{agentSeries, set(), uint64(len(s.Series))},
		{agentExpired, set(), s.Expired},
		{agentExports, set(keyOutcome.String("exported")), h.Exported},
		{agentExports, set(keyOutcome.String("failed")), h.Failed},
		{agentLostEvents, set(), h.GivenUp},
	}
	if e.settings.Lost != nil {
		recording, subscribers := e.settings.Lost()
		numbers = append(numbers, number{recordingLostEvents, set(), recording}, number{subscriberLostEvents, set(), subscribers})
	}
	if e.settings.Received != nil {
		numbers = append(numbers, received(e.settings.Received())...)
	}
	return numbers
}

func received(s agent.Stats) []number {
	set := attribute.NewSet
	return []number{
		{agentDatagrams, set(keyOutcome.String("taken")), s.Taken},
		{agentDatagrams, set(keyOutcome.String("rejected")), s.Rejected},
		{agentDatagrams, set(keyOutcome.String("not_allowed")), s.NotAllowed},
		{agentBytes, set(), s.Bytes},
		{agentEvents, set(), s.Events},
		{agentRejections, set(keyCause.String("empty")), s.Empty},
		{agentRejections, set(keyCause.String("not_json")), s.NotJSON},
		{agentRejections, set(keyCause.String("not_event")), s.NotEvent},
		{agentLostDatagrams, set(), s.LostInKernel},
		{agentReadErrors, set(), s.ReadErrors},
	}
}

// ownNumbers are the history of the agent's own numbers.
type ownNumbers struct {
	start    time.Time
	now      []number
	exported []uint64 // what the collector has; without delta zeros
}

// see takes the numbers as they are now. If one got smaller, as after a listener
// was replaced, they all began anew after the last time.
func (o *ownNumbers) see(now []number, lastTime time.Time) {
	anew := len(o.now) != len(now)
	for i := 0; i < len(now) && !anew; i++ {
		anew = now[i].value < o.now[i].value && instruments[now[i].instrument].kind == counter
	}
	if anew {
		o.start, o.exported = lastTime, make([]uint64, len(now))
	}
	o.now = slices.Clone(now)
}

func (o *ownNumbers) add(r *request) {
	for i, n := range o.now {
		past := o.exported[i]
		if instruments[n.instrument].kind == upDown {
			past = 0
		}
		r.add(n.instrument, n.attributes, o.start, n.value, past)
	}
}

// delivered keeps that the collector has the numbers.
func (o *ownNumbers) delivered(taken time.Time) {
	o.start = taken
	for i, n := range o.now {
		o.exported[i] = n.value
	}
}
