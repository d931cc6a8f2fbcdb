package statistics

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-csm/csm"
)

// The figures were counted with a Python script that knows nothing of this
// package.
func TestCorpus(t *testing.T) {
	for _, want := range []struct {
		file                                        string
		calls, attempts, retries, errors, throttled uint64
		failedAttempts                              uint64
		milliseconds                                float64 // of all calls together
		series                                      int
	}{
		{"awscli-v2-2.9.19", 60, 80, 23, 22, 9, 45, 19849, 20},
		{"boto3-1.43.11", 142, 183, 45, 37, 12, 82, 19314, 36},
		{"aws-sdk-js-2.1693.0", 128, 165, 39, 32, 10, 71, 6215, 31},
		{"aws-sdk-go-1.55.8", 116, 147, 33, 36, 13, 67, 4628, 20},
	} {
		t.Run(want.file, func(t *testing.T) {
			a := New(Limits{})
			for _, line := range corpus(t, want.file) {
				var e csm.Event
				if err := e.UnmarshalJSON(line); err != nil {
					t.Fatalf("%v in %s", err, line)
				}
				a.Add(&e)
			}
			s := a.Snapshot()
			total := s.Total()
			for _, check := range []struct {
				name      string
				got, want uint64
			}{
				{"calls", total.Calls, want.calls},
				{"attempts", total.Attempts, want.attempts},
				{"retries", total.Retries, want.retries},
				{"errors", total.Errors(), want.errors},
				{"throttled", total.Throttled, want.throttled},
				{"calls in the errors by code", sum(s, func(e Error) uint64 { return e.Calls }), want.errors},
				{"attempts in the errors by code", sum(s, func(e Error) uint64 { return e.Attempts }), want.failedAttempts},
			} {
				if check.got != check.want {
					t.Errorf("%s: %d, want %d", check.name, check.got, check.want)
				}
			}
			if got := total.Latency.Sum() * 1000; math.Abs(got-want.milliseconds) > 0.001 {
				t.Errorf("latency: %v ms, want %v", got, want.milliseconds)
			}
			if len(s.Series) != want.series {
				t.Errorf("%d series, want %d", len(s.Series), want.series)
			}
		})
	}
}

func sum(s Snapshot, of func(Error) uint64) (n uint64) {
	for _, e := range s.Errors {
		n += of(e)
	}
	return n
}

// corpus are the datagrams of a file of real ones.
func corpus(t *testing.T, name string) [][]byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "testdata", "corpus", name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Split(bytes.TrimSpace(data), []byte("\n"))
}
