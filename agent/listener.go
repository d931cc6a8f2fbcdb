package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/go-csm/csm"
)

const (
	// maxDatagram is the largest payload that UDP can carry. Some SDKs send more
	// than csm.MaxDatagram.
	maxDatagram = 65535

	// readBuffer is the room that a listener asks the system for, to keep what
	// comes while nothing is read.
	readBuffer = 8 << 20

	// A listener that is closed reads on until nothing has come for closeIdle and
	// nothing waits, but no longer than closeLimit.
	closeLimit = time.Second

	// maxBroken is after how many lines that are not JSON the rest of a datagram is
	// left: each can cost as much as all of it.
	maxBroken = 16

	// errorPause keeps a socket that is broken from taking a whole core.
	errorPause = 10 * time.Millisecond
)

// Options are the settings of a [Listener]. The zero value is good for an agent.
type Options struct {
	// Allow are the addresses that may send; datagrams of all others are counted
	// as [Stats.NotAllowed], and nothing else is done with them. An IPv4 address
	// that comes as an IPv6 one counts as what it is. Without Allow every sender
	// may send, and only a loopback address can be listened to.
	Allow []netip.Prefix

	// KeepAccessKeys makes the listener hand on access key IDs as they came.
	// Otherwise it masks them, as [MaskAccessKey] does.
	KeepAccessKeys bool

	// KeepDialect makes the listener hand on events as their SDK sent them, without
	// [Normalize].
	KeepDialect bool

	// Logger gets a line that says what was bound, and how large a buffer the
	// system gave. Nil means that nothing is logged.
	Logger *slog.Logger
}

// A Listener receives datagrams at a UDP address and hands on the events in them.
// Make one with [Listen]. Its methods can be called from any goroutine.
type Listener struct {
	conn           *net.UDPConn
	batch          *batch // serve's
	allow          atomic.Pointer[allowList]
	keepAccessKeys bool
	keepDialect    bool
	counts         counts

	mu      sync.Mutex
	serving bool
	closing bool
	served  chan struct{} // closed when nothing is read any more
}

// Listen binds a UDP address, such as "127.0.0.1:31000", or "127.0.0.1:0" for a
// free port; [Listener.Addr] tells which. From then on the system keeps what
// comes, within limits, until [Listener.Start] reads it. The caller closes the
// listener.
//
// Whoever can send to the address can make up events. An address that is not a
// loopback address, as ":31000" is not, needs [Options.Allow]; without it the error
// is [ErrAllowNeeded].
func Listen(address string, o Options) (*Listener, error) {
	addr, allow, err := resolve(address, o.Allow)
	if err != nil {
		return nil, err
	}
	conn, err := net.ListenUDP("udp", addr)
	if err != nil {
		return nil, fmt.Errorf("csm: cannot listen: %w", err)
	}
	return newListener(conn, allow, o)
}

// ListenShared binds one UDP address with up to n sockets, each with a listener,
// so that several goroutines can serve what several senders send: the system
// spreads senders over the sockets. The address is not shared with other
// processes. Without Linux it is one listener. The caller closes them all.
//
// One listener takes what one sender can send. Several take more than that if there
// are several senders, and cores to take it.
func ListenShared(address string, n int, o Options) ([]*Listener, error) {
	if n <= 1 || !canShare {
		l, err := Listen(address, o)
		if err != nil {
			return nil, err
		}
		return []*Listener{l}, nil
	}
	// The first is bound alone, so that it is an error if another process has the
	// address, and made to share only then. It stays: what comes to it is not lost.
	first, err := Listen(address, o)
	if err != nil {
		return nil, err
	}
	listeners := []*Listener{first}
	raw, err := first.conn.SyscallConn()
	if err == nil {
		err = share("", "", raw)
	}
	if err != nil {
		err = fmt.Errorf("csm: cannot listen: %w", err)
	}
	config := net.ListenConfig{Control: share}
	for range n - 1 {
		var l *Listener
		if err == nil {
			l, err = listenWith(config, first.Addr().String(), *first.allow.Load(), o)
		}
		if err != nil {
			for _, l := range listeners {
				err = errors.Join(err, l.Close())
			}
			return nil, err
		}
		listeners = append(listeners, l)
	}
	return listeners, nil
}

// listenWith makes a listener of a socket that is configured so.
func listenWith(config net.ListenConfig, address string, allow allowList, o Options) (*Listener, error) {
	conn, err := config.ListenPacket(context.Background(), "udp", address)
	if err != nil {
		return nil, fmt.Errorf("csm: cannot listen: %w", err)
	}
	return newListener(conn.(*net.UDPConn), allow, o)
}

// newListener makes a listener of a socket, which it closes if it cannot.
func newListener(conn *net.UDPConn, allow allowList, o Options) (*Listener, error) {
	batch, err := newBatch(conn)
	if err != nil {
		return nil, fmt.Errorf("csm: cannot listen: %w", errors.Join(err, conn.Close()))
	}
	size := growReadBuffer(conn)
	if o.Logger != nil {
		o.Logger.Info("csm: listening", "address", conn.LocalAddr().String(), "buffer_bytes", size)
	}
	l := &Listener{
		conn:           conn,
		batch:          batch,
		keepAccessKeys: o.KeepAccessKeys,
		keepDialect:    o.KeepDialect,
		served:         make(chan struct{}),
	}
	l.allow.Store(&allow)
	return l, nil
}

// CheckAddress says what [Listen] would find wrong with an address and the list of
// who may send to it, without listening.
func CheckAddress(address string, allow []netip.Prefix) error {
	_, _, err := resolve(address, allow)
	return err
}

// resolve reads an address to listen to, and the list of who may send to it.
func resolve(address string, prefixes []netip.Prefix) (*net.UDPAddr, allowList, error) {
	addr, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		return nil, nil, fmt.Errorf("csm: cannot listen: %w", err)
	}
	allow, err := newAllowList(prefixes)
	if err != nil {
		return nil, nil, err
	}
	if allow == nil && !addr.IP.IsLoopback() {
		return nil, nil, fmt.Errorf("%w: %s", ErrAllowNeeded, address)
	}
	return addr, allow, nil
}

// SetAllow replaces [Options.Allow] for the datagrams that are read from now on.
// With an error, which is one of [Listen], nothing changes.
func (l *Listener) SetAllow(prefixes []netip.Prefix) error {
	_, allow, err := resolve(l.Addr().String(), prefixes)
	if err == nil {
		l.allow.Store(&allow)
	}
	return err
}

// Addr is the address that the listener is bound to.
func (l *Listener) Addr() netip.AddrPort {
	return l.conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

// Serve is [Listener.Start], and returns when the listener is closed.
func (l *Listener) Serve(handle func(*csm.Event)) error {
	if err := l.Start(handle); err != nil {
		return err
	}
	<-l.served
	return nil
}

// Start reads datagrams, on a goroutine of its own, and calls handle with each event
// in them, one after the other, in the order in which they came, until
// [Listener.Close]. It does nothing if the listener was closed before. The error is
// that it was called already.
//
// The event is handle's until it returns. To keep it, copy it: kept := *e. While
// handle runs nothing is read, so what takes long belongs elsewhere.
func (l *Listener) Start(handle func(*csm.Event)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.serving {
		return errors.New("csm: the listener serves already")
	}
	l.serving = true
	if l.closing {
		close(l.served)
	} else {
		go l.serve(handle)
	}
	return nil
}

// serve reads until Close has set a deadline, and nothing comes any more.
func (l *Listener) serve(handle func(*csm.Event)) {
	defer close(l.served)
	e := new(csm.Event)
	idle := false // nothing has come since the last deadline
	var end time.Time
	for {
		n, err := l.batch.next()
		switch {
		case err == nil:
			idle = false
			for i := range n {
				datagram, from := l.batch.datagram(i)
				l.counts.datagrams.Add(1)
				l.counts.bytes.Add(uint64(len(datagram)))
				if l.allow.Load().allows(from) {
					l.take(datagram, e, handle)
				} else {
					l.counts.notAllowed.Add(1)
				}
			}
		case errors.Is(err, os.ErrDeadlineExceeded): // set by Close
			now := time.Now()
			if end.IsZero() {
				end = now.Add(closeLimit)
			} else if idle && !waiting(l.conn) || now.After(end) {
				return
			}
			idle = true
			if err := l.conn.SetReadDeadline(now.Add(closeIdle)); err != nil {
				return
			}
		default:
			l.counts.readErrors.Add(1)
			time.Sleep(errorPause)
		}
	}
}

// Close ends what [Listener.Start] began, when it has handed on what the system had
// received already, and frees the socket. With datagrams that keep coming it gives up
// after a second. It must not be called by handle.
func (l *Listener) Close() error {
	l.mu.Lock()
	serving, first := l.serving, !l.closing
	l.closing = true
	l.mu.Unlock()
	if serving {
		if err := l.conn.SetReadDeadline(time.Now()); err == nil {
			<-l.served
		}
	}
	if !first {
		return nil
	}
	l.counts.lostInKernel.Store(lostInKernel(l.conn))
	if err := l.conn.Close(); err != nil {
		return fmt.Errorf("csm: closing the listener: %w", err)
	}
	return nil
}

// take decodes a datagram into e, and hands its events on.
func (l *Listener) take(datagram []byte, e *csm.Event, handle func(*csm.Event)) {
	c := &l.counts
	whole, broken := true, 0
	rest := bytes.TrimSpace(datagram)
	if len(rest) == 0 {
		c.empty.Add(1)
		whole = false
	}
	for len(rest) > 0 {
		next, err := csm.DecodeNext(rest, e)
		switch {
		case err == nil:
			if !l.keepDialect {
				Normalize(e)
			}
			if !l.keepAccessKeys {
				e.AccessKey = MaskAccessKey(e.AccessKey)
			}
			if len(rest)-len(next) > maxEvent {
				bound(e)
			}
			c.events.Add(1)
			handle(e)
		case errors.Is(err, csm.ErrNotEvent):
			c.notEvent.Add(1)
			whole = false
		default: // the next line may hold an event that is whole
			c.notJSON.Add(1)
			whole = false
			if broken++; broken < maxBroken { // otherwise what is left is one part with it
				_, next, _ = bytes.Cut(rest, []byte("\n"))
			}
		}
		rest = bytes.TrimSpace(next)
	}
	if whole {
		c.taken.Add(1)
	} else {
		c.rejected.Add(1)
	}
}

// MaskAccessKey is an access key ID that can be shown: its first and last four
// characters, AKIA…MPLE, or of a short one nothing but the mark. One that is masked
// stays so.
func MaskAccessKey(key string) string {
	const shown = 4
	switch n := utf8.RuneCountInString(key); {
	case n == 0:
		return ""
	case n == shown+1+shown && strings.Index(key, "…") == shown:
		return key // masked before
	case n < 16: // none that AWS makes, and too little to hide
		return "…"
	case n == len(key):
		return key[:shown] + "…" + key[n-shown:]
	}
	r := []rune(key)
	return string(r[:shown]) + "…" + string(r[len(r)-shown:])
}
