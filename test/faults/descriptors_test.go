//go:build linux

package faults

import (
	"net"
	"testing"

	"github.com/go-csm/csm/test/realagent"
)

// With no file descriptor left the agent takes no connection, says so, and goes on
// to receive; when there are some again it serves as before.
func TestNoFileDescriptorLeft(t *testing.T) {
	const limit = "40"
	a := realagent.Start(t, realagent.Options{Wrapper: []string{"prlimit", "--nofile=" + limit + ":" + limit}})
	r := newReporter(t, a.Events)
	publish(t, r, 100)
	a.WaitForMetrics("events", func(m realagent.Metrics) bool { return m.Taken() == 100 })

	var idle []net.Conn
	for range 60 { // those that the agent cannot take wait in the kernel
		c, err := net.Dial("tcp", a.HTTP)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		idle = append(idle, c)
	}
	a.WaitForLog("too many open files")
	publish(t, r, 100)
	for _, c := range idle {
		c.Close()
	}
	m := a.WaitForMetrics("events", func(m realagent.Metrics) bool { return m.Taken() == 200 })
	if m.Lost() != 0 {
		t.Errorf("%v datagrams are lost", m.Lost())
	}
	a.End()
}
