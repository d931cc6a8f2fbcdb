package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/agentclient"
	"github.com/go-csm/csm/cmd/csm/internal/api"
	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/live"
	"github.com/go-csm/csm/cmd/csm/internal/report"
	"github.com/go-csm/csm/cmd/csm/internal/statistics"
	"github.com/go-csm/csm/cmd/csm/internal/top"
)

const (
	leastInterval = 500 * time.Millisecond // of a live view
	mostInterval  = time.Minute

	framesPerSecond = 30 // at most, which a key is answered within
)

// newTop makes csm top.
func newTop(p Process) *cobra.Command {
	var access agentAccess
	var listen string
	var allow []string
	var interval time.Duration
	c := &cobra.Command{
		Use:   "top [flags] [--agent [URL]]",
		Short: "show the operations live",
		Long: `Show a live table of the operations that programs call: how often, how many
failed, and how long they took. The keys are at the bottom of the screen; ?
shows all.

The numbers are those of the agent of this machine (csm agent), if there is one,
since it began. Without one, csm top listens where programs send their events,
and counts itself. Say --agent, with a URL if it is elsewhere, or --listen, to
have one of the two in any case.

With NO_COLOR in the environment there are no colours. Over a slow line, a
longer --interval sends less.`,
		Example: `  csm top
  csm top --agent http://10.0.0.5:31080 --token-file token
  csm top --listen 127.0.0.1:31001    for programs with AWS_CSM_PORT=31001
  ssh -t web-1 csm top --interval 5s`,
		DisableFlagsInUseLine: true,
		RunE: func(c *cobra.Command, args []string) error {
			own := c.Flags().Changed("listen") || c.Flags().Changed("allow")
			switch {
			case len(args) > 1 || len(args) == 1 && !access.asked():
				return usageError(c, fmt.Errorf("csm top takes no arguments but the agent's URL after --agent, got %q", args[len(args)-1]))
			case own && access.asked():
				return usageError(c, errors.New("--listen and --agent do not go together: csm top listens itself, or asks an agent"))
			case interval < leastInterval || interval > mostInterval:
				return usageError(c, fmt.Errorf("--interval is %v: it is from %v to %v", interval, leastInterval, mostInterval))
			}
			if _, ok := terminal(p.Stdout); !ok || isDumb(p.Env) {
				return &exitError{
					notDrawn("csm top", "its output is none", p.Env),
					"csm tail prints events to any terminal, a pipe or a file; an agent serves statistics: curl " +
						agentclient.DefaultURL + api.PathStats,
					exitFailure,
				}
			}
			senders, err := prefixes(allow)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
			defer stop()
			if !own {
				client, err := access.client(args)
				if err != nil {
					return err
				}
				err = check(ctx, client)
				if err == nil {
					return show(ctx, p, top.Options{
						Source: client, Interval: interval,
						Title: "agent at " + harmless.Cut(client.URL(), 60),
						Empty: emptyHelp(csm.DefaultHost, csm.DefaultPort),
					})
				}
				if access.asked() || !errors.Is(err, agentclient.ErrNoAgent) {
					return agentError(err, "or leave out --agent to listen here")
				}
			}
			return topHere(ctx, p, listen, senders, interval)
		},
	}
	access.add(c, "ask an agent, the one of this machine unless a `URL` follows")
	c.Flags().StringVar(&listen, "listen", net.JoinHostPort(csm.DefaultHost, csm.DefaultPort),
		"ask no agent, but listen at this UDP `address`")
	c.Flags().StringSliceVar(&allow, "allow", nil,
		"and take events from these `networks` alone, such as 10.0.0.0/8")
	c.Flags().DurationVar(&interval, "interval", time.Second, "how often the numbers change")
	return c
}

// topHere shows what it receives itself.
func topHere(ctx context.Context, p Process, address string, allow []netip.Prefix, interval time.Duration) error {
	l, err := agent.Listen(address, agent.Options{Allow: allow})
	if err != nil {
		return cannotListen(err)
	}
	source := top.Local{Statistics: statistics.New(statistics.Limits{}), Events: new(live.Hub), Received: l.Stats}
	if err := l.Start(func(e *csm.Event) {
		source.Statistics.Add(e)
		if !source.Events.Idle() {
			kept := *e // the listener uses e again
			source.Events.Publish(&kept)
		}
	}); err != nil {
		return errors.Join(err, l.Close())
	}
	at := l.Addr()
	err = show(ctx, p, top.Options{
		Source: source, Interval: interval,
		Title: "listening on " + at.String(),
		Empty: emptyHelp(at.Addr().String(), fmt.Sprint(at.Port())),
	})
	return errors.Join(err, l.Close())
}

// emptyHelp says how programs send their events to an address.
func emptyHelp(host, port string) []string {
	set := "AWS_CSM_ENABLED=true"
	if ip, err := netip.ParseAddr(host); err == nil && !ip.IsUnspecified() && host != csm.DefaultHost {
		set += " AWS_CSM_HOST=" + host
	}
	if port != csm.DefaultPort {
		set += " AWS_CSM_PORT=" + port
	}
	return []string{
		"Programs send if they are told to, such as",
		"",
		"    " + set + " aws s3 ls",
		"",
		"Set that for any program whose SDK has client-side monitoring:",
		report.SDKs + ";",
		"and Go v2 with github.com/go-csm/csm/sdkv2.",
	}
}

// show shows a live view until its user or a signal ends it.
func show(ctx context.Context, p Process, o top.Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	view := newView(ctx, p.Stdout, p.Env, o)
	defer context.AfterFunc(ctx, view.Quit)()
	return ended(view.Run())
}

// newView makes a live view on a terminal. Its keys come from standard input, if that
// is a terminal, else from the one that csm was started at.
func newView(ctx context.Context, on io.Writer, env []string, o top.Options) *tea.Program {
	options := []tea.ProgramOption{
		tea.WithOutput(on), tea.WithEnvironment(env), tea.WithFPS(framesPerSecond), tea.WithoutSignalHandler(),
	}
	if noColour(env) {
		options = append(options, tea.WithColorProfile(colorprofile.ASCII))
	}
	return tea.NewProgram(top.New(ctx, o), options...)
}

// ended says how a view ended.
func ended(_ tea.Model, err error) error {
	if err != nil {
		return &exitError{
			fmt.Errorf("the terminal cannot be used: %w", err),
			"a live view needs the keyboard, too: start csm in a shell in that terminal; csm tail needs none",
			exitFailure,
		}
	}
	return nil
}

// noColour tells whether the user wants no colours, https://no-color.org, or the
// terminal has none.
func noColour(env []string) bool {
	return isDumb(env) || slices.ContainsFunc(env, func(v string) bool {
		value, ok := strings.CutPrefix(v, "NO_COLOR=")
		return ok && value != ""
	})
}

// terminal gives the file of a writer or a reader if it is a terminal.
func terminal(f any) (*os.File, bool) {
	file, ok := f.(*os.File)
	return file, ok && term.IsTerminal(int(file.Fd()))
}

// isDumb tells whether a terminal shows as text what would place its cursor.
func isDumb(env []string) bool { return variable(env, "TERM") == "dumb" }

// notDrawn is that a live view cannot be drawn, because there is no terminal, or a dumb
// one.
func notDrawn(view, none string, env []string) error {
	if isDumb(env) {
		none = "TERM says that this one is dumb"
	}
	return fmt.Errorf("%s draws on a terminal, and %s", view, none)
}
