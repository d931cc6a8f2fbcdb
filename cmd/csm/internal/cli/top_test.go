//go:build unix

package cli

import (
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

const putFailed = `{"Version":1,"Type":"ApiCall","ClientId":"app","Service":"S3","Api":"PutObject","Timestamp":1700000000123,` +
	`"Latency":40,"AttemptCount":1,"FinalHttpStatusCode":404,"FinalAwsException":"NoSuchBucket","FinalAwsExceptionMessage":"\u001b[2J gone"}`

// sendTo sends events a number of times.
func sendTo(t *testing.T, address string, times int, events ...string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "events")
	writeFile(t, file, strings.Repeat(strings.Join(events, "\n")+"\n", times))
	if err := send(address, file); err != nil {
		t.Fatal(err)
	}
}

func TestTopOfAnAgentInATerminal(t *testing.T) {
	a := startAgent(t, nil)
	term := startInTerminal(t, nil, "top", "--interval", "500ms", "--agent", a.http)
	term.waitFor("csm top  agent at http://"+a.http, "No calls yet.", "AWS_CSM_ENABLED=true aws s3 ls", "q quit")
	sendTo(t, a.events, 3, event, putFailed)
	sendTo(t, a.events, 5, event)
	term.waitFor("OPERATION", "calls 11", "errors 3 (27 %)", "S3.GetObject", "S3.PutObject", "1/2")

	term.press("?")
	term.waitFor("draw the screen anew", "any key back")
	term.press("x")
	term.press("\x1b[C\x1b[C\x1b[C") // →: by errors
	term.waitFor("▼ERR")
	term.press("/get\r")
	term.waitFor("filter: get (1 of 2)", "1/1")
	term.press("\x1b")
	term.waitFor("1/2")
	term.press("\x1b[B")
	term.waitFor("2/2")
	term.press("k\r")
	term.waitFor("NoSuchBucket (404)", "�[2J gone", "client error 3", "latest events", "≤ 50 ms", "100 %")
	sendTo(t, a.events, 1, putFailed)
	term.waitFor("22:13:20.123  call     app")
	term.resize(120, 40)
	term.waitFor("S3.PutObject  ", "client error 4")
	term.press("\x1b")
	term.waitFor("▼ERR", "TREND")
	term.resize(40, 10)
	term.waitFor("S3.GetObject", "1/2")
	term.press("p")
	term.waitFor(" paused")
	term.press("q")
	term.wantEnd(0)
	if written := term.written(); !regexp.MustCompile(`\x1b\[[0-9;]*38;2;`).MatchString(written) {
		t.Error("there are no colours")
	}
	a.end()
}

func TestTopTellsThatItsAgentIsAway(t *testing.T) {
	a := startAgent(t, nil)
	sendTo(t, a.events, 3, event)
	term := startInTerminal(t, []string{"NO_COLOR=yes"}, "top", "--interval", "500ms", "--agent", "http://"+a.http)
	term.waitFor("S3.GetObject", "calls 3")
	a.end()
	term.waitFor("no answer since ", "S3.GetObject", "calls 3")
	if err := term.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	term.wantEnd(0)
	if colour := regexp.MustCompile(`\x1b\[[0-9;]*[34][0-9;]*m`).FindString(term.written()); colour != "" {
		t.Errorf("with NO_COLOR there is %q", colour)
	}
}

func TestTopListensItself(t *testing.T) {
	term := startInTerminal(t, nil, "top", "--interval", "500ms", "--listen", "127.0.0.1:0")
	term.waitFor("csm top  listening on 127.0.0.1:", "No calls yet.")
	port := regexp.MustCompile(`AWS_CSM_PORT=(\d+) `).FindStringSubmatch(term.text())
	if port == nil {
		t.Fatalf("the screen is\n%s", term.text())
	}
	sendTo(t, "127.0.0.1:"+port[1], 2, event, "not JSON")
	term.waitFor("S3.GetObject", "calls 2", "lost: 2 pieces of data, not JSON")
	term.press("\r")
	term.waitFor("ok 2")
	sendTo(t, "127.0.0.1:"+port[1], 1, event)
	term.waitFor("ok 3", "22:13:20.123  call     app")
	term.press("\x03")
	term.wantEnd(0)
}

func TestTopWithoutTheAgentThatIsNamed(t *testing.T) {
	term := startInTerminal(t, nil, "top", "--agent", "http://127.0.0.1:1")
	term.waitFor("csm: no agent answers at http://127.0.0.1:1: ", "hint: start one: csm agent")
	term.wantEnd(exitFailure)
}

func TestTailInATerminalIsColoured(t *testing.T) {
	for env, want := range map[string]string{"NO_COLOR=": "\x1b[31mNoSuchBucket", "NO_COLOR=1": "ms  NoSuchBucket"} {
		file := filepath.Join(t.TempDir(), "events.jsonl")
		writeFile(t, file, putFailed)
		term := startInTerminal(t, []string{env}, "tail", file)
		term.waitFor("NoSuchBucket")
		term.wantEnd(0)
		if written := term.written(); !strings.Contains(written, want) {
			t.Errorf("%s: %q, want %q in it", env, written, want)
		}
	}
}

// A dumb terminal shows what would place the cursor as text.
func TestADumbTerminal(t *testing.T) {
	term := startInTerminal(t, []string{"TERM=dumb"}, "top", "--listen", "127.0.0.1:0")
	term.waitFor("csm: csm top draws on a terminal, and TERM says that this one is dumb", "hint: csm tail ")
	term.wantEnd(exitFailure)
	term = startInTerminal(t, []string{"TERM=dumb"}, "run", "--top", "--", "true")
	term.waitFor("csm: --top draws on a terminal, and TERM says that this one is dumb", "hint: leave out --top")
	term.wantEnd(exitUsage)
	file := filepath.Join(t.TempDir(), "events.jsonl")
	writeFile(t, file, putFailed)
	term = startInTerminal(t, []string{"TERM=dumb"}, "tail", file)
	term.waitFor("NoSuchBucket")
	term.wantEnd(0)
	if strings.Contains(term.written(), "\x1b[31m") {
		t.Error("there are colours")
	}
}
