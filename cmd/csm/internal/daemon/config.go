package daemon

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/api"
	"github.com/go-csm/csm/cmd/csm/internal/otlp"
	"github.com/go-csm/csm/cmd/csm/internal/recording"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

// A Config is what a [Daemon] does. Listen, ShutdownTimeout and Logger are needed.
type Config struct {
	// Listen are the UDP addresses to receive at. If AnyOfListen is set, those that
	// this machine does not have are left out, as long as one is left.
	Listen      []string
	AnyOfListen bool

	// Allow are the addresses that may send. An address to listen to that is not a
	// loopback address needs some.
	Allow []netip.Prefix

	KeepAccessKeys bool // hands access keys on as they came, to be recorded and shown so

	Limits statistics.Limits

	HTTP             string     // the TCP address of the API and the metrics; empty is none
	Access           api.Access // who may use it
	NoClassicBuckets bool       // leaves the classic buckets out of the metrics

	Recording recording.Options // with no Path, nothing is recorded
	Export    *otlp.Options     // nil: nothing is exported; its functions are the daemon's

	ShutdownTimeout time.Duration // for all that is left to be done at the end
	Version         string
	Logger          *slog.Logger
}

// Check says what is wrong with a Config, all of it, as far as that can be told
// without doing anything.
func (c Config) Check() error {
	var errs []error
	if len(c.Listen) == 0 {
		errs = append(errs, errors.New("csm: there is no address to listen to"))
	}
	for _, address := range c.Listen {
		errs = append(errs, agent.CheckAddress(address, c.Allow))
	}
	if c.HTTP != "" {
		_, err := c.Access.TLSConfig()
		errs = append(errs, c.Access.Check(c.HTTP), err)
	}
	if c.Limits.Series < 0 || c.Limits.Idle < 0 {
		errs = append(errs, fmt.Errorf("csm: a limit of %d series that leave after %v: neither can be negative",
			c.Limits.Series, c.Limits.Idle))
	}
	if c.ShutdownTimeout <= 0 {
		errs = append(errs, fmt.Errorf("csm: there are %v to shut down: it must be more than none", c.ShutdownTimeout))
	}
	if r := c.Recording; r.Path != "" {
		if info, err := os.Stat(filepath.Dir(r.Path)); err != nil || !info.IsDir() {
			errs = append(errs, fmt.Errorf("csm: cannot record to %s: there is no directory for it; make it first", r.Path))
		}
		if r.MaxBytes < 0 || r.MaxAge < 0 || r.Keep < 0 {
			errs = append(errs, errors.New("csm: a limit of the recording is negative: 0 is no limit"))
		}
	}
	if c.Export != nil {
		if c.Export.Interval < 0 {
			errs = append(errs, fmt.Errorf("csm: events are to be exported every %v: it must be more than nothing", c.Export.Interval))
		}
		o := *c.Export
		o.Snapshot = func() statistics.Snapshot { return statistics.Snapshot{} }
		errs = append(errs, o.Check())
	}
	return errors.Join(errs...)
}
