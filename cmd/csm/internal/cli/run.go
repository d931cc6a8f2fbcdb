package cli

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/child"
	"github.com/go-csm/csm/cmd/csm/internal/report"
)

// newRun makes csm run. The program's exit code goes to code.
func newRun(p Process, code *int) *cobra.Command {
	c := &cobra.Command{
		Use:   "run [flags] -- program [argument...]",
		Short: "run a program, then show which AWS calls it made",
		Long: `Run a program with client-side monitoring switched on, and when it has ended
print a table of the AWS calls that it and its children made. The program's input
and output are its own; the table goes to stderr. Signals are passed on.

The program gets AWS_CSM_ENABLED, AWS_CSM_HOST, AWS_CSM_PORT, and AWS_CSM_CLIENT_ID, which is
the program's name unless it is set. Percentiles are of the calls, their retries
included.

` + exitCodes,
		Example: `  csm run -- aws s3 ls
  csm run -- python app.py --its-own-flag
  csm run -- go test ./...
  csm run -- sh -c 'aws s3 ls; aws sts get-caller-identity' 2>calls.txt`,
		DisableFlagsInUseLine: true,
		RunE: func(_ *cobra.Command, args []string) (err error) {
			if len(args) == 0 {
				return &exitError{
					errors.New("no program to run"),
					"write it behind two dashes, such as: csm run -- aws s3 ls",
					exitUsage,
				}
			}
			*code, err = run(p, args)
			return err
		},
	}
	c.Flags().SetInterspersed(false) // what follows the program's name is the program's
	return c
}

// run runs a program and reports what it called.
func run(p Process, args []string) (code int, err error) {
	signals := child.Catch()
	defer signals.Stop()
	events, err := collect(net.JoinHostPort(csm.DefaultHost, "0"))
	if err != nil {
		return 0, &exitError{err, "csm needs a UDP port of the loopback interface: is it up?", exitFailure}
	}
	defer events.close()
	address := events.listener.Addr()
	told := report.Run{
		Host:     address.Addr().String(),
		Port:     strconv.Itoa(int(address.Port())),
		ClientID: clientID(p.Env, args[0]),
	}
	began := time.Now()
	code, err = child.Run(child.Program{
		Args:   args,
		Env:    monitored(p.Env, told),
		Stdin:  p.Stdin,
		Stdout: p.Stdout,
		Stderr: p.Stderr,
	}, signals)
	if err != nil {
		return 0, notStarted(err)
	}
	told.Elapsed = time.Since(began)
	events.waitForLate()
	events.close()
	told.Statistics = events.statistics.Snapshot()
	told.Received = events.listener.Stats()
	told.Width = width(p.Stderr)
	_ = told.Write(p.Stderr) // if nobody reads it, the exit code is still the program's
	return code, nil
}

// notStarted adds to the error of a program that did not start what to do.
func notStarted(err error) error {
	switch {
	case errors.Is(err, child.ErrNotFound):
		return &exitError{err, "is it spelled right and in PATH? one in this directory is written ./program", exitNotFound}
	case errors.Is(err, child.ErrNotExecutable):
		hint := "the system could not start it; try it without csm run"
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "exec format") {
			hint = "a script needs execute permission and a first line such as #!/bin/sh, " +
				"or its interpreter before it: csm run -- sh script"
		}
		return &exitError{err, hint, exitNotExecutable}
	}
	return err
}

// monitored is the environment of a program that is told to send its events.
func monitored(env []string, told report.Run) []string {
	return append(slices.Clip(env),
		"AWS_CSM_ENABLED=true",
		"AWS_CSM_HOST="+told.Host,
		"AWS_CSM_PORT="+told.Port,
		"AWS_CSM_CLIENT_ID="+told.ClientID,
	)
}

// clientID is the client ID that the environment has, or else the program's name.
func clientID(env []string, program string) string {
	const name = "AWS_CSM_CLIENT_ID"
	for _, variable := range slices.Backward(env) {
		key, value, _ := strings.Cut(variable, "=")
		if key == name || runtime.GOOS == "windows" && strings.EqualFold(key, name) {
			if value != "" {
				return value
			}
			break
		}
	}
	base := filepath.Base(program)
	if runtime.GOOS == "windows" {
		base = strings.TrimSuffix(base, filepath.Ext(base))
	}
	return base
}

// width is how many columns there are on w, or 0 if it is no terminal.
func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			return columns
		}
	}
	return 0
}
