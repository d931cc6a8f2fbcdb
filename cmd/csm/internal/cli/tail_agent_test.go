//go:build unix

package cli

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// startTailOf starts csm tail for what is not an address of its own, and waits for
// its first line on stderr, unless ready is empty.
func startTailOf(t *testing.T, ready string, args ...string) *tailing {
	t.Helper()
	cmd := exec.Command("csm", append([]string{"tail"}, args...)...)
	cmd.Env = append(cmd.Environ(), "TZ=UTC", "GORACE="+goRace)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	startCommand(t, cmd)
	tail := &tailing{t: t, cmd: cmd, stdout: bufio.NewReader(stdout), stderr: bufio.NewReader(stderr)}
	if ready != "" {
		if line, err := tail.stderr.ReadString('\n'); err != nil || !strings.HasPrefix(line, ready) {
			t.Fatalf("csm tail began with %q, error %v", line, err)
		}
	}
	return tail
}

func TestTailFollowsAnAgent(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	writeFile(t, token, "first-token-first-token\n")
	a := startAgent(t, nil, "--http-token-file", token)
	out, err := exec.Command("csm", "tail", "--agent", a.http).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "hint: name the file with the token: --token-file FILE") {
		t.Errorf("without the token: %v: %s", err, out)
	}
	tail := startTailOf(t, "csm: following the agent at http://"+a.http,
		"--agent", "http://"+a.http, "--token-file", token, "--json", "--service", "s3", "--errors")
	failed := strings.Replace(event, `"FinalHttpStatusCode":200`, `"FinalHttpStatusCode":404`, 1)
	file := filepath.Join(t.TempDir(), "events")
	writeFile(t, file, strings.Join([]string{event, strings.Replace(failed, "S3", "SQS", 1), failed}, "\n"))

	// When it says that it follows, its subscription can be a moment away.
	lines := make(chan string, 1)
	go func() { lines <- tail.line() }()
	got := ""
	for got == "" {
		if err := send(a.events, file); err != nil {
			t.Fatal(err)
		}
		select {
		case got = <-lines:
		case <-time.After(100 * time.Millisecond):
		}
	}
	if got != failed+"\n" {
		t.Errorf("printed %s, want %s", got, failed)
	}
	a.end()
	if line, err := tail.stderr.ReadString('\n'); err != nil || !strings.HasPrefix(line, "csm: not shown: what comes until the agent is back: the agent at ") {
		t.Errorf("when the agent ends: %q, %v", line, err)
	}
	tail.signal(syscall.SIGTERM)
	tail.end()
}

func TestTailSaysHowToFollowTheAgentThatHasThePort(t *testing.T) {
	a := startAgent(t, nil)
	var stderr bytes.Buffer
	code := Main(Process{Args: []string{"tail", "--listen", a.events}, Stdout: io.Discard, Stderr: &stderr})
	if code != exitFailure || !strings.Contains(stderr.String(), "csm tail --agent shows what it receives") {
		t.Errorf("exit code %d, %s", code, stderr.String())
	}
	a.end()
}

func TestTailFollowsARecording(t *testing.T) {
	file := filepath.Join(t.TempDir(), "events.jsonl")
	writeFile(t, file, event+"\n")
	tail := startTailOf(t, "", "-f", "--json", file)
	if got := tail.line(); got != event+"\n" {
		t.Errorf("printed %s", got)
	}
	next := strings.Replace(event, "GetObject", "PutObject", 1)
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(next + "\n"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got := tail.line(); got != next+"\n" {
		t.Errorf("printed %s", got)
	}
	tail.signal(syscall.SIGINT)
	if _, stderr := tail.end(); stderr != "" {
		t.Errorf("at the end it printed %q", stderr)
	}
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
