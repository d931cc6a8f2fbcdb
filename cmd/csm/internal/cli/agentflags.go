package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/api"
	"github.com/go-csm/csm/cmd/csm/internal/daemon"
	"github.com/go-csm/csm/cmd/csm/internal/otlp"
	"github.com/go-csm/csm/cmd/csm/internal/quietlog"
	"github.com/go-csm/csm/cmd/csm/internal/recording"
	"github.com/go-csm/csm/cmd/csm/internal/settings"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
)

const (
	agentPrefix = "CSM_AGENT_"
	agentConfig = "/etc/csm/agent.yaml"

	logPeriod = time.Minute // in which a warning is logged once
	megabyte  = 1_000_000
)

// agentFlags are the flags of csm agent.
type agentFlags struct {
	configFile    string
	check, asRoot bool

	listen, allow  []string
	keepAccessKeys bool

	maxSeries  int
	seriesIdle time.Duration

	http             string
	httpNames        []string
	httpTokenFile    string
	httpCert         string
	httpKey          string
	httpClientCA     string
	noClassicBuckets bool

	record       string
	recordMaxMB  int
	recordMaxAge time.Duration
	recordKeep   int

	otlp         bool
	otlpEndpoint string
	otlpProtocol string
	otlpInterval time.Duration
	otlpEvents   bool

	logLevel, logFormat string
	shutdownTimeout     time.Duration
}

// add adds the flags to a set.
func (f *agentFlags) add(set *pflag.FlagSet) {
	set.StringVar(&f.configFile, "config", "", "read settings from this YAML `file` (default "+agentConfig+" if it is there)")
	set.BoolVar(&f.check, "check", false, "say whether the settings can be used, and do no more")
	set.BoolVar(&f.asRoot, "run-as-root", false, "run as root, without need")

	set.StringSliceVar(&f.listen, "listen", []string{net.JoinHostPort(csm.DefaultHost, csm.DefaultPort), net.JoinHostPort("::1", csm.DefaultPort)},
		"receive events at this UDP `address`; can be repeated")
	set.StringSliceVar(&f.allow, "allow", nil,
		"take events only from addresses in this `CIDR`; can be repeated; needed to listen to other than loopback addresses")
	set.BoolVar(&f.keepAccessKeys, "keep-access-keys", false, "record and show access key IDs whole, not as AKIA…MPLE")

	set.IntVar(&f.maxSeries, "max-series", 10_000,
		"tell apart up to this many combinations of client, service, operation and region; the others are counted together")
	set.DurationVar(&f.seriesIdle, "series-idle", 24*time.Hour, "forget a combination that had no event for this long; 0 is never")

	set.StringVar(&f.http, "http", "127.0.0.1:31080", "serve the API and /metrics at this TCP `address`; off is not at all")
	set.StringSliceVar(&f.httpNames, "http-name", nil, "answer to clients that know the API under this host `name` too; can be repeated")
	set.StringVar(&f.httpTokenFile, "http-token-file", "", "demand the token in this `file` from clients of the API")
	set.StringVar(&f.httpCert, "http-cert", "", "serve HTTPS with the certificate in this PEM `file`")
	set.StringVar(&f.httpKey, "http-key", "", "and the key in this PEM `file`")
	set.StringVar(&f.httpClientCA, "http-client-ca", "", "demand certificates of the authorities in this PEM `file` from clients")
	set.BoolVar(&f.noClassicBuckets, "no-classic-buckets", false, "leave classic buckets out of /metrics: smaller, for Prometheus with native histograms")

	set.StringVar(&f.record, "record", "", "record events to this `file`, compressed if its name ends in .zst")
	set.IntVar(&f.recordMaxMB, "record-max-mb", 100, "begin another file when this one has so many megabytes; 0 is never")
	set.DurationVar(&f.recordMaxAge, "record-max-age", 24*time.Hour, "begin another file when this one is so old; 0 is never")
	set.IntVar(&f.recordKeep, "record-keep", 10, "keep this many files besides the one that is written; 0 is all")

	set.BoolVar(&f.otlp, "otlp", false, "export metrics over OTLP, by the OTEL_… variables")
	set.StringVar(&f.otlpEndpoint, "otlp-endpoint", "", "export to the collector at this `URL`, rather than OTEL_EXPORTER_OTLP_ENDPOINT")
	set.StringVar(&f.otlpProtocol, "otlp-protocol", "", "export by this `protocol`, http/protobuf or grpc, rather than OTEL_EXPORTER_OTLP_PROTOCOL")
	set.DurationVar(&f.otlpInterval, "otlp-interval", 0, "export this often, rather than OTEL_METRIC_EXPORT_INTERVAL says")
	set.BoolVar(&f.otlpEvents, "otlp-events", false, "export each event as a log record too")

	set.StringVar(&f.logLevel, "log-level", "info", "log what has this `level` or more: debug, info, warn, error")
	set.StringVar(&f.logFormat, "log-format", "text", "log as `text` or json")
	set.DurationVar(&f.shutdownTimeout, "shutdown-timeout", 10*time.Second, "take no longer to end")
}

// config fills the flags that were not given, and makes of all of them what the
// daemon is to do. It sets the level of what is logged.
func (f *agentFlags) config(p Process, set *pflag.FlagSet, level *slog.LevelVar) (daemon.Config, error) {
	if err := f.fill(p, set); err != nil {
		return daemon.Config{}, err
	}
	logger, err := f.logger(p.Stderr, level)
	if err != nil {
		return daemon.Config{}, err
	}
	c := daemon.Config{
		Listen:         f.listen,
		AnyOfListen:    !set.Changed("listen"),
		KeepAccessKeys: f.keepAccessKeys,
		Limits:         statistics.Limits{Series: f.maxSeries, Idle: f.seriesIdle},
		HTTP:           f.http,
		Access: api.Access{
			CertFile:     f.httpCert,
			KeyFile:      f.httpKey,
			ClientCAFile: f.httpClientCA,
			Hosts:        f.httpNames,
		},
		NoClassicBuckets: f.noClassicBuckets,
		Recording: recording.Options{
			Path:     f.record,
			MaxBytes: int64(f.recordMaxMB) * megabyte,
			MaxAge:   f.recordMaxAge,
			Keep:     f.recordKeep,
			Logger:   logger,
		},
		ShutdownTimeout: f.shutdownTimeout,
		Version:         release(),
		Logger:          logger,
	}
	if f.maxSeries < 1 {
		return c, fmt.Errorf("--max-series is %d: it is 1 or more", f.maxSeries)
	}
	if c.HTTP == "off" {
		c.HTTP = ""
	}
	if c.Allow, err = prefixes(f.allow); err != nil {
		return c, err
	}
	if f.httpTokenFile != "" {
		token, err := os.ReadFile(f.httpTokenFile)
		if err != nil {
			return c, fmt.Errorf("the API's token: %w", err)
		}
		if c.Access.Token = strings.TrimRight(string(token), "\r\n"); c.Access.Token == "" {
			return c, fmt.Errorf("the API's token: %s is empty", f.httpTokenFile)
		}
	}
	if f.otlp || f.otlpEvents || f.otlpEndpoint != "" || f.otlpProtocol != "" || f.otlpInterval != 0 {
		c.Export = &otlp.Options{
			Endpoint: f.otlpEndpoint,
			Protocol: f.otlpProtocol,
			Interval: f.otlpInterval,
			Events:   f.otlpEvents,
			Version:  release(),
			Logger:   logger,
		}
	}
	return c, nil
}

// fill sets the flags that were not given, from the environment and the file.
func (f *agentFlags) fill(p Process, set *pflag.FlagSet) error {
	sources := settings.Sources{
		FileName: cmp.Or(f.configFile, settings.Variable(p.Env, agentPrefix, "config")),
		Env:      p.Env,
		Prefix:   agentPrefix,
		Reserved: []string{"config", "check", "help"},
	}
	optional := sources.FileName == ""
	if optional {
		sources.FileName = agentConfig
	}
	file, err := os.Open(sources.FileName)
	switch {
	case err == nil:
		defer func() { _ = file.Close() }() // it was only read
		sources.File = file
	case optional && errors.Is(err, fs.ErrNotExist):
	default:
		return fmt.Errorf("the settings cannot be read: %w", err)
	}
	return settings.Fill(set, sources)
}

// logger is the logger that the flags ask for, with the level of level, which it
// sets.
func (f *agentFlags) logger(w io.Writer, level *slog.LevelVar) (*slog.Logger, error) {
	if err := level.UnmarshalText([]byte(f.logLevel)); err != nil {
		return nil, fmt.Errorf("--log-level is %q: it is one of debug, info, warn, error", f.logLevel)
	}
	options := &slog.HandlerOptions{Level: level}
	var handler slog.Handler
	switch f.logFormat {
	case "text":
		handler = slog.NewTextHandler(w, options)
	case "json":
		handler = slog.NewJSONHandler(w, options)
	default:
		return nil, fmt.Errorf("--log-format is %q: it is text or json", f.logFormat)
	}
	return slog.New(quietlog.New(handler, logPeriod)), nil
}
