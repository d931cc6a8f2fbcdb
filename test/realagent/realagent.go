// Package realagent runs the built csm agent for tests: it starts, stops and kills
// it, and reads its log and its metrics.
package realagent

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Patience is how long a test waits for what has to come.
const Patience = 30 * time.Second

// program is the built command, once Main has built it.
var program string

// Main builds the command, runs the tests, and gives the exit code for os.Exit. The
// program is static: it runs where there is no other file.
func Main(m *testing.M) int {
	dir, err := os.MkdirTemp("", "csm-test")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()     // it is a temporary directory
	if err := os.Chmod(dir, 0o755); err != nil { // for agents of other users
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	program = filepath.Join(dir, "csm")
	if err := build(program); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// Build builds the command with more arguments for go build, and gives its name.
func Build(t testing.TB, arguments ...string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "csm")
	if err := build(name, arguments...); err != nil {
		t.Fatal(err)
	}
	return name
}

func build(name string, arguments ...string) error {
	cmd := exec.Command("go", append(append([]string{"build", "-o", name}, arguments...), "github.com/go-csm/csm/cmd/csm")...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// Program is the command that Main has built.
func Program() string { return program }

// Options say how an agent is started. The zero value is an agent on free ports.
type Options struct {
	Events, HTTP string   // the addresses; free ports of 127.0.0.1 if empty
	Arguments    []string // more of them
	Env          []string // more of the environment
	Program      string   // rather than the one that Main has built

	// Wrapper is a command that runs the agent: the agent's command line follows it.
	// It has to become the agent, as a shell's exec does.
	Wrapper []string

	// Unprivileged says that the wrapper takes root's privileges away.
	Unprivileged bool

	// Dial connects to the agent's HTTP side, if that is not done from here.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// An Agent is a csm agent that runs.
type Agent struct {
	// Events and HTTP are the addresses of the agent. Without HTTP it is empty.
	Events, HTTP string

	t      testing.TB
	cmd    *exec.Cmd
	client *http.Client
	done   chan struct{} // closed when the log has ended

	mu   sync.Mutex
	log  []string
	came chan struct{} // closed, and replaced, when the log has another line
}

// Start starts an agent and waits until it is ready. It is killed when the test
// ends, if it has not ended before.
func Start(t testing.TB, o Options) *Agent {
	t.Helper()
	a := &Agent{
		t:    t,
		done: make(chan struct{}),
		came: make(chan struct{}),
		client: &http.Client{
			// A connection for each request: agents come and go.
			Transport: &http.Transport{DisableKeepAlives: true, DialContext: o.Dial},
			Timeout:   10 * time.Second,
		},
	}
	line := append(append([]string{}, o.Wrapper...), or(o.Program, program),
		"agent", "--log-format", "json", "--listen", or(o.Events, "127.0.0.1:0"), "--http", or(o.HTTP, "127.0.0.1:0"))
	if !o.Unprivileged {
		line = append(line, "--run-as-root")
	}
	a.cmd = exec.Command(line[0], append(line[1:], o.Arguments...)...)
	a.cmd.Env = append(os.Environ(), o.Env...)
	stderr, err := a.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go a.read(stderr)
	t.Cleanup(func() {
		if a.cmd.ProcessState == nil {
			a.Kill()
		}
	})
	a.WaitForLog(`"msg":"csm: ready"`)
	for _, line := range a.Log() {
		var l struct{ Msg, Address string }
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("the log has %q", line)
		}
		switch {
		case l.Msg == "csm: listening" && a.Events == "":
			a.Events = l.Address
		case l.Msg == "csm: serving HTTP":
			a.HTTP = l.Address
		}
	}
	return a
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func (a *Agent) read(stderr io.Reader) {
	defer close(a.done)
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		a.mu.Lock()
		a.log = append(a.log, lines.Text())
		close(a.came)
		a.came = make(chan struct{})
		a.mu.Unlock()
	}
}

// Log are the lines that the agent has logged so far.
func (a *Agent) Log() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.log[:len(a.log):len(a.log)]
}

// WaitForLog waits until the log has a line with a text, and gives the line.
func (a *Agent) WaitForLog(text string) string {
	a.t.Helper()
	deadline := time.After(Patience)
	for {
		a.mu.Lock()
		log, came := a.log, a.came
		a.mu.Unlock()
		for _, line := range log {
			if strings.Contains(line, text) {
				return line
			}
		}
		select {
		case <-came:
		case <-a.done:
			a.t.Fatalf("the agent ended without %s in its log:\n%s", text, strings.Join(a.Log(), "\n"))
		case <-deadline:
			a.t.Fatalf("no %s in the log:\n%s", text, strings.Join(a.Log(), "\n"))
		}
	}
}

// PID is the agent's process.
func (a *Agent) PID() int { return a.cmd.Process.Pid }

// Signal sends a signal.
func (a *Agent) Signal(s os.Signal) {
	a.t.Helper()
	if err := a.cmd.Process.Signal(s); err != nil {
		a.t.Fatal(err)
	}
}

// End ends the agent as a supervisor does, and wants an exit code of 0.
func (a *Agent) End() {
	a.t.Helper()
	a.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(Patience, func() { _ = a.cmd.Process.Kill() })
	defer kill.Stop()
	<-a.done
	if err := a.cmd.Wait(); err != nil {
		a.t.Errorf("the agent ended with %v:\n%s", err, strings.Join(a.Log(), "\n"))
	}
}

// Kill kills the agent, and returns when its sockets are closed.
func (a *Agent) Kill() {
	_ = a.cmd.Process.Kill() // it can have ended
	<-a.done
	_ = a.cmd.Wait() // that it was killed
}

// Get is the answer at a path of the HTTP side, whatever its status.
func (a *Agent) Get(path string) (body string, err error) {
	response, err := a.client.Get("http://" + a.HTTP + path)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = errors.New(response.Status)
	}
	return string(b), err
}
