//go:build interop

package interop

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// underRun runs a sender under csm run, and checks the figures of its report.
func underRun(t *testing.T, s sender, moto, csm string) {
	const scenario = "throttled"
	at := newEndpoint(t, s, scenario, moto)
	want := s.want(scenario)
	file := filepath.Join(t.TempDir(), "report.json")
	// A sender that lingers goes on for a while behind its last call, as most
	// programs that live long enough for such an SDK do.
	goesOn := func() {
		at.waitFor(want)
		time.Sleep(2 * time.Second)
	}
	runSender(t, s, scenario, at, []string{csm, "run", "--json", "--output", file, "--"}, nil, goesOn)
	at.checkRequests(t, want)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	r.check(t, want)
}
