//go:build interop

package interop

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A datagram is one that a sender sent.
type datagram struct {
	data    []byte
	arrived time.Time
}

// A tap stands between a sender and the agent. It keeps what is sent, and hands
// it on.
type tap struct {
	t          *testing.T
	conn       *net.UDPConn
	came, done chan struct{}

	mu   sync.Mutex
	sent []datagram
}

// endOfTap is what the tap sends to itself when the sender has ended: what the
// sender has sent is before it in the socket's queue.
const endOfTap = "end"

func startTap(t *testing.T, agent string) *tap {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	to, err := net.Dial("udp4", agent)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		_ = to.Close()
	})
	p := &tap{t: t, conn: conn, came: make(chan struct{}, 1), done: make(chan struct{})}
	go p.run(to)
	return p
}

func (p *tap) run(to net.Conn) {
	defer close(p.done)
	buf := make([]byte, 64<<10)
	for {
		n, err := p.conn.Read(buf)
		if err != nil || string(buf[:n]) == endOfTap {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			p.t.Errorf("the agent does not receive: %v", err)
		}
		p.mu.Lock()
		p.sent = append(p.sent, datagram{bytes.Clone(buf[:n]), time.Now()})
		p.mu.Unlock()
		select {
		case p.came <- struct{}{}:
		default:
		}
	}
}

// environment switches monitoring on.
func (p *tap) environment(clientID string) []string {
	_, port, _ := net.SplitHostPort(p.conn.LocalAddr().String())
	return []string{
		"AWS_CSM_ENABLED=true", "AWS_CSM_HOST=127.0.0.1", "AWS_CSM_PORT=" + port, "AWS_CSM_CLIENT_ID=" + clientID,
	}
}

// waitFor waits for n datagrams. If they do not come in time, the figures will
// tell.
func (p *tap) waitFor(n int) {
	timeout := time.After(limit / 4)
	for {
		p.mu.Lock()
		enough := len(p.sent) >= n
		p.mu.Unlock()
		if enough {
			return
		}
		select {
		case <-p.came:
		case <-timeout:
			return
		}
	}
}

// end gives all that was sent, when the sender has ended.
func (p *tap) end() []datagram {
	p.t.Helper()
	if _, err := p.conn.WriteTo([]byte(endOfTap), p.conn.LocalAddr()); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.done:
	case <-time.After(limit / 4):
		p.t.Fatal("the tap does not end")
	}
	return p.sent
}

// An agentProcess is a csm agent that runs.
type agentProcess struct {
	t            *testing.T
	cmd          *exec.Cmd
	log          *bufio.Scanner
	text         bytes.Buffer // of the log
	events, http string       // its addresses
	stream       *http.Response
}

// startAgent starts an agent that records, and subscribes to its events.
func startAgent(t *testing.T, csm, recording string) *agentProcess {
	t.Helper()
	cmd := exec.Command(csm, "agent", "--run-as-root", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0",
		"--log-format", "json", "--log-level", "debug", "--record", recording)
	cmd.Env = environment(t.TempDir())
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timeout := time.AfterFunc(2*limit, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() {
		timeout.Stop()
		_ = cmd.Process.Kill() // if the test failed before it ended
	})
	a := &agentProcess{t: t, cmd: cmd, log: bufio.NewScanner(stderr)}
	a.waitForLog("csm: ready")
	a.stream = a.get("/api/v1/events") //nolint:bodyclose // end closes it
	return a
}

// waitForLog reads the log up to a message, and notes the addresses in it.
func (a *agentProcess) waitForLog(message string) {
	a.t.Helper()
	for a.log.Scan() {
		a.text.Write(append(a.log.Bytes(), '\n'))
		var line struct{ Msg, Address string }
		if err := json.Unmarshal(a.log.Bytes(), &line); err != nil {
			a.t.Fatalf("the log has %q", a.log.Text())
		}
		switch line.Msg {
		case "csm: listening":
			a.events = line.Address
		case "csm: serving HTTP":
			a.http = line.Address
		}
		if line.Msg == message {
			return
		}
	}
	a.t.Fatalf("no %q in the log:\n%s", message, &a.text)
}

func (a *agentProcess) get(path string) *http.Response {
	a.t.Helper()
	r, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, "http://"+a.http+path, http.NoBody)
	if err != nil {
		a.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		a.t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		a.t.Fatalf("%s: %s", path, response.Status)
	}
	return response
}

func (a *agentProcess) read(path string) []byte {
	a.t.Helper()
	response := a.get(path)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return text
}

// stats reads the statistics.
func (a *agentProcess) stats() stats {
	a.t.Helper()
	s := stats{text: a.read("/api/v1/stats")}
	if err := json.Unmarshal(s.text, &s); err != nil {
		a.t.Fatal(err)
	}
	return s
}

// waitFor waits until the agent has taken n datagrams.
func (a *agentProcess) waitFor(n int) {
	a.t.Helper()
	deadline := time.Now().Add(limit / 4)
	for {
		received := a.stats().Agent.Received
		if received.Events == n && received.Datagrams == n {
			return
		}
		if time.Now().After(deadline) {
			a.t.Fatalf("the agent has not received %d datagrams: %+v", n, received)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// What an agent has told when it has ended.
type told struct{ metrics, stream, log []byte }

// end ends the agent as a supervisor does.
func (a *agentProcess) end() told {
	a.t.Helper()
	var all told
	all.metrics = a.read("/metrics")
	if err := a.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		a.t.Fatal(err)
	}
	all.stream, _ = io.ReadAll(a.stream.Body) // it may end within an answer
	a.stream.Body.Close()
	a.waitForLog("csm: ended")
	if err := a.cmd.Wait(); err != nil {
		a.t.Errorf("the agent ended with %v", err)
	}
	all.log = a.text.Bytes()
	return all
}
