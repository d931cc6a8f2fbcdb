package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/agent"
	"github.com/go-csm/csm/cmd/csm/internal/report"
)

// newTail makes csm tail.
func newTail(p Process) *cobra.Command {
	var listen string
	var allow []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "tail [flags]",
		Short: "show events as they come",
		Long: `Listen where programs send their events, and print each as it comes, until
interrupted (Ctrl-C or SIGTERM). A line says when the call or the attempt began, the
program's client ID, what it called, the region, the HTTP status, how long it took,
and how it failed. Access keys are masked.

Programs send if they have AWS_CSM_ENABLED=true in their environment, to port 31000 of
this machine unless AWS_CSM_HOST and AWS_CSM_PORT say otherwise. To listen at an address
that other machines can reach, say which of them may send, with --allow.`,
		Example: `  csm tail
  csm tail --json | jq 'select(.Type == "ApiCall" and .Latency > 500)'
  csm tail --listen 127.0.0.1:31001    for programs with AWS_CSM_PORT=31001
  csm tail --listen :31000 --allow 127.0.0.0/8,172.17.0.0/16    for containers too`,
		Args: noArguments,
		RunE: func(_ *cobra.Command, _ []string) error {
			senders, err := prefixes(allow)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			context.AfterFunc(ctx, stop) // a second signal ends csm at once
			return tail(ctx, p, listen, senders, asJSON)
		},
	}
	c.Flags().StringVar(&listen, "listen", net.JoinHostPort(csm.DefaultHost, csm.DefaultPort),
		"the UDP `address` to listen on; whoever can send to it can make up events")
	c.Flags().StringSliceVar(&allow, "allow", nil,
		"take events from these `networks` alone, such as 10.0.0.0/8")
	c.Flags().BoolVar(&asJSON, "json", false,
		"print each event as one line of JSON, with what SDKs do differently made the same and access keys masked")
	return c
}

// tail prints events until ctx is done, or nobody reads what is printed.
func tail(ctx context.Context, p Process, address string, allow []netip.Prefix, asJSON bool) error {
	l, err := agent.Listen(address, agent.Options{Allow: allow})
	if err != nil {
		return cannotListen(err)
	}
	printer := &printer{w: p.Stdout, asJSON: asJSON, failed: make(chan struct{})}
	if err := l.Start(printer.print); err != nil {
		return errors.Join(err, l.Close())
	}
	say(p, "listening on %s", l.Addr())
	select {
	case <-ctx.Done():
	case <-printer.failed:
	}
	if err := l.Close(); err != nil {
		return err
	}
	if losses := report.Losses(l.Stats()); losses != "" {
		say(p, "not shown: %s", losses)
	}
	if printer.tooLarge > 0 {
		say(p, "not shown: %s larger than a datagram may be", report.Number(printer.tooLarge, "event"))
	}
	return printer.err
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
