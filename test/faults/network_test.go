//go:build linux

package faults

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-csm/csm/test/realagent"
)

// A network has a host for the agent and two hosts that send, each with a cable to
// it: 10.77.1.1 for the agent and 10.77.1.2 for the one, 10.77.2.1 and 10.77.2.2 for
// the other.
type network struct{ agent, one, other string }

func newNetwork(t *testing.T) network {
	t.Helper()
	id := fmt.Sprintf("csm%d", os.Getpid())
	n := network{id + "agent", id + "one", id + "other"}
	for _, host := range []string{n.agent, n.one, n.other} {
		run(t, "ip", "netns", "add", host)
		t.Cleanup(func() { run(t, "ip", "netns", "delete", host) })
		run(t, "ip", "-n", host, "link", "set", "lo", "up")
	}
	for i, host := range []string{n.one, n.other} {
		ours, theirs := fmt.Sprintf("agent%d", i+1), fmt.Sprintf("sender%d", i+1)
		run(t, "ip", "-n", n.agent, "link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", host)
		run(t, "ip", "-n", n.agent, "address", "add", fmt.Sprintf("10.77.%d.1/24", i+1), "dev", ours)
		run(t, "ip", "-n", n.agent, "link", "set", ours, "up")
		run(t, "ip", "-n", host, "address", "add", fmt.Sprintf("10.77.%d.2/24", i+1), "dev", theirs)
		run(t, "ip", "-n", host, "link", "set", theirs, "up")
	}
	return n
}

// set sets a kernel parameter of a host.
func set(t *testing.T, host, parameter, value string) {
	t.Helper()
	run(t, "ip", "netns", "exec", host, "sh", "-ec", `echo "$1" > "/proc/sys/$0"`, strings.ReplaceAll(parameter, ".", "/"), value)
}

// dial connects to an address as a host sees it.
func dial(host string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (conn net.Conn, err error) {
		var dialing sync.WaitGroup
		dialing.Go(func() {
			runtime.LockOSThread() // and not unlocked, so that the thread, which moves, ends here
			var file *os.File
			if file, err = os.Open("/run/netns/" + host); err != nil {
				return
			}
			defer func() { _ = file.Close() }() // it was only read
			if err = unix.Setns(int(file.Fd()), unix.CLONE_NEWNET); err == nil {
				conn, err = new(net.Dialer).DialContext(ctx, network, address)
			}
		})
		dialing.Wait()
		return conn, err
	}
}

// An agent that listens on all addresses takes the datagrams of the network that may
// send, and counts those of the others. A forged source address is not the agent's
// to find out, but the kernel's.
func TestWhoMaySendOverANetwork(t *testing.T) {
	needsRoot(t, "ip")
	n := newNetwork(t)
	a := realagent.Start(t, realagent.Options{
		Wrapper:   []string{"ip", "netns", "exec", n.agent},
		Events:    "0.0.0.0:0",
		Arguments: []string{"--allow", "10.77.1.0/24"},
		Dial:      dial(n.agent),
	})
	port := a.Events[strings.LastIndexByte(a.Events, ':')+1:]
	expect := func(what string, taken, notAllowed float64) {
		t.Helper()
		m := a.WaitForMetrics(what, func(m realagent.Metrics) bool { return m.Come() >= taken+notAllowed })
		if m.Taken() != taken || m.NotAllowed() != notAllowed || m.Lost() != 0 || m.Rejected() != 0 {
			t.Errorf("%s: %v taken, %v not allowed, %v lost, %v rejected; want %v taken, %v not allowed",
				what, m.Taken(), m.NotAllowed(), m.Lost(), m.Rejected(), taken, notAllowed)
		}
	}
	one := startPublisher(t, "10.77.1.1:"+port, "ip", "netns", "exec", n.one)
	other := startPublisher(t, "10.77.2.1:"+port, "ip", "netns", "exec", n.other)
	one(1000)
	expect("one who may send", 1000, 0)
	other(1000)
	expect("another who may not", 1000, 1000)

	// The other forges the address of a host that may send.
	run(t, "ip", "-n", n.other, "address", "add", "10.77.1.99/32", "dev", "lo")
	run(t, "ip", "-n", n.other, "route", "replace", "10.77.2.0/24", "dev", "sender2", "src", "10.77.1.99")
	forged := startPublisher(t, "10.77.2.1:"+port, "ip", "netns", "exec", n.other)
	for _, parameter := range []string{"all", "agent2"} {
		set(t, n.agent, "net.ipv4.conf."+parameter+".rp_filter", "0")
	}
	forged(1)
	expect("a forged address, unfiltered", 1001, 1000)
	set(t, n.agent, "net.ipv4.conf.agent2.rp_filter", "1")
	forged(1)
	other(1) // comes after it, from its own address
	expect("a forged address, filtered", 1001, 1001)
	a.End()
}
