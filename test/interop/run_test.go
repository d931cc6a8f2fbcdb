//go:build interop

package interop

import (
	"fmt"
	"regexp"
	"testing"
	"time"
)

// underRun runs a sender under csm run, and reads the figures in its table.
func underRun(t *testing.T, s sender, moto, csm string) {
	const scenario = "throttled"
	at := newEndpoint(t, s, scenario, moto)
	want := s.want(scenario)
	// A sender that lingers goes on for a while behind its last call, as most
	// programs that live long enough for such an SDK do.
	goesOn := func() {
		at.waitFor(want)
		time.Sleep(2 * time.Second)
	}
	out := runSender(t, s, scenario, at, []string{csm, "run", "--"}, nil, goesOn)
	at.checkRequests(t, want)
	var all operation
	var errors uint64
	row := func(name string, o operation, errors uint64) {
		line := fmt.Sprintf(`(?m)^%s +%d +%d +%d +%d +%d `, regexp.QuoteMeta(name), o.Calls, o.Attempts, o.Retries, errors, o.Throttled)
		if !regexp.MustCompile(line).MatchString(out) {
			t.Errorf("no %s in\n%s", line, out)
		}
	}
	for name, o := range want {
		row(name, o, o.errors())
		all.Calls += o.Calls
		all.Attempts += o.Attempts
		all.Retries += o.Retries
		all.Throttled += o.Throttled
		errors += o.errors()
	}
	if len(want) > 1 {
		row("total", all, errors)
	}
}
