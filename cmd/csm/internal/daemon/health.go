package daemon

import (
	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/health"
)

// received is what all listeners together have received.
func (d *Daemon) received() agent.Stats {
	var sum agent.Stats
	for _, l := range d.listeners {
		s := l.Stats()
		sum.Datagrams += s.Datagrams
		sum.Bytes += s.Bytes
		sum.Taken += s.Taken
		sum.Rejected += s.Rejected
		sum.Events += s.Events
		sum.NotAllowed += s.NotAllowed
		sum.Empty += s.Empty
		sum.NotJSON += s.NotJSON
		sum.NotEvent += s.NotEvent
		sum.LostInKernel += s.LostInKernel
		sum.ReadErrors += s.ReadErrors
	}
	return sum
}

// lost is how many events the recording and the subscribers have lost.
func (d *Daemon) lost() (recorded, subscribed uint64) {
	if d.recorder != nil {
		recorded = d.recorder.Health().Lost
	}
	return recorded, d.hub.Lost()
}

// health is how the daemon is.
func (d *Daemon) health() health.Health {
	h := health.Health{
		Version:                 d.config.Version,
		Began:                   d.began,
		Received:                d.received(),
		EventsLostBySubscribers: d.hub.Lost(),
	}
	if d.recorder != nil {
		r := health.RecordingHealth(d.recorder.Health())
		h.Recording = &r
	}
	if d.exporter != nil {
		e := health.ExportHealth(d.exporter.Health())
		h.Export = &e
	}
	return h
}
