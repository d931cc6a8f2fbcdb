package report

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
	"github.com/go-csm/csm/cmd/csm/internal/threshold"
)

var update = flag.Bool("update", false, "write the golden files")

// events reads a file of testdata: one event a line.
func events(t *testing.T, name string) statistics.Snapshot {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	a := statistics.New(statistics.Limits{Series: 8, Errors: 8})
	for rest := data; len(bytes.TrimSpace(rest)) > 0; {
		var e csm.Event
		if rest, err = csm.DecodeNext(rest, &e); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		agent.Normalize(&e)
		a.Add(&e)
	}
	return a.Snapshot()
}

func TestGolden(t *testing.T) {
	lost := agent.Stats{Datagrams: 9, LostInKernel: 12, NotAllowed: 4, NotJSON: 1, NotEvent: 2, Empty: 3, ReadErrors: 1}
	for _, test := range []struct {
		golden, events string
		width          int
		received       agent.Stats
		exitCode       int
	}{
		{"plain.txt", "plain.jsonl", 0, agent.Stats{}, 0},
		{"columns120.txt", "plain.jsonl", 120, agent.Stats{}, 0},
		{"columns80.txt", "plain.jsonl", 80, agent.Stats{}, 0},
		{"one.txt", "one.jsonl", 0, agent.Stats{}, 0},
		{"none.txt", "none.jsonl", 0, agent.Stats{}, 0},
		{"losses.txt", "one.jsonl", 0, lost, 0},
		{"none-failed.txt", "none.jsonl", 80, agent.Stats{NotJSON: 1}, 143},
		{"hostile.txt", "hostile.jsonl", 0, agent.Stats{}, 0},
		{"hostile100.txt", "hostile.jsonl", 100, agent.Stats{}, 0},
		{"others.txt", "others.jsonl", 0, agent.Stats{}, 0},
	} {
		t.Run(test.golden, func(t *testing.T) {
			r := Run{
				Statistics: events(t, test.events),
				Received:   test.received,
				Elapsed:    412 * time.Millisecond,
				ExitCode:   test.exitCode,
				Host:       "127.0.0.1",
				Port:       "40123",
				ClientID:   "app\x1b[31m",
				Width:      test.width,
			}
			var b bytes.Buffer
			if err := r.Write(&b); err != nil {
				t.Fatal(err)
			}
			if test.width > 0 {
				for line := range strings.Lines(b.String()) {
					if harmless.Width(line) > test.width {
						t.Errorf("wider than %d columns: %s", test.width, line)
					}
				}
			}
			compare(t, test.golden, b.Bytes())
		})
	}
}

// compare compares with a golden file, or writes it.
func compare(t *testing.T, golden string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", golden)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is\n%s\nwant\n%s", golden, got, want)
	}
}

func TestGoldenOfARunAsJSON(t *testing.T) {
	r := Run{
		Statistics: events(t, "others.jsonl"),
		Received:   agent.Stats{Datagrams: 20, Events: 12, LostInKernel: 1, NotJSON: 2, NotEvent: 3, Empty: 4, ReadErrors: 5},
		Began:      time.UnixMilli(1700000000123),
		Elapsed:    1234567 * time.Microsecond,
		ExitCode:   3,
		Verdicts: []threshold.Verdict{
			{Threshold: "calls>0", Result: threshold.Failed, Reason: "was 6"},
			{Threshold: "S3 errors>0", Result: threshold.NotJudged, Reason: "no such operation was called"},
		},
		ClientID: "app\x1b[31m",
	}
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	compare(t, "run.json", b.Bytes())
	b.Reset()
	if err := (Run{}).WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	compare(t, "run-none.json", b.Bytes())
}

func TestDuration(t *testing.T) {
	for _, test := range []struct {
		seconds float64
		want    string
	}{
		{0, "0 ms"},
		{0.0004, "0 ms"},
		{0.0005, "1 ms"},
		{0.012, "12 ms"},
		{0.9994, "999 ms"},
		{0.9996, "1.00 s"},
		{1.2441, "1.24 s"},
		{59.99, "59.99 s"},
		{59.994, "59.99 s"},
		{59.996, "1 m 00 s"},
		{123.4, "2 m 03 s"},
		{3599.4, "59 m 59 s"},
		{3599.6, "1 h 00 m"},
		{5*3600 + 7*60, "5 h 07 m"},
		{999*3600 + 59*60, "999 h 59 m"},
		{1000 * 3600, "> 1000 h"},
		{9.2e15, "> 1000 h"},
	} {
		if got := Duration(test.seconds); got != test.want {
			t.Errorf("Duration(%v) = %q, want %q", test.seconds, got, test.want)
		}
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteTellsWhenItCannot(t *testing.T) {
	if err := (Run{}).Write(brokenWriter{}); !errors.Is(err, errBroken) {
		t.Errorf("error %v, want %v", err, errBroken)
	}
}

func TestGoldenOfRecordings(t *testing.T) {
	local := time.Local
	t.Cleanup(func() { time.Local = local })
	time.Local = time.UTC
	first := time.UnixMilli(1700000000000)
	for _, test := range []struct {
		golden, events string
		recorded       Recorded
	}{
		{"recorded.txt", "plain.jsonl", Recorded{
			Files: []string{"csm.jsonl", "b", "c"}, Hosts: []string{"web-1", "web-2"}, First: first, Last: first.Add(time.Hour), Events: 54,
		}},
		{"recorded100.txt", "plain.jsonl", Recorded{
			Files: []string{"/var/log/csm/csm.jsonl.zst", "b"}, First: first, Last: first, Events: 54, Width: 100,
		}},
		{"recorded120.txt", "plain.jsonl", Recorded{Files: []string{"csm.jsonl"}, Events: 54, Width: 120}},
		{"recorded-hostile.txt", "one.jsonl", Recorded{
			Files: []string{"a\x1b[31m\n" + strings.Repeat("x", 100)}, Hosts: []string{"\x1b]0;owned\a"}, Events: 2,
		}},
		{"recorded-none.txt", "none.jsonl", Recorded{Files: []string{"-"}}},
		{"recorded-none-then.txt", "none.jsonl", Recorded{Files: []string{"csm.jsonl"}, Skipped: Skipped{OutOfRange: 2, WithoutTime: 1}}},
	} {
		t.Run(test.golden, func(t *testing.T) {
			test.recorded.Statistics = events(t, test.events)
			var b bytes.Buffer
			if err := test.recorded.Write(&b); err != nil {
				t.Fatal(err)
			}
			compare(t, test.golden, b.Bytes())
		})
	}
	t.Run("recorded.json", func(t *testing.T) {
		r := Recorded{Statistics: events(t, "others.jsonl"), Files: []string{"csm.jsonl"}, First: first, Last: first, Events: 12}
		var b bytes.Buffer
		if err := r.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		compare(t, "recorded.json", b.Bytes())
	})
}
