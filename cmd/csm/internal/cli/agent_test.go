//go:build unix

package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// An agentProcess is a csm agent that runs.
type agentProcess struct {
	t   *testing.T
	cmd *exec.Cmd
	log *bufio.Scanner

	events, http string // its addresses
}

// startAgent starts csm agent on free ports, and waits until it is ready.
func startAgent(t *testing.T, env []string, args ...string) *agentProcess {
	t.Helper()
	notIgnored()
	cmd := exec.Command("csm", append([]string{
		"agent", "--run-as-root", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--log-format", "json",
	}, args...)...)
	cmd.Env = append(append(os.Environ(), "GORACE="+goRace), env...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	startCommand(t, cmd)
	a := &agentProcess{t: t, cmd: cmd, log: bufio.NewScanner(stderr)}
	for a.http == "" {
		a.http = a.waitFor("csm: serving HTTP", func(line map[string]any) {
			if line["msg"] == "csm: listening" {
				a.events = fmt.Sprint(line["address"])
			}
		})
	}
	a.waitFor("csm: ready", nil)
	return a
}

// waitFor reads the log up to a message, and gives the address that it tells.
// Lines before it go to other.
func (a *agentProcess) waitFor(message string, other func(map[string]any)) string {
	a.t.Helper()
	var seen []string
	for a.log.Scan() {
		var line map[string]any
		if err := json.Unmarshal(a.log.Bytes(), &line); err != nil {
			a.t.Fatalf("the log has %q", a.log.Text())
		}
		if line["msg"] == message {
			return fmt.Sprint(line["address"])
		}
		if other != nil {
			other(line)
		}
		seen = append(seen, a.log.Text())
	}
	a.t.Fatalf("no %q in the log:\n%s", message, strings.Join(seen, "\n"))
	return ""
}

func (a *agentProcess) signal(s os.Signal) {
	a.t.Helper()
	if err := a.cmd.Process.Signal(s); err != nil {
		a.t.Fatal(err)
	}
}

// end ends the agent as systemd does, and wants an exit code of 0.
func (a *agentProcess) end() {
	a.t.Helper()
	a.signal(syscall.SIGTERM)
	a.waitFor("csm: ended", nil)
	if err := a.cmd.Wait(); err != nil {
		a.t.Errorf("the agent ended with %v", err)
	}
}

func (a *agentProcess) get(path, token string) int {
	a.t.Helper()
	req, err := http.NewRequest(http.MethodGet, "http://"+a.http+path, http.NoBody)
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

func TestAgentRecordsWhatCameBeforeItsEnd(t *testing.T) {
	file := filepath.Join(t.TempDir(), "events.jsonl")
	a := startAgent(t, nil, "--record", file)
	const corpus = "../../../../testdata/corpus/boto3-1.43.11.jsonl"
	if err := send(a.events, corpus); err != nil {
		t.Fatal(err)
	}
	a.end()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(b), "\n"); n != 325 {
		t.Errorf("%d events were recorded, want 325", n)
	}
	for _, secret := range []string{"AKIAIOSFODNN7EXAMPLE", "FwoGZXIvYXdz", "SessionToken"} {
		if strings.Contains(string(b), secret) {
			t.Errorf("%s is in the recording", secret)
		}
	}
	out, err := exec.Command("csm", "report", "--json", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	var figures struct{ Total struct{ Calls, Attempts int } }
	if err := json.Unmarshal(out, &figures); err != nil {
		t.Fatal(err)
	}
	if figures.Total.Calls != 142 || figures.Total.Attempts != 183 {
		t.Errorf("csm report counts %+v, want 142 calls and 183 attempts", figures.Total)
	}
}

func TestAgentReadsItsSettingsAgain(t *testing.T) {
	dir := t.TempDir()
	config, token := filepath.Join(dir, "agent.yaml"), filepath.Join(dir, "token")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(token, "first-token-first-token\n")
	write(config, "http-token-file: "+token+"\n")
	a := startAgent(t, nil, "--config", config)
	if status := a.get("/metrics", "first-token-first-token"); status != http.StatusOK {
		t.Errorf("the first token: %d", status)
	}

	write(token, "second-token-second-token\n")
	write(config, "http-token-file: "+token+"\nmax-series: 5\n")
	a.signal(syscall.SIGHUP)
	restart := ""
	a.waitFor("csm: the settings were read again", func(line map[string]any) {
		if line["msg"] == "csm: settings have changed that need a restart" {
			restart += fmt.Sprint(line["settings"])
		}
	})
	if restart != "[max-series, series-idle]" {
		t.Errorf("a restart is needed for %q, want max-series", restart)
	}
	if status := a.get("/metrics", "second-token-second-token"); status != http.StatusOK {
		t.Errorf("the second token: %d", status)
	}

	write(config, "no-such-setting: 1\n")
	a.signal(syscall.SIGHUP)
	a.waitFor("csm: the settings were not read again", nil)
	if status := a.get("/metrics", "second-token-second-token"); status != http.StatusOK {
		t.Errorf("after settings that cannot be used: %d", status)
	}
	a.end()
}

func TestAHangupBeforeTheAgentIsReadyIsNotLost(t *testing.T) {
	notIgnored()
	h := catchHangups()
	defer h.end()
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	called := make(chan struct{})
	h.call(func() { close(called) })
	select {
	case <-called:
	case <-time.After(10 * time.Second):
		t.Error("it was lost")
	}
}

func TestAgentTellsSystemd(t *testing.T) {
	name := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	states := make(chan string, 100)
	go func() {
		defer close(states)
		b := make([]byte, 1000)
		for {
			n, err := conn.Read(b)
			if err != nil {
				return
			}
			states <- string(b[:n])
		}
	}()
	want := func(prefix string) {
		t.Helper()
		select {
		case s := <-states:
			if !strings.HasPrefix(s, prefix) {
				t.Errorf("systemd was told %q, want %q", s, prefix)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("systemd was told nothing, want %q", prefix)
		}
	}
	a := startAgent(t, []string{"NOTIFY_SOCKET=" + name})
	want("READY=1")
	a.signal(syscall.SIGHUP)
	want("RELOADING=1\nMONOTONIC_USEC=")
	want("READY=1")
	a.end()
	want("STOPPING=1")
}

func TestAgentWithAnAddressInUse(t *testing.T) {
	a := startAgent(t, nil)
	out, err := exec.Command("csm", "agent", "--run-as-root", "--http", "off", "--listen", a.events).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "hint: another agent listens there") {
		t.Errorf("%v: %s", err, out)
	}
	a.end()
}
