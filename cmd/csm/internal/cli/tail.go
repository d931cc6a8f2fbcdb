package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/agentclient"
	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/live"
	"github.com/go-csm/csm/cmd/csm/internal/recording"
	"github.com/go-csm/csm/cmd/csm/internal/report"
)

// tailFlags are the flags of csm tail.
type tailFlags struct {
	listen string
	allow  []string
	access agentAccess
	follow bool
	asJSON bool
	wanted live.Filter
}

// newTail makes csm tail.
func newTail(p Process) *cobra.Command {
	var f tailFlags
	c := &cobra.Command{
		Use:   "tail [flags] [--agent [URL] | FILE...]",
		Short: "show events as they come",
		Long: `Print each event on a line, until interrupted (Ctrl-C or SIGTERM). A line says
when the call or the attempt began, the program's client ID, what it called, the
region, the HTTP status, how long it took, and how it failed.
Access keys are masked.

The events come from where programs send them, which csm tail listens to itself;
with --agent from an agent, which listens there already; or from recordings,
whose end is the end unless there is --follow.

Programs send if they have AWS_CSM_ENABLED=true in their environment, to port
31000 of this machine unless AWS_CSM_HOST and AWS_CSM_PORT say otherwise. To
listen at an address that other machines can reach, say which of them may send,
with --allow.

Flags that choose events can be given together, and each name can be repeated:
an event has to match one of each. Upper and lower case are the same. What could
not be shown is told on stderr. On a terminal attempts are faint and failures
coloured, unless NO_COLOR is in the environment.`,
		Example: `  csm tail
  csm tail --errors --service S3 --service DynamoDB
  csm tail --agent --slow 500ms
  csm tail --agent https://web-1:31080 --token-file token --cacert ca.pem
  csm tail -f /var/lib/csm/events.jsonl
  csm tail --json | jq 'select(.Type == "ApiCall" and .Latency > 500)'
  csm tail --listen 127.0.0.1:31001    for programs with AWS_CSM_PORT=31001
  csm tail --listen :31000 --allow 127.0.0.0/8,172.17.0.0/16    for containers too`,
		DisableFlagsInUseLine: true,
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.check(c, args); err != nil {
				return usageError(c, err)
			}
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			context.AfterFunc(ctx, stop) // a second signal ends csm at once
			_, onTerminal := terminal(p.Stdout)
			printer := &printer{
				w: p.Stdout, wanted: f.wanted, asJSON: f.asJSON, coloured: onTerminal && !noColour(p.Env),
				failed: make(chan struct{}),
			}
			err := f.tail(ctx, p, printer, args)
			if printer.tooLarge > 0 {
				say(p, "not shown: %s larger than a datagram may be", report.Number(printer.tooLarge, "event"))
			}
			return errors.Join(err, printer.err)
		},
	}
	set := c.Flags()
	set.StringArrayVar(&f.wanted.Services, "service", nil, "show events of this `service` alone, such as S3; can be repeated")
	set.StringArrayVar(&f.wanted.Operations, "api", nil, "show events of this `operation` alone, such as GetObject; can be repeated")
	set.StringArrayVar(&f.wanted.Clients, "client", nil, "show events of programs with this client `ID` alone; can be repeated")
	set.StringArrayVar(&f.wanted.Regions, "region", nil, "show events of this `region` alone; can be repeated")
	set.BoolVar(&f.wanted.Errors, "errors", false, "show only calls and attempts that failed")
	set.DurationVar(&f.wanted.Slow, "slow", 0, "show only what took this long or longer, such as 500ms")
	f.access.add(c, "follow the agent of this machine, or the one whose `URL` follows")
	set.BoolVarP(&f.follow, "follow", "f", false, "wait for more at the end of a recording, and read the next one when it is rotated")
	set.StringVar(&f.listen, "listen", net.JoinHostPort(csm.DefaultHost, csm.DefaultPort),
		"the UDP `address` to listen on; whoever can send to it can make up events")
	set.StringSliceVar(&f.allow, "allow", nil,
		"take events from these `networks` alone, such as 10.0.0.0/8")
	set.BoolVar(&f.asJSON, "json", false,
		"print each event as one line of JSON, with what SDKs do differently made the same and access keys masked")
	return c
}

// check finds flags that do not go together.
func (f *tailFlags) check(c *cobra.Command, args []string) error {
	own := c.Flags().Changed("listen") || c.Flags().Changed("allow")
	files := len(args) > 0 && !f.access.asked()
	switch {
	case f.access.asked() && len(args) > 1:
		return fmt.Errorf("behind --agent there is one URL, got %q too", args[1])
	case own && f.access.asked():
		return errors.New("--listen and --agent do not go together: csm tail listens itself, or asks an agent")
	case own && files:
		return fmt.Errorf("--listen and a recording do not go together: got %q", args[0])
	case f.follow && (!files || len(args) > 1):
		return errors.New("--follow is for one recording: csm tail --follow FILE")
	case c.Flags().Changed("slow") && f.wanted.Slow <= 0:
		return fmt.Errorf("--slow is %v: it is a time such as 500ms", f.wanted.Slow)
	}
	return nil
}

// tail prints events until ctx is done, there are no more, or nobody reads what is
// printed.
func (f *tailFlags) tail(ctx context.Context, p Process, to *printer, args []string) error {
	switch {
	case f.access.asked():
		client, err := f.access.client(args)
		if err != nil {
			return err
		}
		return tailAgent(ctx, p, to, client)
	case len(args) > 0:
		return tailFiles(ctx, p, to, args, f.follow)
	}
	senders, err := prefixes(f.allow)
	if err != nil {
		return err
	}
	return tailHere(ctx, p, to, f.listen, senders)
}

// tailHere prints the events that are sent to an address.
func tailHere(ctx context.Context, p Process, to *printer, address string, allow []netip.Prefix) error {
	l, err := agent.Listen(address, agent.Options{Allow: allow})
	if errors.Is(err, addressInUse) {
		return &exitError{err, "another agent listens there: csm tail --agent shows what it receives; or listen elsewhere with --listen " +
			csm.DefaultHost + ":PORT, and set AWS_CSM_PORT=PORT for the programs", exitFailure}
	}
	if err != nil {
		return cannotListen(err)
	}
	if err := l.Start(to.print); err != nil {
		return errors.Join(err, l.Close())
	}
	say(p, "listening on %s", l.Addr())
	select {
	case <-ctx.Done():
	case <-to.failed:
	}
	if err := l.Close(); err != nil {
		return err
	}
	if losses := report.Losses(l.Stats()); losses != "" {
		say(p, "not shown: %s", losses)
	}
	return nil
}

// tailAgent prints the events that an agent receives.
func tailAgent(ctx context.Context, p Process, to *printer, client *agentclient.Client) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := check(ctx, client); err != nil {
		return agentError(err, "or leave out --agent to listen here")
	}
	say(p, "following the agent at %s", harmless.Cut(client.URL(), 100))
	notEvents := uint64(0)
	var e csm.Event
	err := client.Follow(ctx, to.wanted, agentclient.Follower{
		Event: func(data []byte) {
			if _, err := csm.DecodeNext(data, &e); err != nil {
				notEvents++
				return
			}
			if to.print(&e); to.done {
				cancel()
			}
		},
		Lost: func(n uint64) {
			say(p, "not shown: %s that the agent could not hand on in time", report.Number(n, "event"))
		},
		Away: func(err error) {
			say(p, "not shown: what comes until the agent is back: %s", harmless.Cut(strings.TrimPrefix(err.Error(), "csm: "), 300))
		},
		Back: func() { say(p, "the agent is back") },
	})
	if notEvents > 0 {
		say(p, "not shown: %s that this csm cannot read", report.Number(notEvents, "event"))
	}
	return agentError(err, "")
}

// tailFiles prints the events of recordings.
func tailFiles(ctx context.Context, p Process, to *printer, files []string, follow bool) error {
	reader := recording.Reader{Stdin: p.Stdin, Problem: func(problem recording.Problem) {
		say(p, "%s", strings.Replace(problemText(problem), "counted", "shown", 1))
	}}
	yield := func(e *recording.Entry) bool {
		to.printOf(e.Host, &e.Event)
		return !to.done && ctx.Err() == nil
	}
	var counts recording.Counts
	var err error
	if follow {
		counts, err = reader.Follow(ctx, files[0], yield)
	} else {
		counts, err = reader.Read(files, yield)
	}
	switch {
	case errors.Is(err, recording.ErrCompressed):
		return &exitError{err, "leave out --follow, or follow the agent that records it: csm tail --agent", exitFailure}
	case err != nil:
		return &exitError{err, "what follows csm tail are recordings; an address is given with --listen, an agent with --agent", exitFailure}
	case counts.Damaged > 0:
		return &exitError{
			fmt.Errorf("not all is shown: %s could not be read to the end", report.Number(counts.Damaged, "file")),
			"the lines above say where",
			exitFailure,
		}
	}
	return nil
}

// say prints a line to stderr. If nobody reads it, it is not needed.
func say(p Process, format string, args ...any) {
	_, _ = fmt.Fprintf(p.Stderr, "csm: "+format+"\n", args...)
}

// cannotListen says what to do if an address cannot be listened to.
func cannotListen(err error) error {
	hint := "an address is host:port, such as " + net.JoinHostPort(csm.DefaultHost, csm.DefaultPort)
	switch {
	case errors.Is(err, agent.ErrAllowNeeded):
		hint = "say which networks may send, such as --allow 10.0.0.0/8, or listen at a loopback address"
	case errors.Is(err, addressInUse):
		hint = "another agent listens there: end it, or listen elsewhere with --listen " + csm.DefaultHost +
			":PORT, and set AWS_CSM_PORT=PORT for the programs"
	}
	return &exitError{err, hint, exitFailure}
}

// prefixes are the networks of a command line.
func prefixes(networks []string) (list []netip.Prefix, err error) {
	for _, network := range networks {
		p, err := netip.ParsePrefix(network)
		if err != nil {
			return nil, &exitError{
				fmt.Errorf("not a network: %q", network),
				"a network is written as an address and a number of bits: 10.0.0.0/8, or 192.0.2.1/32 for one address",
				exitUsage,
			}
		}
		list = append(list, p)
	}
	return list, nil
}
