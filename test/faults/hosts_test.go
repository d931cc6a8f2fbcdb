//go:build linux

package faults

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-csm/csm/test/realagent"
)

// The host that the client sends to is a name which is nobody's first, then an
// agent's, then another agent's. The client finds each of them; what it says it has
// sent has come to one of them.
func TestAHostNameThatMoves(t *testing.T) {
	needsRoot(t, "unshare", "mount")
	hosts, none := filepath.Join(t.TempDir(), "hosts"), filepath.Join(t.TempDir(), "none")
	for _, name := range []string{hosts, none} {
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	name := func(ip string) {
		t.Helper()
		if err := os.WriteFile(hosts, []byte(ip+" agent.test\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	first := realagent.Start(t, realagent.Options{Events: "127.0.0.2:0"})
	_, port, _ := strings.Cut(first.Events, ":")

	publish := startPublisher(t, "agent.test:"+port, "unshare", "--mount", "sh", "-ec", `
		mount --bind "$0" /etc/hosts
		mount --bind "$1" /etc/resolv.conf
		exec "$2"`, hosts, none)
	if sent, _ := publish(100); sent != 0 {
		t.Errorf("%d events were sent to nobody", sent)
	}
	name("127.0.0.2")
	began := time.Now()
	realagent.Wait(t, "the name", func() bool { sent, _ := publish(1); return sent > 0 }, func() string { return "the client" })
	t.Logf("the first agent was found after %v", time.Since(began).Round(time.Millisecond))
	publish(100)
	realagent.Wait(t, "events", func() bool { sent, _ := publish(0); return first.Metrics().Taken() == float64(sent) },
		func() string { return fmt.Sprint(first.Metrics().Taken()) })
	toFirst, _ := publish(0)
	first.End()

	second := realagent.Start(t, realagent.Options{Events: "127.0.0.3:" + port})
	name("127.0.0.3")
	began = time.Now()
	realagent.Wait(t, "the other agent", func() bool { publish(1); return second.Metrics().Taken() > 0 }, func() string { return "none" })
	t.Logf("the second agent was found after %v", time.Since(began).Round(time.Millisecond))
	publish(100)
	// Of the last event to where the first agent was, the kernel tells when the next
	// one is sent; that went to the second.
	const untold = 1
	realagent.Wait(t, "events", func() bool { sent, _ := publish(0); return int(second.Metrics().Taken()) == sent-toFirst-untold },
		func() string { return fmt.Sprint(second.Metrics().Taken(), " after ", toFirst) })
	if sent, refused := publish(0); sent < toFirst+100 || refused < 100 {
		t.Errorf("%d events were sent, %d refused", sent, refused)
	}
	second.End()
}
