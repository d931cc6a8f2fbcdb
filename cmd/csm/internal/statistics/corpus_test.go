package statistics

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/agent"
)

// counts are the figures of a file of real datagrams, as testdata/counts.py counts
// them, which knows nothing of this package.
type counts struct {
	Calls               uint64            `json:"calls"`
	Attempts            uint64            `json:"attempts"`
	Retries             uint64            `json:"retries"`
	Throttled           uint64            `json:"throttled"`
	Results             map[string]uint64 `json:"results"`
	Statuses            map[int]uint64    `json:"statuses"`
	ConnectionsNew      uint64            `json:"connections_new"`
	ConnectionsReused   uint64            `json:"connections_reused"`
	Milliseconds        float64           `json:"milliseconds"`
	AttemptMilliseconds float64           `json:"attempt_milliseconds"`
	Phases              map[string]uint64 `json:"phases"`
	Series              int               `json:"series"`
	Errors              map[string]failed `json:"errors"` // by code and status
}

type failed struct {
	Attempts uint64 `json:"attempts"`
	Calls    uint64 `json:"calls"`
}

func countsOf(s Snapshot) counts {
	t := s.Total()
	c := counts{
		Calls: t.Calls, Attempts: t.Attempts, Retries: t.Retries, Throttled: t.Throttled,
		Results: map[string]uint64{}, Statuses: t.Statuses,
		ConnectionsNew: t.ConnectionsNew, ConnectionsReused: t.ConnectionsReused,
		Milliseconds:        math.Round(t.Latency().Sum() * 1000),
		AttemptMilliseconds: math.Round(t.AttemptLatency.Sum() * 1000),
		Phases:              map[string]uint64{}, Series: len(s.Series), Errors: map[string]failed{},
	}
	for r, n := range t.Results {
		if n > 0 {
			c.Results[Result(r).String()] = n
		}
	}
	for p := range t.Phases {
		if n := t.Phases[p].Count(); n > 0 {
			c.Phases[Phase(p).String()] = n
		}
	}
	for _, e := range s.Errors {
		key := fmt.Sprint(e.Code, " ", e.Status)
		sum := c.Errors[key]
		c.Errors[key] = failed{sum.Attempts + e.Attempts, sum.Calls + e.Calls}
	}
	return c
}

func TestCorpus(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "counts.json"))
	if err != nil {
		t.Fatal(err)
	}
	var files map[string]counts
	if err := json.Unmarshal(data, &files); err != nil {
		t.Fatal(err)
	}
	if len(files) != 8 {
		t.Errorf("counts of %d files", len(files))
	}
	for file, want := range files {
		t.Run(file, func(t *testing.T) {
			a := New(Limits{})
			for _, line := range corpus(t, file) {
				var e csm.Event
				if err := e.UnmarshalJSON(line); err != nil {
					t.Fatalf("%v in %s", err, line)
				}
				agent.Normalize(&e)
				a.Add(&e)
			}
			s := a.Snapshot()
			got := reflect.ValueOf(countsOf(s))
			for i := range got.NumField() {
				if g, w := got.Field(i).Interface(), reflect.ValueOf(want).Field(i).Interface(); !reflect.DeepEqual(g, w) {
					t.Errorf("%s:\n got %v\nwant %v", got.Type().Field(i).Name, g, w)
				}
			}
		})
	}
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
