package csm

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
)

// Options are the settings of a [Reporter]. The zero value sends to the default
// agent, under an empty client ID.
type Options struct {
	// ClientID is the application's name, which goes into events that have none.
	ClientID string

	// Address is the agent's address, host and port. Empty means [DefaultHost] and
	// [DefaultPort]; an empty host and localhost mean [DefaultHost].
	Address string

	// SendSessionToken makes the reporter send the session tokens of the requests'
	// credentials. They are credentials themselves, so it does not unless asked.
	SendSessionToken bool

	// Logger gets a line when the agent's host resolves to a new address or does
	// not resolve, and the first time that an event is lost because of what is in
	// it. Nil means that nothing is logged.
	Logger *slog.Logger
}

// A Reporter sends events to an agent, each as one UDP datagram.
//
// It needs no care: the agent may be absent, come later, restart, or move to
// another address behind its host name. An event that cannot be sent at once is
// lost, and counted. There is no queue, so nothing is left to flush at exit.
//
// All methods can be called from any goroutine, in any order, any number of times.
// Make one with [New] or [Start]. A nil Reporter and a zero one do nothing. A
// Reporter must not be copied.
type Reporter struct {
	clientID         string
	address          string // as it was given
	sendSessionToken bool
	log              *slog.Logger

	paused atomic.Bool
	closed atomic.Bool
	target *target // nil of the zero Reporter
	counts counts

	tooLargeOnce, notEncodableOnce sync.Once
}

// New makes a reporter. The caller closes it when no more is sent; a program that
// ends needs not.
//
// The error is an address that is none. An agent that is not there is no error,
// and neither is a host name that does not resolve, or not within two seconds: it
// is tried again while events are published.
func New(o Options) (*Reporter, error) {
	return newReporter(o, new(net.Dialer).DialContext)
}

func newReporter(o Options, dial dialFunc) (*Reporter, error) {
	r := &Reporter{
		clientID:         o.ClientID,
		address:          o.Address,
		sendSessionToken: o.SendSessionToken,
		log:              o.Logger,
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	host, port, err := splitAddress(o.Address)
	if err != nil {
		return nil, err
	}
	r.target = newTarget(host, port, dial, r.log)
	return r, nil
}

// splitAddress is the host and port of an address, with the defaults filled in.
func splitAddress(address string) (host, port string, err error) {
	if address == "" {
		return DefaultHost, DefaultPort, nil
	}
	host, port, err = net.SplitHostPort(address)
	if err != nil {
		return "", "", fmt.Errorf("csm: agent address %q is not host:port: %w", address, err)
	}
	if !isPort(port) {
		return "", "", &ConfigError{"the port of agent address " + address, port, "a port is a number from 1 to 65535"}
	}
	if host == "" || strings.EqualFold(host, "localhost") {
		host = DefaultHost
	}
	return host, port, nil
}

// open tells whether there is a reporter that was not closed.
func (r *Reporter) open() bool { return r != nil && !r.closed.Load() }

// Publish sends an event, or loses it and counts why; see [Stats]. The event is
// with the kernel when Publish returns. It does not block, and does not panic: it
// makes one write, which does not wait, and a second one only if the kernel
// answered the first with the refusal of an earlier datagram.
//
// The event is not changed and not kept. An event without a client ID is sent
// with the reporter's.
func (r *Reporter) Publish(e *Event) {
	if r == nil || r.target == nil {
		return
	}
	if r.closed.Load() {
		r.counts.closed.Add(1)
		return
	}
	if r.paused.Load() {
		r.counts.paused.Add(1)
		return
	}
	if e == nil {
		r.countNotEncodable(ErrEventType)
		return
	}
	d := datagrams.Get().(*datagram)
	d.event = *e
	if d.event.ClientID == "" {
		d.event.ClientID = r.clientID
	}
	if !r.sendSessionToken {
		d.event.SessionToken = ""
	}
	var err error
	d.bytes, err = d.event.AppendJSON(d.bytes[:0])
	switch {
	case err == nil:
		r.target.send(d, &r.counts)
	case errors.Is(err, ErrTooLarge):
		r.counts.tooLarge.Add(1)
		r.tooLargeOnce.Do(func() {
			r.log.Warn("csm: an event is lost, and all like it will be", "error", err, "service", e.Service, "operation", e.API)
		})
	default:
		r.countNotEncodable(err)
	}
	d.event = Event{} // keep no strings of the caller's
	if cap(d.bytes) > maxPooled {
		d.bytes = make([]byte, 0, bufferToStart)
	}
	datagrams.Put(d)
}

func (r *Reporter) countNotEncodable(err error) {
	r.counts.notEncodable.Add(1)
	r.notEncodableOnce.Do(func() {
		r.log.Warn("csm: an event is lost, and all like it will be", "error", err)
	})
}

// Pause makes the reporter lose all events, and count them as such, until
// [Reporter.Continue].
func (r *Reporter) Pause() {
	if r != nil {
		r.paused.Store(true)
	}
}

// Continue ends what [Reporter.Pause] began. It does nothing if the reporter is
// not paused.
func (r *Reporter) Continue() {
	if r != nil {
		r.paused.Store(false)
	}
}

// Close frees the reporter's socket. Events published from then on are lost, and
// counted as such. The error is always nil.
func (r *Reporter) Close() error {
	if r != nil && !r.closed.Swap(true) && r.target != nil {
		r.target.close()
	}
	return nil
}

// Stats are the numbers of events that were given to [Reporter.Publish], by what
// became of them.
type Stats struct {
	// Sent events were taken by the kernel, which did not tell yet that the agent's
	// host refused them. That they have reached an agent can nobody tell.
	Sent uint64

	// The events that were lost, by cause.

	Paused       uint64 // the reporter was paused
	Closed       uint64 // the reporter was closed
	TooLarge     uint64 // larger than a datagram; see ErrTooLarge
	NotEncodable uint64 // nil, or of no known type; see ErrEventType
	Refused      uint64 // refused by the kernel, as when no agent listens
}

// Lost is the number of events that were lost, whatever the cause.
func (s Stats) Lost() uint64 {
	return s.Paused + s.Closed + s.TooLarge + s.NotEncodable + s.Refused
}

// counts are the counters behind Stats.
type counts struct {
	written, refusedLater                          atomic.Int64
	paused, closed, tooLarge, notEncodable, failed atomic.Uint64
}

// Stats tells what became of the events so far. Sent and Lost together are all
// events published, but for those on their way at this moment.
func (r *Reporter) Stats() Stats {
	if r == nil {
		return Stats{}
	}
	c := &r.counts
	refused := c.refusedLater.Load() // before written: it counts some of those
	return Stats{
		Sent:         uint64(max(0, c.written.Load()-refused)),
		Paused:       c.paused.Load(),
		Closed:       c.closed.Load(),
		TooLarge:     c.tooLarge.Load(),
		NotEncodable: c.notEncodable.Load(),
		Refused:      c.failed.Load() + uint64(refused),
	}
}
