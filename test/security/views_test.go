//go:build linux

package security

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-csm/csm/test/realagent"
)

// A view is a place where what events say is shown, or goes.
type view struct {
	name   string
	output string
	kind   kind
}

// A kind is what a view is made for, and what may be in it.
type kind int

const (
	terminal kind = iota // lines for people
	jsonText             // JSON, also one value a line
	metrics              // the text format of Prometheus
	markup               // HTML, and Markdown, which can have HTML in it
	binary               // protocol buffers
	logText              // the agent's log, which has nothing from events
)

// views sends datagrams to everything that shows events, and gives all that it puts
// out. A view that is new is another line here.
func views(t *testing.T, datagrams [][]byte) []view {
	t.Helper()
	file := filepath.Join(t.TempDir(), "datagrams")
	if err := os.WriteFile(file, bytes.Join(datagrams, []byte("\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	recording := filepath.Join(t.TempDir(), "events.jsonl")
	got := agentViews(t, datagrams, recording)
	recorded, err := os.ReadFile(recording)
	if err != nil {
		t.Fatal(err)
	}
	got = append(got,
		view{"recording", string(recorded), jsonText},
		view{"csm run", run(t, file), terminal},
		view{"csm run --json", run(t, file, "--json"), jsonText},
		view{"csm tail", tail(t, datagrams), terminal},
		view{"csm tail --json", tail(t, datagrams, "--json"), jsonText},
	)
	for flags, kind := range map[string]kind{
		"tail": terminal, "tail --json": jsonText,
		"report": terminal, "report --by host": terminal, "report --json": jsonText, "report --csv": terminal, "report --markdown": markup, "report --html": markup,
		"report --by client,service,region,error": terminal, "report --by client,error --json": jsonText,
		"report --by client,error --csv": terminal, "report --by client,error --markdown": markup,
	} {
		got = append(got, view{"csm " + flags + " FILE", command(t, append(strings.Fields(flags), recording)...), kind})
	}
	return got
}

// agentViews are what an agent puts out that does all it can do.
func agentViews(t *testing.T, datagrams [][]byte, recording string) []view {
	t.Helper()
	var mu sync.Mutex
	var exported bytes.Buffer
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if _, err := exported.ReadFrom(r.Body); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(collector.Close)
	a := realagent.Start(t, realagent.Options{Arguments: []string{
		"--record", recording, "--otlp-endpoint", collector.URL, "--otlp-events", "--log-level", "debug",
	}})
	response, err := http.Get("http://" + a.HTTP + "/api/v1/events")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	send(t, a.Events, datagrams)
	n := float64(len(datagrams))
	m := a.WaitForMetrics("events", func(m realagent.Metrics) bool { return m.Come() == n })
	if m.Taken() != n {
		t.Fatalf("%v of %v datagrams were taken", m.Taken(), n)
	}
	get := func(path string) string {
		text, err := a.Get(path)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	all := []view{
		{"/api/v1/stats", get("/api/v1/stats"), jsonText},
		{"/metrics", get("/metrics"), metrics},
	}
	a.End() // it ends the stream, and exports what is left
	stream, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var events []string
	for line := range strings.Lines(string(stream)) {
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			events = append(events, data)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	return append(all,
		view{"/api/v1/events", strings.Join(events, ""), jsonText},
		view{"OTLP", exported.String(), binary},
		view{"log", strings.Join(a.Log(), "\n") + "\n", logText},
	)
}

// command is what a command of csm prints.
func command(t *testing.T, arguments ...string) string {
	t.Helper()
	out, err := exec.Command(realagent.Program(), arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("csm %v: %v\n%s", arguments, err, out)
	}
	return string(out)
}

// run is what csm run prints of a program that sends datagrams.
func run(t *testing.T, file string, flags ...string) string {
	t.Helper()
	t.Setenv("CSM_SECURITY_SEND", file)
	return command(t, append(append([]string{"run"}, flags...), "--", os.Args[0])...)
}

// tail is what csm tail prints of datagrams.
func tail(t *testing.T, datagrams [][]byte, arguments ...string) string {
	t.Helper()
	cmd := exec.Command(realagent.Program(), append([]string{"tail", "--listen", "127.0.0.1:0"}, arguments...)...)
	var out bytes.Buffer
	cmd.Stdout = &out
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(realagent.Patience, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	said := bufio.NewReader(stderr)
	line, err := said.ReadString('\n')
	address, ok := strings.CutPrefix(line, "csm: listening on ")
	if !ok {
		t.Fatalf("%q, %v", line, err)
	}
	send(t, strings.TrimSpace(address), datagrams)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil { // it prints what has come
		t.Fatal(err)
	}
	rest, err := io.ReadAll(said)
	if err != nil || len(rest) > 0 {
		t.Errorf("csm tail said %q, %v", rest, err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	return out.String()
}

func send(t *testing.T, address string, datagrams [][]byte) {
	t.Helper()
	conn, err := net.Dial("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, d := range datagrams {
		if _, err := conn.Write(d); err != nil {
			t.Fatal(err)
		}
	}
}

func sendFile(address, file string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	conn, err := net.Dial("udp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	for line := range bytes.Lines(b) {
		if _, err := conn.Write(line); err != nil {
			return err
		}
	}
	return nil
}
