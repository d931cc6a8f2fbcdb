package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"sync"
	"syscall"

	systemd "github.com/coreos/go-systemd/v22/daemon"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/daemon"
	"github.com/go-csm/csm/cmd/csm/internal/quietlog"
)

// newAgent makes csm agent.
func newAgent(p Process) *cobra.Command {
	var flags agentFlags
	c := &cobra.Command{
		Use:   "agent [flags]",
		Short: "receive the events of all programs here, and serve statistics",
		Long: `Receive the events of the programs on this machine, and give what there is to tell
of them: statistics and the events themselves over HTTP, metrics for Prometheus, and
if wanted recordings, and metrics and logs over OTLP for OpenTelemetry.

Each flag can also be set by a variable, CSM_AGENT_ and its name (CSM_AGENT_SERIES_IDLE),
or in a YAML file under its name (series-idle: 1h); a flag comes before a variable, and
that before the file. The file is the one that --config or CSM_AGENT_CONFIG names, else
/etc/csm/agent.yaml if it is there.

SIGHUP reads the settings again: the log level, who may send, and who may use the API
change; the others need a restart. SIGTERM ends the agent when all that has come is
counted, recorded and exported.`,
		Example: `  csm agent
  csm agent --record /var/lib/csm/events.jsonl.zst --record-max-mb 100 --record-keep 10
  csm agent --listen 0.0.0.0:31000 --allow 10.0.0.0/8
  OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 csm agent --otlp
  csm agent --config agent.yaml --check`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			p.Stdout = c.OutOrStdout() // which nobody has to read
			return runAgent(p, &flags, c.Flags())
		},
	}
	flags.add(c.Flags())
	return c
}

// runAgent runs the agent until it is told to end.
func runAgent(p Process, flags *agentFlags, set *pflag.FlagSet) error {
	level := new(slog.LevelVar)
	config, err := flags.config(p, set, level)
	if err != nil {
		return settingsError(err)
	}
	if flags.check {
		if err := config.Check(); err != nil {
			return settingsError(err)
		}
		_, err := fmt.Fprintln(p.Stdout, "the settings can be used")
		return err
	}
	if os.Geteuid() == 0 && !flags.asRoot {
		return &exitError{
			errors.New("the agent does not run as root: it needs no privilege"),
			"start it as another user, as deploy/csm-agent.service does; or with --run-as-root",
			exitFailure,
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends csm at once
	hangups := catchHangups()
	endReloads := sync.OnceFunc(hangups.end)
	defer endReloads()
	limitMemory(config.Limits.Series)
	d, err := daemon.New(config)
	if err != nil {
		return settingsError(err)
	}
	log := config.Logger
	hangups.call(func() {
		notify(log, reloading())
		if err := reload(p, d, level); err != nil {
			log.ErrorContext(quietlog.Always(ctx), "csm: the settings were not read again", "error", err)
		} else {
			log.Info("csm: the settings were read again")
		}
		notify(log, systemd.SdNotifyReady)
	})
	context.AfterFunc(ctx, func() {
		endReloads() // which would say that the agent is ready
		notify(log, systemd.SdNotifyStopping)
	})
	err = d.Run(ctx, func() {
		log.Info("csm: ready")
		notify(log, systemd.SdNotifyReady)
	})
	if err != nil {
		return &exitError{err, "look at what was logged before", exitFailure}
	}
	log.Info("csm: ended")
	return nil
}

// limitMemory keeps the garbage of a scrape from being most of what the agent
// takes, unless GOMEMLIMIT says how much that may be. Series whose histograms are
// all in use take about 3.5 KB each, and a scrape copies them.
func limitMemory(series int) {
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(24<<20 + int64(series)*6600)
	}
}

// reload reads the settings again, from where they were read at the start.
func reload(p Process, d *daemon.Daemon, level *slog.LevelVar) error {
	var flags agentFlags
	set := pflag.NewFlagSet("agent", pflag.ContinueOnError)
	flags.add(set)
	if err := set.Parse(p.Args[slices.Index(p.Args, "agent")+1:]); err != nil {
		return err
	}
	next := new(slog.LevelVar)
	config, err := flags.config(p, set, next)
	if err != nil {
		return err
	}
	if err := d.Reload(config); err != nil {
		return err
	}
	level.Set(next.Level())
	return nil
}

// notify tells systemd, if that has started the agent, how it is.
func notify(log *slog.Logger, state string) {
	if _, err := systemd.SdNotify(false, state); err != nil {
		log.Warn("csm: systemd cannot be told how the agent is", "error", err)
	}
}

// settingsError is an error of a setting that cannot be used.
func settingsError(err error) error {
	var known *exitError
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, daemon.ErrServe) && errors.Is(err, addressInUse):
		return &exitError{err, "another program serves there: end it, or serve elsewhere with --http 127.0.0.1:PORT", exitFailure}
	case errors.Is(err, agent.ErrAllowNeeded), errors.Is(err, addressInUse):
		return cannotListen(err)
	}
	return &exitError{err, "csm agent --help says what can be set; csm agent --check tries settings", exitUsage}
}
