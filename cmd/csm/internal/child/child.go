// Package child runs a program in the place of the one that calls it: with its
// standard files, with the signals that it gets, and with an exit code as shells
// have it.
package child

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
)

// The reasons for which a program does not start.
var (
	ErrNotFound      = errors.New("program not found")
	ErrNotExecutable = errors.New("program cannot be executed")
)

// A Program is what to run.
type Program struct {
	Args []string // its name or path, and its arguments
	Env  []string // of a variable that comes twice, the last counts

	// A standard file that is an *os.File is the program's own, untouched.
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

// Signals are the signals that this process catches, to survive them and to pass
// them on to a program. Make them with [Catch].
type Signals struct {
	caught   chan os.Signal
	terminal terminal
}

// Catch begins to catch the signals that end a process unless it does something
// about them, but for those that it was started to ignore, as under nohup. The
// caller stops them, when nothing is left that a signal should not cut short.
func Catch() *Signals {
	s := &Signals{caught: make(chan os.Signal, 16), terminal: openTerminal()}
	for _, sig := range passedOn {
		if !signal.Ignored(sig) {
			signal.Notify(s.caught, sig)
		}
	}
	return s
}

// Stop gives the signals their former meaning.
func (s *Signals) Stop() {
	signal.Stop(s.caught)
	s.terminal.close()
}

// Run runs a program until it ends, passes the signals on to it, and gives its
// exit code: 128+n if signal n ended it. The error is that it could not be
// started: [ErrNotFound] and [ErrNotExecutable] are told apart, where the system
// does.
//
// Signals that the terminal sends, as for Ctrl-C, go to the program as well as to
// this process. They are not passed on: it would get them twice.
func Run(p Program, signals *Signals) (code int, err error) {
	cmd := exec.Command(p.Args[0], p.Args[1:]...)
	cmd.Env = p.Env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = p.Stdin, p.Stdout, p.Stderr
	if err := cmd.Start(); err != nil {
		return 0, startError(p.Args[0], err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case sig := <-signals.caught:
			if !signals.terminal.sent(sig) {
				_ = cmd.Process.Signal(sig) // it may have ended just now
			}
		case err := <-ended:
			if cmd.ProcessState == nil {
				return 0, fmt.Errorf("waiting for %s: %w", p.Args[0], err)
			}
			return exitCode(cmd.ProcessState), nil
		}
	}
}

// startError says why a program did not start.
func startError(name string, err error) error {
	// The error of a file that is there can be the same as that of one that is not:
	// its interpreter is missing.
	_, lookup := exec.LookPath(name)
	if errors.Is(lookup, exec.ErrNotFound) || errors.Is(lookup, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s", ErrNotFound, name)
	}
	reason := err
	var execError *exec.Error
	var pathError *fs.PathError
	switch {
	case errors.As(err, &execError):
		reason = execError.Err
	case errors.As(err, &pathError):
		reason = pathError.Err
	}
	return fmt.Errorf("%w: %s: %w", ErrNotExecutable, name, reason)
}
