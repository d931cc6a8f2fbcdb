package cli

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-csm/csm/cmd/csm/internal/agentclient"
)

// checkLimit is how long an agent is looked for that may not be there.
const checkLimit = 5 * time.Second

// agentAccess are the flags of commands that ask an agent.
type agentAccess struct {
	options agentclient.Options
}

// add adds the flags to a command.
func (a *agentAccess) add(c *cobra.Command, use string) {
	c.Flags().Var((*agentURL)(&a.options.URL), "agent", use)
	c.Flags().Lookup("agent").NoOptDefVal = thisMachine
	c.Flags().StringVar(&a.options.TokenFile, "token-file", "", "show the agent the token in this `file`")
	c.Flags().StringVar(&a.options.CAFile, "cacert", "", "trust the authorities in this PEM `file` for the agent's certificate")
	c.Flags().StringVar(&a.options.CertFile, "cert", "", "show the agent the certificate in this PEM `file`")
	c.Flags().StringVar(&a.options.KeyFile, "key", "", "and the key of it in this PEM `file`")
}

// An agentURL is the value of --agent, which need not have one.
type agentURL string

// thisMachine is what pflag sets where there is no value.
const thisMachine = "true"

func (u *agentURL) String() string { return string(*u) }

// Type makes the help show the flag without what stands for no value.
func (u *agentURL) Type() string { return "bool" }

func (u *agentURL) Set(s string) error {
	if s == thisMachine {
		s = agentclient.DefaultURL
	}
	*u = agentURL(s)
	return nil
}

// asked tells whether an agent is to be asked: --agent, or what is of use for one
// alone, was given.
func (a *agentAccess) asked() bool { return a.options != agentclient.Options{} }

// client makes the client of the agent, whose URL an argument can name: it is one if
// there is a space behind --agent.
func (a *agentAccess) client(args []string) (*agentclient.Client, error) {
	if len(args) > 0 {
		a.options.URL = args[0]
	}
	client, err := agentclient.New(a.options)
	if e := new(agentclient.Error); errors.As(err, &e) {
		return nil, &exitError{e, e.Hint, exitUsage}
	}
	return client, err
}

// agentError is an error of an agent, with what to do.
func agentError(err error, otherwise string) error {
	var e *agentclient.Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	hint := e.Hint
	if errors.Is(err, agentclient.ErrNoAgent) && otherwise != "" {
		hint += "; " + otherwise
	}
	return &exitError{err, hint, exitFailure}
}

// check looks whether an agent is there.
func check(ctx context.Context, client *agentclient.Client) error {
	ctx, cancel := context.WithTimeout(ctx, checkLimit)
	defer cancel()
	return client.Check(ctx)
}
