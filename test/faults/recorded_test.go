//go:build linux

package faults

import (
	"bytes"
	"os"
	"testing"

	"github.com/go-csm/csm"
)

// recorded are the events of a recording, in their order.
func recorded(t *testing.T, file string) (events []csm.Event) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(b) {
		var e csm.Event
		if err := e.UnmarshalJSON(line); err != nil {
			if !bytes.HasSuffix(line, []byte("\n")) { // the agent was killed while it wrote it
				continue
			}
			t.Fatalf("%v in %q", err, line)
		}
		events = append(events, e)
	}
	return events
}

// numbers are the numbers of a recording's events, by sender.
func numbers(t *testing.T, file string) map[string][]int64 {
	t.Helper()
	n := make(map[string][]int64)
	for _, e := range recorded(t, file) {
		n[e.ClientID] = append(n[e.ClientID], e.Latency.Or(-1))
	}
	return n
}
