//go:build linux

package security

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-csm/csm/test/realagent"
)

// Names that never come twice, and datagrams as large as UDP has them, take no more
// than the memory that the limits allow. All is counted.
func TestAFloodOfNamesAndOfLargeDatagrams(t *testing.T) {
	const series, rounds, each, limit = 500, 20, 500, 200 << 20
	a := realagent.Start(t, realagent.Options{Arguments: []string{"--max-series", fmt.Sprint(series), "--log-level", "debug"}})
	long := strings.Repeat("long name ", 2000)
	sent := 0.0
	for i := range rounds {
		var datagrams [][]byte
		for j := range each {
			padding := long
			if j%100 == 0 {
				padding = strings.Repeat(long, 3)
			}
			datagrams = append(datagrams, fmt.Appendf(nil,
				`{"Type":"ApiCall","ClientId":"%d %s","Service":"%[1]d","Api":"%[1]d","Region":"%[1]d","FinalHttpStatusCode":%[1]d,"FinalAwsException":"%[1]d"}`,
				i*each+j, padding))
		}
		send(t, a.Events, datagrams)
		sent += each
		a.WaitForMetrics("events", func(m realagent.Metrics) bool { return m.Come() == sent })
	}
	m := a.Metrics()
	if m.Taken()+m.Lost() != sent || m.Sum("csm_calls_total") != m.Taken() {
		t.Errorf("sent %v, taken %v, lost %v, calls %v", sent, m.Taken(), m.Lost(), m.Sum("csm_calls_total"))
	}
	if n := m["csm_agent_series"]; n > series+1 || n < series {
		t.Errorf("%v series of at most %d", n, series)
	}
	if n := m["process_resident_memory_bytes"]; n > limit || n == 0 {
		t.Errorf("%v bytes of memory", n)
	}
	t.Logf("sent %v, taken %v, lost %v; %v series, %.0f MiB", sent, m.Taken(), m.Lost(), m["csm_agent_series"],
		m["process_resident_memory_bytes"]/(1<<20))
	a.End()
}
