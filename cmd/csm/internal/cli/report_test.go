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

// recorded is a recording of a thousand events, of 300 operations on ten hosts.
func recorded(tb testing.TB, name string) []byte {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	for host := range 10 {
		r, err := recording.Open(recording.Options{Path: path, Host: fmt.Sprintf("web-%d", host)})
		if err != nil {
			tb.Fatal(err)
		}
		for n := range 50 {
			call := 50*host + n
			e := csm.Event{
				Type: csm.APICallAttempt, ClientID: "app", Service: "S3", API: fmt.Sprintf("Operation%d", call%300),
				Region: "eu-central-1", Timestamp: time.UnixMilli(1700000000000 + int64(call)),
				UserAgent:      "aws-sdk-go-v2/1.40.0 ua/2.1 os/linux lang/go#1.26.8 md/GOOS#linux md/GOARCH#amd64 api/s3#1.90.0",
				AttemptLatency: csm.Known(call * 7 % 400), HTTPStatusCode: csm.Known(200), FQDN: "s3.eu-central-1.amazonaws.com",
				AccessKey: "AKIA…MPLE", XAmzRequestID: fmt.Sprintf("%016X", call*call), DestinationIP: "192.0.2.17",
			}
			r.Write(&e)
			r.Write(&csm.Event{
				Type: csm.APICall, ClientID: e.ClientID, Service: e.Service, API: e.API,
				Region: e.Region, Timestamp: e.Timestamp, UserAgent: e.UserAgent,
				Latency: e.AttemptLatency, AttemptCount: csm.Known(1), FinalHTTPStatusCode: e.HTTPStatusCode,
			})
		}
		if err := r.Close(tb.Context()); err != nil {
			tb.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// A repeated is some bytes, several times over. Recordings can be joined so.
type repeated struct {
	data  []byte
	times int
	at    int
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.at == len(r.data) {
		r.at = 0
		r.times--
	}
	if r.times <= 0 {
		return 0, io.EOF
	}
	n := copy(p, r.data[r.at:])
	r.at += n
	return n, nil
}

// The memory that a report takes does not grow with what it reads.
func TestAReportTakesLittleMemory(t *testing.T) {
	for _, name := range []string{"csm.jsonl", "csm.jsonl.zst"} {
		t.Run(name, func(t *testing.T) {
			const times = 100
			stdin := &repeated{data: recorded(t, name), times: times}
			var before, after runtime.MemStats
			var stdout, stderr strings.Builder
			runtime.GC()
			runtime.ReadMemStats(&before)
			code := Main(Process{Args: []string{"report", "-"}, Stdin: stdin, Stdout: &stdout, Stderr: &stderr})
			runtime.ReadMemStats(&after)
			if code != 0 || stderr.Len() > 0 {
				t.Fatalf("exit code %d, %s", code, stderr.String())
			}
			want := "50000 calls to AWS, 50000 attempts, from standard input of 10 hosts, between "
			if !strings.HasPrefix(stdout.String(), want) {
				t.Errorf("printed %.200s", stdout.String())
			}
			// The lines have 33 MiB.
			if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 20<<20 {
				t.Errorf("the heap grew by %d bytes", grown)
			}
		})
	}
}

func BenchmarkReportOfAMillionEvents(b *testing.B) {
	for _, name := range []string{"csm.jsonl", "csm.jsonl.zst"} {
		b.Run(name, func(b *testing.B) {
			data := recorded(b, name)
			for b.Loop() {
				p := Process{Args: []string{"report", "-"}, Stdin: &repeated{data: data, times: 1000}, Stdout: io.Discard, Stderr: os.Stderr}
				if code := Main(p); code != 0 {
					b.Fatalf("exit code %d", code)
				}
			}
		})
	}
}
