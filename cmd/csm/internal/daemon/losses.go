package daemon

import (
	"context"
	"time"

	"github.com/go-csm/csm/agent"
)

// lossPeriod is how often the log tells of losses.
const lossPeriod = 10 * time.Second

// tellLosses logs which datagrams were not taken since the beginning, until ctx is
// done. It gives what had been received when it last looked.
func (d *Daemon) tellLosses(ctx context.Context) (was agent.Stats) {
	ticker := time.NewTicker(lossPeriod)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return was
		case <-ticker.C:
			now := d.received()
			d.logLosses(was, now)
			was = now
		}
	}
}

// logLosses logs the difference between two counts, by cause.
func (d *Daemon) logLosses(was, now agent.Stats) {
	if n := now.LostInKernel - was.LostInKernel; n > 0 {
		d.log.Warn("csm: the system dropped datagrams that were not read in time; a larger net.core.rmem_max can help", "datagrams", n)
	}
	if n := now.NotAllowed - was.NotAllowed; n > 0 {
		d.log.Warn("csm: datagrams came from senders that allow leaves out", "datagrams", n)
	}
	if n := now.Rejected - was.Rejected; n > 0 {
		d.log.Warn("csm: datagrams were rejected, of which not all was events", "datagrams", n)
	}
	if n := now.ReadErrors - was.ReadErrors; n > 0 {
		d.log.Warn("csm: reading datagrams failed", "errors", n)
	}
}
