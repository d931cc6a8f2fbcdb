package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/recording"
)

func TestIntervals(t *testing.T) {
	now := time.Date(2026, 10, 12, 12, 0, 0, 0, time.UTC)
	at := func(hour, minute int) time.Time { return time.Date(2026, 10, 12, hour, minute, 0, 0, time.UTC) }
	for _, test := range []struct {
		since, until string
		has, not     []time.Time
		err          string
	}{
		{"", "", []time.Time{at(0, 0), {}}, nil, ""},
		{"2h", "", []time.Time{at(10, 0), at(23, 0)}, []time.Time{at(9, 59), {}}, ""},
		{"", "30m", []time.Time{at(11, 29)}, []time.Time{at(11, 30)}, ""},
		{"2h", "90m", []time.Time{at(10, 0), at(10, 29)}, []time.Time{at(9, 59), at(10, 30)}, ""},
		{"2026-10-12T12:00:00+02:00", "2026-10-12T11:00:00Z", []time.Time{at(10, 0)}, []time.Time{at(9, 59), at(11, 0)}, ""},
		{"0s", "", []time.Time{at(12, 0)}, []time.Time{at(11, 59)}, ""},
		{"yesterday", "", nil, nil, `--since "yesterday" is neither a time such as`},
		{"-2h", "", nil, nil, `--since "-2h" is neither`},
		{"", "12:00", nil, nil, `--until "12:00" is neither`},
		{"1h", "2h", nil, nil, "--since 1h is not before --until 2h"},
	} {
		i, err := newInterval(test.since, test.until, now)
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("since %q until %q: error %v, want %s", test.since, test.until, err, test.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("since %q until %q: error %v", test.since, test.until, err)
		}
		for _, moment := range test.has {
			if !i.has(moment) {
				t.Errorf("since %q until %q: %v is out", test.since, test.until, moment)
			}
		}
		for _, moment := range test.not {
			if i.limited() && !moment.IsZero() && i.has(moment) {
				t.Errorf("since %q until %q: %v is in", test.since, test.until, moment)
			}
		}
	}
}

// recordMany records events of 300 operations on ten hosts, and gives the files.
func recordMany(tb testing.TB, extension string, events int) []string {
	tb.Helper()
	dir := tb.TempDir()
	const hosts = 10
	for host := range hosts {
		r, err := recording.Open(recording.Options{
			Path: filepath.Join(dir, fmt.Sprintf("csm%d%s", host, extension)),
			Host: fmt.Sprintf("web-%d", host),
		})
		if err != nil {
			tb.Fatal(err)
		}
		for n := range events / hosts {
			call := n / 2 // an attempt each
			e := &csm.Event{
				Type: csm.APICallAttempt, ClientID: "app", Service: "S3", API: fmt.Sprintf("Operation%d", call%300),
				Region: "eu-central-1", Timestamp: time.UnixMilli(1700000000000 + int64(n)),
				UserAgent:      "aws-sdk-go-v2/1.40.0 ua/2.1 os/linux lang/go#1.26.8 md/GOOS#linux md/GOARCH#amd64 api/s3#1.90.0",
				AttemptLatency: csm.Known(call * 7 % 400), HTTPStatusCode: csm.Known(200), FQDN: "s3.eu-central-1.amazonaws.com",
				AccessKey: "AKIA…MPLE", XAmzRequestID: fmt.Sprintf("%016X", n), DestinationIP: "192.0.2.17",
			}
			if n%2 == 1 {
				e.Type, e.Latency, e.AttemptCount, e.FinalHTTPStatusCode = csm.APICall, e.AttemptLatency, csm.Known(1), e.HTTPStatusCode
				e.AttemptLatency, e.HTTPStatusCode, e.FQDN, e.AccessKey, e.XAmzRequestID, e.DestinationIP =
					csm.Int{}, csm.Int{}, "", "", "", ""
			}
			for r.Write(e); n%1000 == 999 && uint64(n) > r.Health().Events+r.Health().Lost+10_000; {
				runtime.Gosched()
			}
		}
		if err := r.Close(tb.Context()); err != nil {
			tb.Fatal(err)
		}
		if h := r.Health(); h.Lost > 0 {
			tb.Fatalf("%+v", h)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"+extension))
	if err != nil {
		tb.Fatal(err)
	}
	return files
}

// The memory that a report takes does not grow with what it reads.
func TestAReportTakesLittleMemory(t *testing.T) {
	for _, extension := range []string{".jsonl", ".jsonl.zst"} {
		t.Run(extension, func(t *testing.T) {
			files := recordMany(t, extension, 100_000)
			total := int64(0)
			for _, file := range files {
				info, err := os.Stat(file)
				if err != nil {
					t.Fatal(err)
				}
				total += info.Size()
			}
			var before, after runtime.MemStats
			var stdout, stderr strings.Builder
			runtime.GC()
			runtime.ReadMemStats(&before)
			code := Main(Process{Args: append([]string{"report"}, files...), Stdout: &stdout, Stderr: &stderr})
			runtime.ReadMemStats(&after)
			if code != 0 || stderr.Len() > 0 {
				t.Fatalf("exit code %d, %s", code, stderr.String())
			}
			want := "50000 calls to AWS, 50000 attempts, from "
			if !strings.HasPrefix(stdout.String(), want) || !strings.Contains(stdout.String(), " and 9 more files of 10 hosts, between ") {
				t.Errorf("printed %.200s", stdout.String())
			}
			if grown := int64(after.HeapSys - before.HeapSys); grown > 64<<20 {
				t.Errorf("the heap grew by %d bytes for files of %d", grown, total)
			}
		})
	}
}

func BenchmarkReportOfAMillionEvents(b *testing.B) {
	for _, extension := range []string{".jsonl", ".jsonl.zst"} {
		b.Run(extension, func(b *testing.B) {
			files := recordMany(b, extension, 1_000_000)
			for b.Loop() {
				if code := Main(Process{Args: append([]string{"report"}, files...), Stdout: io.Discard, Stderr: os.Stderr}); code != 0 {
					b.Fatalf("exit code %d", code)
				}
			}
		})
	}
}
