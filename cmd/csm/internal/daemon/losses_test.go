package daemon

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/go-csm/csm/agent"
)

func TestLossesAreLogged(t *testing.T) {
	var out bytes.Buffer
	d := &Daemon{log: slog.New(slog.NewTextHandler(&out, nil))}
	was := agent.Stats{LostInKernel: 5, NotAllowed: 5, Rejected: 5, ReadErrors: 5}
	d.logLosses(was, was)
	if out.Len() > 0 {
		t.Errorf("nothing was lost, and the log has\n%s", &out)
	}
	d.logLosses(was, agent.Stats{LostInKernel: 6, NotAllowed: 7, Rejected: 8, ReadErrors: 9})
	for _, want := range []string{`rmem_max can help" datagrams=1`, `leaves out" datagrams=2`, `all was events" datagrams=3`, `failed" errors=4`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in\n%s", want, &out)
		}
	}
}
