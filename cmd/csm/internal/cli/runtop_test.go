//go:build unix

package cli

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// programScript is a program that writes, sends events, and waits for a file.
const programScript = `echo begins; echo in trouble >&2; if read line; then echo read $line; fi
sendevents "$1"; while [ ! -e "$2" ]; do sleep 0.05; done; echo ends; exit 7`

// startRun starts the program under csm run --top, with something before it. When the
// file is there that is returned, the program ends.
func startRun(t *testing.T, before string) (term *terminalOf, end string) {
	t.Helper()
	dir := t.TempDir()
	script, events, end := filepath.Join(dir, "program.sh"), filepath.Join(dir, "events"), filepath.Join(dir, "end")
	writeFile(t, script, before+programScript)
	writeFile(t, events, event+"\n"+putFailed+"\n")
	return startInTerminal(t, nil, "run", "--top", "--", "sh", script, events, end), end
}

func TestRunWithALiveView(t *testing.T) {
	term, end := startRun(t, "")
	term.waitFor("csm run -- sh ", "S3.GetObject", "S3.PutObject", "calls 2", "q leave")
	if strings.Contains(term.text(), "in trouble") {
		t.Errorf("the program's output is in the view:\n%s", term.text())
	}
	writeFile(t, end, "")
	term.wantEnd(7)
	term.waitFor("begins", "in trouble", "ends", "csm: 2 calls to AWS", "NoSuchBucket")
	if screen := term.text(); strings.Index(screen, "begins") > strings.Index(screen, "in trouble") {
		t.Errorf("what came first does not stand first:\n%s", screen)
	}
	if screen := term.text(); strings.Index(screen, "ends") > strings.Index(screen, "csm: 2 calls") {
		t.Errorf("the report does not come last:\n%s", screen)
	}
}

// The table is as wide as the terminal is when it is printed.
func TestATerminalThatGrowsDuringARun(t *testing.T) {
	term, end := startRun(t, "")
	term.waitFor("calls 2")
	term.resize(120, 40)
	writeFile(t, end, "")
	term.wantEnd(7)
	term.waitFor("operation     calls  attempts  retries  errors")
}

func TestLeavingTheViewOfARun(t *testing.T) {
	term, end := startRun(t, "")
	term.waitFor("calls 2")
	term.press("q")
	term.waitFor("begins", "in trouble")
	writeFile(t, end, "")
	term.wantEnd(7)
	term.waitFor("ends", "csm: 2 calls to AWS")
}

// A child that goes on has the program's output, and nobody waits for it.
func TestAViewOfAProgramWhoseChildGoesOn(t *testing.T) {
	dir := t.TempDir()
	end, script := filepath.Join(dir, "end"), filepath.Join(dir, "program.sh")
	t.Cleanup(func() { writeFile(t, end, "") })
	writeFile(t, script, `(while [ ! -e "$1" ]; do sleep 0.05; done) & echo begins; exit 7`)
	term := startInTerminal(t, nil, "run", "--top", "--", "sh", script, end)
	term.wantEnd(7)
	term.waitFor("begins", "csm: something that the program started goes on", "csm: no events came")
}

func TestInterruptingAProgramFromItsView(t *testing.T) {
	term, _ := startRun(t, "trap 'echo interrupted; exit 9' INT\n")
	term.waitFor("calls 2")
	term.press("\x03")
	term.wantEnd(9)
	term.waitFor("begins", "interrupted", "csm: 2 calls to AWS")
}

func TestAViewOfAProgramThatIsNotThere(t *testing.T) {
	term := startInTerminal(t, nil, "run", "--top", "--", "no-such-program")
	term.wantEnd(exitNotFound)
	term.waitFor("program not found")
}

func TestAViewNeedsATerminal(t *testing.T) {
	report := filepath.Join(t.TempDir(), "report")
	out, err := exec.Command("csm", "run", "--top", "-o", report, "--", "true").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "hint: leave out --top") {
		t.Errorf("%v: %s", err, out)
	}
	if _, err := os.Stat(report); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the report was begun: %v", err)
	}
}
