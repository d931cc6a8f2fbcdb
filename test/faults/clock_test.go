//go:build linux

package faults

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/test/realagent"
)

// jumpingClock adds to package time by how many seconds its wall clock is ahead, as
// a file says.
const jumpingClock = `package time

import (
	"sync/atomic"
	"syscall"
)

var ahead atomic.Int64

func init() {
	name, ok := syscall.Getenv("CSM_TEST_CLOCK")
	if !ok {
		return
	}
	go func() {
		for ; ; Sleep(Millisecond) {
			f, err := open(name)
			if err != nil {
				continue
			}
			b := make([]byte, 20)
			n, _ := read(f, b)
			closefd(f)
			if seconds, err := atoi(b[:n]); err == nil {
				ahead.Store(int64(seconds))
			}
		}
	}()
}
`

// buildWithJumpingClock builds a csm whose wall clock can be set, and no other's.
// The monotonic clock goes on, as it does when an administrator or NTP sets the
// time.
func buildWithJumpingClock(t *testing.T) string {
	t.Helper()
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(strings.TrimSpace(string(goroot)), "src", "time")
	b, err := os.ReadFile(filepath.Join(source, "time.go"))
	if err != nil {
		t.Fatal(err)
	}
	_, now, _ := strings.Cut(string(b), "\nfunc Now() Time {\n")
	read, _, ok := strings.Cut(now, "\n")
	if !ok || !strings.Contains(read, "sec, nsec, mono := ") {
		t.Fatalf("time.Now is not what it was; it begins with %q", read)
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
		filepath.Join(source, "time.go"):  write("time.go", strings.Replace(string(b), read, read+"\n\tsec += ahead.Load()", 1)),
		filepath.Join(source, "ahead.go"): write("ahead.go", jumpingClock),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return realagent.Build(t, "-overlay", write("overlay.json", string(overlay)))
}

// The clock of an agent jumps forward and back. Events are counted and recorded as
// before, no series is forgotten, and recordings are told apart.
func TestAClockThatJumps(t *testing.T) {
	if !all() {
		t.Skip("make faults runs it: it builds the standard library")
	}
	program := buildWithJumpingClock(t)
	dir, clock := t.TempDir(), filepath.Join(t.TempDir(), "clock")
	set := func(ahead time.Duration) {
		if err := os.WriteFile(clock+".new", strconv.AppendInt(nil, int64(ahead/time.Second), 10), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(clock+".new", clock); err != nil {
			t.Fatal(err)
		}
	}
	set(0)
	// date is the agent's, which is in its answers.
	date := func(a *realagent.Agent) time.Time {
		response, err := http.Get("http://" + a.HTTP + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		d, err := http.ParseTime(response.Header.Get("Date"))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	a := realagent.Start(t, realagent.Options{
		Program: program,
		Env:     []string{"CSM_TEST_CLOCK=" + clock},
		Arguments: []string{
			"--record", filepath.Join(dir, "events.jsonl"), "--record-max-mb", "1", "--record-keep", "0", "--series-idle", "1h",
			"--log-level", "debug",
		},
	})
	r := newReporter(t, a.Events)
	sent := 0.0
	const day = 24 * time.Hour
	for _, ahead := range []time.Duration{0, 10 * day, -10 * day, 40_000 * day, -20_000 * day, 0} {
		set(ahead)
		realagent.Wait(t, "the agent's clock", func() bool { return time.Until(date(a).Add(-ahead)).Abs() < time.Minute },
			func() string { return date(a).String() })
		for _, began := range []time.Time{{}, time.UnixMilli(1), time.Now(), time.Now().Add(1000 * day)} {
			r.Publish(&csm.Event{Type: csm.APICall, Service: "S3", API: "PutObject", Timestamp: began, Latency: csm.Known(1)})
			sent++
		}
		publish(t, r, 9996) // more than one file holds
		sent += 9996
		m := a.WaitForMetrics("events", func(m realagent.Metrics) bool {
			return m.Come() == sent && m["csm_agent_recording_events_total"] == sent
		})
		if m.Lost() != 0 || m.Sum("csm_calls_total") != sent || m["csm_agent_series"] != 2 ||
			m["csm_agent_expired_series_total"] != 0 || m["csm_agent_recording_lost_events_total"] != 0 {
			t.Errorf("%v ahead: lost %v, calls %v of %v, %v series, %v expired, %v lost to the recording", ahead, m.Lost(),
				m.Sum("csm_calls_total"), sent, m["csm_agent_series"], m["csm_agent_expired_series_total"],
				m["csm_agent_recording_lost_events_total"])
		}
	}
	a.End()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	got, last := 0, ""
	for _, name := range files {
		got += len(recorded(t, name))
		last = name
	}
	t.Logf("%d events in %d files, up to %s", got, len(files), filepath.Base(last))
	if got != int(sent) || len(files) < 7 {
		t.Errorf("%d events of %v are in %d files", got, sent, len(files))
	}
}
