package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/go-csm/csm/cmd/csm/internal/child"
	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/spool"
	"github.com/go-csm/csm/cmd/csm/internal/top"
)

// runInView runs a program as child.Run does, with a live view of what it calls on the
// terminal meanwhile. What the program writes to the terminal is kept until the view is
// left, which it is at the program's end. The keys are the view's: a program whose
// standard input would be the terminal has none.
func runInView(p Process, screen *os.File, program child.Program, signals *child.Signals, events *collector) (code int, err error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	view := newView(ctx, screen, p.Env, top.Options{
		Source: top.Local{Statistics: events.statistics, Events: &events.hub, Received: events.listener.Stats},
		Title:  "csm run -- " + harmless.Cut(strings.Join(program.Args, " "), 40),
		Empty: []string{
			"The table comes when the program calls AWS. It was told to send its events:",
			"it does if its SDK has client-side monitoring.",
		},
		Interval:  leastInterval,
		Interrupt: interruptGroup,
	})
	kept, err := spool.New(view.Quit)
	if err != nil {
		return 0, err
	}
	if _, ok := terminal(p.Stdin); ok {
		nothing, err := os.Open(os.DevNull)
		if err != nil {
			return 0, errors.Join(err, kept.Release())
		}
		defer func() { _ = nothing.Close() }() // it was only read
		program.Stdin = nothing
	}
	var pipes outputPipes
	for _, output := range []*io.Writer{&program.Stdout, &program.Stderr} {
		if _, ok := terminal(*output); !ok {
			continue
		}
		if output == &program.Stderr && sameFile(p.Stdout, p.Stderr) { // so what is written to both keeps its order
			program.Stderr = program.Stdout
			continue
		}
		if *output, err = pipes.add(kept.Output(*output)); err != nil {
			pipes.end()
			return 0, errors.Join(err, kept.Release())
		}
	}
	left := make(chan error, 1)
	go func() { left <- errors.Join(ended(view.Run()), kept.Release()) }()
	code, err = child.Run(program, signals)
	whole := pipes.end()
	view.Quit()
	if viewErr := <-left; viewErr != nil { // the exit code is still the program's
		say(p, "%s", harmless.Cut(viewErr.Error(), 300))
	}
	if !whole {
		say(p, "something that the program started goes on, and what it writes from now on is lost: have the program wait for it")
	}
	return code, err
}

// viewScreen is the terminal that the view of a program is drawn on.
func viewScreen(p Process) (*os.File, error) {
	screen, ok := terminal(p.Stdout)
	if !ok {
		screen, ok = terminal(p.Stderr)
	}
	if !ok || isDumb(p.Env) {
		return nil, &exitError{
			notDrawn("--top", "neither stdout nor stderr is one", p.Env),
			"leave out --top: the table comes at the program's end",
			exitUsage,
		}
	}
	return screen, nil
}

// sameFile tells whether two writers are one file, such as one terminal.
func sameFile(a, b io.Writer) bool {
	var of [2]os.FileInfo
	for i, w := range []io.Writer{a, b} {
		f, ok := w.(*os.File)
		if !ok {
			return false
		}
		var err error
		if of[i], err = f.Stat(); err != nil {
			return false
		}
	}
	return os.SameFile(of[0], of[1])
}

// lateOutput is how long after a program's end the output is waited for of what it has
// started: some goes on for days.
const lateOutput = time.Second

// outputPipes are pipes that the output of a program comes through. They are files, so
// that nobody waits for more than the program itself to end.
type outputPipes struct {
	ends   []*os.File // the program's
	copied []chan struct{}
}

// add makes a pipe to a writer, and gives the program's end of it.
func (o *outputPipes) add(to io.Writer) (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	copied := make(chan struct{})
	o.ends, o.copied = append(o.ends, w), append(o.copied, copied)
	go func() {
		_, _ = io.Copy(to, r) // what nobody reads is the program's concern, as without a pipe
		_ = r.Close()
		close(copied)
	}()
	return w, nil
}

// end waits for what is in the pipes when the program has ended, and tells whether that
// is all: it is not if something else goes on that can write.
func (o *outputPipes) end() (whole bool) {
	for _, w := range o.ends {
		_ = w.Close() // it is the program's alone
	}
	limit := time.After(lateOutput)
	for _, copied := range o.copied {
		select {
		case <-copied:
		case <-limit:
			return false
		}
	}
	return true
}
