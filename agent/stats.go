package agent

import "sync/atomic"

// Stats are what a [Listener] has received so far, and what of it it could not
// take, by cause. Each datagram is counted once as taken, as rejected or as not
// allowed.
type Stats struct {
	Datagrams uint64 // received
	Bytes     uint64 // in them
	Taken     uint64 // datagrams all of whose content was events
	Rejected  uint64 // those with anything else, also if events were among it
	Events    uint64 // handed on

	NotAllowed uint64 // datagrams of senders that Options.Allow leaves out

	Empty    uint64 // datagrams with nothing in them
	NotJSON  uint64 // parts of datagrams that are not JSON
	NotEvent uint64 // JSON values that are no events

	// LostInKernel is how many datagrams the system dropped because the listener
	// did not read them in time. It is known on Linux alone, and 0 elsewhere.
	LostInKernel uint64

	ReadErrors uint64 // of the socket
}

// counts are the counters behind Stats.
type counts struct {
	datagrams, bytes, taken, rejected, events atomic.Uint64
	notAllowed                                atomic.Uint64
	empty, notJSON, notEvent                  atomic.Uint64
	lostInKernel, readErrors                  atomic.Uint64
}

// Stats tells what has come so far, also after Close.
func (l *Listener) Stats() Stats {
	c := &l.counts
	return Stats{
		Datagrams:    c.datagrams.Load(),
		Bytes:        c.bytes.Load(),
		Taken:        c.taken.Load(),
		Rejected:     c.rejected.Load(),
		Events:       c.events.Load(),
		NotAllowed:   c.notAllowed.Load(),
		Empty:        c.empty.Load(),
		NotJSON:      c.notJSON.Load(),
		NotEvent:     c.notEvent.Load(),
		LostInKernel: max(c.lostInKernel.Load(), lostInKernel(l.conn)),
		ReadErrors:   c.readErrors.Load(),
	}
}
