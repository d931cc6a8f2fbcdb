//go:build linux

package faults

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/go-csm/csm/test/realagent"
)

// mounted gives a command that runs the agent where a file system of its own is
// mounted, and the directory of that.
func mounted(t *testing.T, mount string) (wrapper []string, dir string) {
	t.Helper()
	dir = t.TempDir()
	return []string{"unshare", "--mount", "sh", "-ec", mount + ` "$0"; exec "$@"`, dir}, dir
}

// seen is a path as the agent sees it, from here.
func seen(a *realagent.Agent, path string) string {
	return filepath.Join("/proc", strconv.Itoa(a.PID()), "root", path)
}

// fallsBehind publishes events, no more at a time than the sockets hold, until the
// recording has lost some. Everything but the recording has them all.
func fallsBehind(t *testing.T, a *realagent.Agent) (sent float64) {
	t.Helper()
	r := newReporter(t, a.Events)
	const each = 5000
	for sent < 40*each {
		publish(t, r, each)
		sent += each
		m := a.WaitForMetrics("events", func(m realagent.Metrics) bool { return m.Come() == sent })
		if m.Lost() != 0 || m.Sum("csm_calls_total") != sent {
			t.Fatalf("sent %v, counted %v calls, lost %v datagrams", sent, m.Sum("csm_calls_total"), m.Lost())
		}
		if m["csm_agent_recording_lost_events_total"] > 0 {
			return sent
		}
	}
	t.Fatalf("the recording has lost nothing of %v events", sent)
	return 0
}

// catchesUp waits until every event is in the file, or was counted as lost.
func catchesUp(t *testing.T, a *realagent.Agent, sent float64, file string) {
	t.Helper()
	m := a.WaitForMetrics("the recording to go on", func(m realagent.Metrics) bool {
		return m["csm_agent_recording_events_total"]+m["csm_agent_recording_lost_events_total"] == sent
	})
	got := float64(len(recorded(t, seen(a, file))))
	if m["csm_agent_recording_up"] != 1 || got != m["csm_agent_recording_events_total"] {
		t.Errorf("up %v, %v events in the file, %v counted", m["csm_agent_recording_up"], got, m["csm_agent_recording_events_total"])
	}
	t.Logf("sent %v, recorded %v, lost to the recording %v", sent, got, m["csm_agent_recording_lost_events_total"])
}

func TestADiskThatIsFull(t *testing.T) {
	needsRoot(t, "unshare", "mount")
	wrapper, dir := mounted(t, "mount -t tmpfs -o size=64m none")
	file := filepath.Join(dir, "events.jsonl")
	a := realagent.Start(t, realagent.Options{Wrapper: wrapper, Arguments: []string{"--record", file}})
	filler := seen(a, filepath.Join(dir, "filler"))
	if err := os.WriteFile(filler, make([]byte, 63<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	sent := fallsBehind(t, a)
	if m := a.Metrics(); m["csm_agent_recording_up"] != 0 {
		t.Errorf("the recording is up")
	}
	a.WaitForLog("no space left on device")
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	catchesUp(t, a, sent, file)
	a.End()
}

// A disk that takes nothing for a while, and gives no error, is a frozen one.
func TestADiskThatHangs(t *testing.T) {
	needsRoot(t, "unshare", "mount", "mkfs.ext4", "fsfreeze", "nsenter")
	image := filepath.Join(t.TempDir(), "disk")
	run(t, "truncate", "--size", "64M", image)
	run(t, "mkfs.ext4", "-q", image)
	wrapper, dir := mounted(t, "mount -o loop "+image)
	file := filepath.Join(dir, "events.jsonl")
	a := realagent.Start(t, realagent.Options{Wrapper: wrapper, Arguments: []string{"--record", file}})
	freeze := func(how string) {
		run(t, "nsenter", "--target", strconv.Itoa(a.PID()), "--mount", "fsfreeze", how, dir)
	}
	freeze("--freeze")
	frozen := true
	t.Cleanup(func() {
		if frozen { // the agent could not be killed
			freeze("--unfreeze")
		}
	})
	sent := fallsBehind(t, a)
	freeze("--unfreeze")
	frozen = false
	catchesUp(t, a, sent, file)
	a.End()
}
