package csm

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	firstLookup   = 2 * time.Second // how long New waits for the host to resolve
	laterLookup   = 5 * time.Second // how long a later look-up may take
	lookupPause   = 3 * time.Second // the least time between look-ups
	bufferToStart = 1024            // room for most events
	maxPooled     = 64 << 10        // no larger buffer is kept; some values have no limit
)

// A datagram is an event on its way, and the room that it needs for that.
type datagram struct {
	event Event
	bytes []byte
	socketWrite
}

var datagrams = sync.Pool{New: func() any { return newDatagram() }}

// A dialFunc is the DialContext of a [net.Dialer].
type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// A target is where a reporter sends to: the agent's address, and a socket that is
// connected to what the address resolved to.
type target struct {
	address string
	named   bool // the host is a name, which can come to mean another address
	dial    dialFunc
	log     *slog.Logger

	socket atomic.Pointer[socket] // nil until the host has resolved

	began      time.Time    // nextLookup counts from here, whatever is done to the clock
	nextLookup atomic.Int64 // when the next look-up may begin, in nanoseconds

	mu      sync.Mutex // guards closed, so that no look-up begins behind close's back
	closed  bool
	stop    context.CancelFunc
	ctx     context.Context // of the look-ups, ended by close
	lookups sync.WaitGroup
}

// newTarget makes a target and connects it, if that can be done in a short time.
func newTarget(host, port string, dial dialFunc, log *slog.Logger) *target {
	_, err := netip.ParseAddr(host)
	t := &target{
		address: net.JoinHostPort(host, port),
		named:   err != nil,
		dial:    dial,
		log:     log,
		began:   time.Now(),
	}
	t.ctx, t.stop = context.WithCancel(context.Background())
	t.connect(firstLookup)
	return t
}

// send sends a datagram or loses it, and counts which.
func (t *target) send(d *datagram, c *counts) {
	refused, broken := false, false
	for range 2 {
		s := t.socket.Load()
		if s == nil {
			break
		}
		err := s.write(d)
		if err == nil {
			c.written.Add(1)
			if refused {
				t.connectAgain(false)
			}
			return
		}
		// The kernel answers a write with what became of an earlier one: its host
		// has told that no agent listens. This datagram was not tried yet, and the
		// agent may be there now.
		if errors.Is(err, syscall.ECONNREFUSED) {
			refused = true
			c.refusedLater.Add(1)
			continue
		}
		// The socket was replaced by one to the agent's new address.
		if !errors.Is(err, net.ErrClosed) {
			broken = true
			break
		}
	}
	c.failed.Add(1)
	t.connectAgain(broken)
}

// connectAgain looks the host up once more, in the background, if that can help
// and was not done just now. A broken socket is replaced whatever the agent's
// address: it stays bound to the address that this host had when it was made.
func (t *target) connectAgain(broken bool) {
	if !t.named && !broken && t.socket.Load() != nil {
		return
	}
	next := t.nextLookup.Load()
	now := int64(time.Since(t.began))
	if now < next || !t.nextLookup.CompareAndSwap(next, now+int64(lookupPause)) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	t.lookups.Go(func() { t.connect(laterLookup) })
}

// connect looks the host up, and replaces the socket if the address is not the one
// that it is connected to.
func (t *target) connect(timeout time.Duration) {
	ctx, cancel := context.WithTimeout(t.ctx, timeout)
	defer cancel()
	conn, err := t.dial(ctx, "udp", t.address)
	if err != nil {
		t.log.WarnContext(ctx, "csm: no way to the agent yet; events are lost until there is one", "agent", t.address, "error", err)
		return
	}
	old := t.socket.Load()
	if old != nil && sameWay(old, conn) {
		conn.Close()
		return
	}
	s, err := newSocket(conn)
	if err != nil {
		conn.Close()
		t.log.WarnContext(ctx, "csm: no socket to the agent", "agent", t.address, "error", err)
		return
	}
	t.socket.Store(s)
	t.log.InfoContext(ctx, "csm: events go to the agent", "agent", t.address, "ip", conn.RemoteAddr().String())
	if old != nil {
		old.Close()
	}
}

// sameWay tells whether two sockets are between the same hosts, to the same port.
func sameWay(a, b net.Conn) bool {
	hostA, _, _ := net.SplitHostPort(a.LocalAddr().String())
	hostB, _, _ := net.SplitHostPort(b.LocalAddr().String())
	return hostA == hostB && a.RemoteAddr().String() == b.RemoteAddr().String()
}

// close ends the look-ups and closes the socket.
func (t *target) close() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.stop()
	t.lookups.Wait()
	if s := t.socket.Load(); s != nil {
		s.Close()
	}
}
