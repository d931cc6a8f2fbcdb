//go:build unix

package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// A terminalOf is a pseudo-terminal in which csm runs, and what is on its screen.
type terminalOf struct {
	t   *testing.T
	cmd *exec.Cmd
	pty *os.File

	mu     sync.Mutex
	screen *vt.Emulator
	all    bytes.Buffer // what was written to it

	changed chan struct{} // has something when the screen has changed since it was looked at
	end     chan error    // of csm
}

// startInTerminal starts csm in a terminal of 80×24.
func startInTerminal(t *testing.T, env []string, args ...string) *terminalOf {
	t.Helper()
	cmd := exec.Command("csm", args...)
	cmd.Env = append(append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor", "TZ=UTC", "NO_COLOR=", "GORACE="+goRace), env...)
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	term := &terminalOf{
		t: t, cmd: cmd, pty: f, screen: vt.NewEmulator(80, 24),
		changed: make(chan struct{}, 1), end: make(chan error, 1),
	}
	var answering sync.WaitGroup
	answering.Go(func() { _, _ = io.Copy(f, term.screen) }) // as terminals answer questions
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := f.Read(b)
			term.mu.Lock()
			_, _ = term.screen.Write(b[:n])
			term.all.Write(b[:n])
			term.mu.Unlock()
			select {
			case term.changed <- struct{}{}:
			default:
			}
			if err != nil { // csm has ended
				term.end <- cmd.Wait()
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // if the test failed before it ended
		_ = f.Close()
		_ = term.screen.InputPipe().(io.Closer).Close() // its Close races with its Read
		answering.Wait()
	})
	return term
}

func (term *terminalOf) text() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.screen.String()
}

// waitFor waits for texts to be on the screen.
func (term *terminalOf) waitFor(texts ...string) {
	term.t.Helper()
	limit := time.After(20 * time.Second)
	for {
		screen, missing := term.text(), ""
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				missing = text
			}
		}
		if missing == "" {
			return
		}
		select {
		case <-term.changed:
		case <-limit:
			term.t.Fatalf("there is no %q on the screen:\n%s", missing, screen)
		}
	}
}

func (term *terminalOf) press(keys string) {
	term.t.Helper()
	if _, err := io.WriteString(term.pty, keys); err != nil {
		term.t.Fatal(err)
	}
}

func (term *terminalOf) resize(columns, rows int) {
	term.t.Helper()
	term.mu.Lock()
	term.screen.Resize(columns, rows)
	term.mu.Unlock()
	if err := pty.Setsize(term.pty, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}); err != nil {
		term.t.Fatal(err)
	}
}

// wantEnd waits for csm to end with an exit code, and its screen to be the one that was
// there before.
func (term *terminalOf) wantEnd(code int) {
	term.t.Helper()
	select {
	case err := <-term.end:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) || term.cmd.ProcessState.ExitCode() != code {
			term.t.Errorf("csm ended with %v, want exit code %d; the screen:\n%s", err, code, term.text())
		}
	case <-time.After(20 * time.Second):
		term.t.Fatalf("csm does not end; the screen:\n%s", term.text())
	}
	term.mu.Lock()
	defer term.mu.Unlock()
	if term.screen.IsAltScreen() {
		term.t.Error("the other screen was not left")
	}
}

// written is what csm wrote to the terminal.
func (term *terminalOf) written() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.all.String()
}
