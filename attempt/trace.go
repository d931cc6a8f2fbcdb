package attempt

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"net/netip"
	"sync"
	"time"

	"github.com/go-csm/csm"
)

// A Trace measures the connection of one HTTP attempt. The zero Trace is ready for
// use. It serves one attempt, and must not be copied.
//
// Its methods can be called from any goroutine. Hooks can fire after the attempt
// has ended, as when a dial goes on that lost its race against a connection from
// the pool; they are ignored then. A Trace must therefore not be used again.
type Trace struct {
	hooks httptrace.ClientTrace // here, so that it is no allocation of its own
	mu    sync.Mutex
	ended bool
	conn  connection
}

// A connection is what the hooks tell of one, with zero for moments that were not
// seen.
type connection struct {
	asked, got          time.Time // the pool was asked, and gave one
	lookedUp, resolved  time.Time // the name
	dialed, established time.Time // TCP
	greeted, secured    time.Time // TLS
	reused              bool
	remote              net.Addr
}

// WithContext gives a context for the attempt's request, which has the hooks that
// measure it. Hooks that ctx has already are called too. Call it once.
func (t *Trace) WithContext(ctx context.Context) context.Context {
	t.hooks = httptrace.ClientTrace{
		GetConn:           t.getConn,
		DNSStart:          t.dnsStart,
		DNSDone:           t.dnsDone,
		ConnectStart:      t.connectStart,
		ConnectDone:       t.connectDone,
		TLSHandshakeStart: t.tlsStart,
		TLSHandshakeDone:  t.tlsDone,
		GotConn:           t.gotConn,
	}
	return httptrace.WithClientTrace(ctx, &t.hooks)
}

// getConn begins anew: a redirect asks for a second connection, and the last one
// is the attempt's.
func (t *Trace) getConn(string) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ended {
		t.conn = connection{asked: now}
	}
}

func (t *Trace) gotConn(info httptrace.GotConnInfo) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ended {
		t.conn.got, t.conn.reused = now, info.Reused
		if info.Conn != nil { // a RoundTripper of the program's own may have none
			t.conn.remote = info.Conn.RemoteAddr()
		}
	}
}

func (t *Trace) dnsStart(httptrace.DNSStartInfo) { t.note(&t.conn.lookedUp) }
func (t *Trace) dnsDone(httptrace.DNSDoneInfo)   { t.note(&t.conn.resolved) }
func (t *Trace) connectStart(string, string)     { t.note(&t.conn.dialed) }

func (t *Trace) connectDone(_, _ string, err error) {
	if err == nil {
		t.note(&t.conn.established)
	}
}

func (t *Trace) tlsStart() { t.note(&t.conn.greeted) }

func (t *Trace) tlsDone(_ tls.ConnectionState, err error) {
	if err == nil {
		t.note(&t.conn.secured)
	}
}

// note sets a moment of the connection's making, if it comes the first time: of
// several addresses that are tried, the first dial and the first success count.
// When the attempt has its connection, what is still dialed is another one.
func (t *Trace) note(moment *time.Time) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ended && t.conn.got.IsZero() && moment.IsZero() {
		*moment = now
	}
}

// End ends the measurement, at the time when the attempt ended, and fills the
// connection's fields of e, those that are known. A second End changes nothing.
func (t *Trace) End(e *csm.Event, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return
	}
	t.ended = true

	c := &t.conn
	if !c.got.IsZero() {
		e.DestinationIP = ipOf(c.remote)
		e.ConnectionReused = csm.Flag(c.reused)
		e.AcquireConnectionLatency = between(c.asked, c.got)
		e.RequestLatency = between(c.got, at)
		if c.reused {
			return // what was dialed is not the connection used
		}
	}
	e.DNSLatency = between(c.lookedUp, c.resolved)
	e.TCPLatency = between(c.dialed, c.established)
	e.SSLLatency = between(c.greeted, c.secured)

	began, ready := c.lookedUp, c.established
	if began.IsZero() {
		began = c.dialed
	}
	if !c.greeted.IsZero() {
		ready = c.secured
	}
	e.ConnectLatency = between(began, ready)
}

// between is the time from one moment to another, unknown if one of them is.
func between(from, to time.Time) csm.Int {
	if from.IsZero() || to.IsZero() {
		return csm.Int{}
	}
	return csm.Millis(to.Sub(from))
}

// ipOf is the IP address in a network address, or empty if there is none.
func ipOf(addr net.Addr) string {
	if tcp, ok := addr.(*net.TCPAddr); ok {
		if tcp == nil || tcp.IP == nil {
			return ""
		}
		return tcp.IP.String()
	}
	if addr != nil {
		if ap, err := netip.ParseAddrPort(addr.String()); err == nil {
			return ap.Addr().String()
		}
	}
	return ""
}
