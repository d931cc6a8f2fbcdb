package agent

import (
	"net"
	"testing"

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
