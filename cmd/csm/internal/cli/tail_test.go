package cli

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A tailing is a csm tail that runs.
type tailing struct {
	t       *testing.T
	cmd     *exec.Cmd
	stdout  *bufio.Reader
	close   func() // closes the other end of its stdout
	stderr  *bufio.Reader
	address string
}

// startTail starts csm tail on a free port, and waits until it listens.
func startTail(t *testing.T, args ...string) *tailing {
	t.Helper()
	cmd := exec.Command("csm", append([]string{"tail", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Env = append(os.Environ(), "TZ=UTC", "GORACE="+goRace)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = write
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = read.Close() })
	startCommand(t, cmd)
	_ = write.Close() // csm has it
	tail := &tailing{t: t, cmd: cmd, stdout: bufio.NewReader(read), stderr: bufio.NewReader(stderr)}
	tail.close = func() { _ = read.Close() }
	ready, err := tail.stderr.ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(ready), "csm: listening on ")
	if err != nil || !ok {
		t.Fatalf("csm tail began with %q, error %v", ready, err)
	}
	tail.address = address
	return tail
}

func (tail *tailing) send(datagrams ...string) {
	tail.t.Helper()
	file := filepath.Join(tail.t.TempDir(), "datagrams")
	if err := os.WriteFile(file, []byte(strings.Join(datagrams, "\n")), 0o600); err != nil {
		tail.t.Fatal(err)
	}
	if err := send(tail.address, file); err != nil {
		tail.t.Fatal(err)
	}
}

func (tail *tailing) line() string {
	tail.t.Helper()
	line, err := tail.stdout.ReadString('\n')
	if err != nil {
		tail.t.Fatalf("csm tail printed %q, error %v", line, err)
	}
	return line
}

// end wants csm tail to end with exit code 0, and gives what else it had printed.
func (tail *tailing) end() (stdout, stderr string) {
	tail.t.Helper()
	errs, err := io.ReadAll(tail.stderr)
	if err != nil {
		tail.t.Error(err)
	}
	out, _ := io.ReadAll(tail.stdout) // closed, in one test
	if err := tail.cmd.Wait(); err != nil {
		tail.t.Errorf("csm tail: %v", err)
	}
	return string(out), string(errs)
}

func (tail *tailing) signal(s os.Signal) {
	tail.t.Helper()
	if err := tail.cmd.Process.Signal(s); err != nil {
		tail.t.Skipf("no signals here: %v", err)
	}
}

const (
	event = `{"Version":1,"Type":"ApiCall","ClientId":"app","Service":"S3","Api":"GetObject",` +
		`"Timestamp":1700000000123,"Region":"eu-central-1","Latency":12,"AttemptCount":1,"FinalHttpStatusCode":200}`
	withKey = `{"Type":"ApiCallAttempt","ClientId":"app","Service":"S3","Api":"GetObject","AccessKey":"AKIAIOSFODNN7EXAMPLE","SessionToken":"secret"}`
)

func TestTailPrintsALineForEachEvent(t *testing.T) {
	tail := startTail(t)
	tail.send(event, withKey)
	want := "22:13:20.123  call     app           S3.GetObject                  eu-central-1    200      12 ms\n"
	if got := tail.line(); got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	if got := tail.line(); !strings.HasPrefix(got, "--:--:--.---  attempt  app ") {
		t.Errorf("printed %q", got)
	}
	tail.signal(os.Interrupt)
	if stdout, stderr := tail.end(); stdout+stderr != "" {
		t.Errorf("at the end it printed %q and %q", stdout, stderr)
	}
}

func TestTailPrintsEventsAsTheyAreSent(t *testing.T) {
	tail := startTail(t, "--json")
	tail.send(event, withKey)
	if got := tail.line(); got != event+"\n" {
		t.Errorf("printed %s, want %s", got, event)
	}
	want := `{"Version":1,"Type":"ApiCallAttempt","ClientId":"app","Service":"S3","Api":"GetObject","AccessKey":"AKIA…MPLE"}` + "\n"
	if got := tail.line(); got != want {
		t.Errorf("printed %s, want %s", got, want)
	}
	tail.signal(syscall.SIGTERM)
	if stdout, stderr := tail.end(); stdout+stderr != "" {
		t.Errorf("at the end it printed %q and %q", stdout, stderr)
	}
}

func TestTailTellsWhatItCouldNotShow(t *testing.T) {
	tail := startTail(t, "--json")
	tooLarge := strings.Replace(event, "GetObject", strings.Repeat("x", 9000), 1)
	tail.send("not JSON", tooLarge, event)
	if got := tail.line(); got != event+"\n" {
		t.Errorf("printed %s, want %s", got, event)
	}
	tail.signal(os.Interrupt)
	_, stderr := tail.end()
	want := "csm: not shown: 1 piece of data, not JSON\n" +
		"csm: not shown: 1 event larger than a datagram may be\n"
	if stderr != want {
		t.Errorf("at the end it printed %q, want %q", stderr, want)
	}
}

func TestTailTakesEventsOfThoseWhoMaySend(t *testing.T) {
	for allow, want := range map[string]string{
		"192.0.2.0/24": "csm: not shown: 1 datagram of senders that are not allowed\n", "192.0.2.0/24,127.0.0.0/8": "",
	} {
		tail := startTail(t, "--allow", allow)
		tail.send(event)
		tail.signal(os.Interrupt)
		stdout, stderr := tail.end()
		if stderr != want || (stdout != "") != (want == "") {
			t.Errorf("--allow %s: it printed %q, and at the end %q, want %q", allow, stdout, stderr, want)
		}
	}
}

func TestTailEndsQuietlyWhenNobodyReads(t *testing.T) {
	tail := startTail(t)
	tail.send(event)
	tail.line()
	tail.close()
	tail.send(event)
	if _, stderr := tail.end(); stderr != "" {
		t.Errorf("at the end it printed %q", stderr)
	}
}

func TestTailCannotListen(t *testing.T) {
	taken, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	for _, test := range []struct{ name, address, message, hint string }{
		{"the port is taken", taken.LocalAddr().String(), "csm: cannot listen: ", "hint: another agent listens there: "},
		{"no address", "nowhere", "csm: cannot listen: ", "hint: an address is host:port, such as 127.0.0.1:31000\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := Main(Process{Args: []string{"tail", "--listen", test.address}, Stdout: &stdout, Stderr: &stderr})
			message, hint, _ := strings.Cut(stderr.String(), "\n")
			if code != exitFailure || !strings.HasPrefix(message, test.message) || !strings.HasPrefix(hint, test.hint) {
				t.Errorf("exit code %d, %q", code, stderr.String())
			}
			if stdout.Len() > 0 {
				t.Errorf("stdout: %q", stdout.String())
			}
		})
	}
}

// startCommand starts a command, which is killed at the end of the test, or if it
// takes too long.
func startCommand(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timeout := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() {
		timeout.Stop()
		_ = cmd.Process.Kill() // if the test failed before it ended
	})
}
