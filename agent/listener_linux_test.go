package agent

import (
	"errors"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-csm/csm"
)

// A listener that does not read loses datagrams, and says how many.
func TestLossInTheKernelIsSeen(t *testing.T) {
	l, err := Listen("127.0.0.1:0", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.conn.SetReadBuffer(8 << 10); err != nil {
		t.Fatal(err)
	}
	to, err := net.Dial("udp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	const sent = 1000
	for range sent {
		if _, err := to.Write([]byte(`{"Type":"ApiCall"}`)); err != nil {
			t.Fatal(err)
		}
	}
	lost := l.Stats().LostInKernel
	if lost == 0 || lost >= sent {
		t.Fatalf("%d of %d are lost", lost, sent)
	}
	served := make(chan error)
	first := make(chan bool, sent)
	go func() { served <- l.Serve(func(*csm.Event) { first <- true }) }()
	<-first
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-served; err != nil {
		t.Fatal(err)
	}
	if s := l.Stats(); s.Events+s.LostInKernel != sent {
		t.Errorf("%d sent, %d taken and %d lost", sent, s.Events, s.LostInKernel)
	}
}

func TestListenersThatShareAnAddress(t *testing.T) {
	listeners, err := ListenShared("127.0.0.1:0", 3, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(listeners) != 3 {
		t.Fatalf("%d listeners, want 3", len(listeners))
	}
	address := listeners[0].Addr().String()
	if _, err := ListenShared(address, 3, Options{}); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("to share the address with somebody else gives %v", err)
	}
	var serving sync.WaitGroup
	for _, l := range listeners {
		serving.Go(func() {
			if err := l.Serve(func(*csm.Event) {}); err != nil {
				t.Error(err)
			}
		})
	}
	const senders, each = 50, 20
	for range senders {
		to, err := net.Dial("udp", address)
		if err != nil {
			t.Fatal(err)
		}
		for range each {
			if _, err := to.Write([]byte(`{"Type":"ApiCall"}`)); err != nil {
				t.Fatal(err)
			}
		}
		_ = to.Close()
	}
	var events uint64
	busy := 0
	for end := time.Now().Add(patience); events < senders*each && time.Now().Before(end); time.Sleep(time.Millisecond) {
		events, busy = 0, 0
		for _, l := range listeners {
			if n := l.Stats().Events; n > 0 {
				events += n
				busy++
			}
		}
	}
	if events != senders*each || busy < 2 {
		t.Errorf("%d events at %d listeners, want %d at several", events, busy, senders*each)
	}
	for _, l := range listeners {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	serving.Wait()
}

// A datagram that is sent while the sockets are made is refused, or taken by one of
// them.
func TestNothingIsLostWhileAnAddressIsBound(t *testing.T) {
	for range 30 {
		first, err := Listen("127.0.0.1:0", Options{})
		if err != nil {
			t.Fatal(err)
		}
		address := first.Addr().String()
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := csm.New(csm.Options{Address: address})
		if err != nil {
			t.Fatal(err)
		}
		stop := make(chan struct{})
		var sending sync.WaitGroup
		sending.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					r.Publish(&csm.Event{Type: csm.APICall})
				}
			}
		})
		listeners, err := ListenShared(address, 4, Options{})
		if err != nil {
			t.Fatal(err)
		}
		close(stop)
		sending.Wait()
		r.Publish(&csm.Event{Type: csm.APICall}) // which the kernel answers with what it knows of the one before
		sent := r.Stats().Sent
		var come uint64
		for _, l := range listeners {
			if err := l.Start(func(*csm.Event) {}); err != nil {
				t.Fatal(err)
			}
			if err := l.Close(); err != nil { // it reads all that has come
				t.Fatal(err)
			}
			come += l.Stats().Datagrams + l.Stats().LostInKernel
		}
		if come != sent {
			t.Fatalf("%d datagrams have come of %d that were not refused", come, sent)
		}
	}
}
