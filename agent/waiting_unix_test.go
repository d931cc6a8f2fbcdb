//go:build unix

package agent

import (
	"net"
	"testing"
	"time"
)

func TestWhatWaitsIsSeen(t *testing.T) {
	l, err := Listen("127.0.0.1:0", Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // nothing is lost
	to, err := net.Dial("udp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	if waiting(l.conn) {
		t.Error("something waits before anything was sent")
	}
	for _, datagram := range []string{"", "two bytes or more"} {
		if _, err := to.Write([]byte(datagram)); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(patience); !waiting(l.conn); {
			if time.Now().After(deadline) {
				t.Fatalf("%q does not wait", datagram)
			}
		}
		if !waiting(l.conn) {
			t.Errorf("%q waits no more, and nobody has read it", datagram)
		}
		if _, err := l.conn.Read(make([]byte, 100)); err != nil {
			t.Fatal(err)
		}
	}
	if waiting(l.conn) {
		t.Error("something waits after all was read")
	}
}
