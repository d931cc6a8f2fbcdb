package cli

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The scripts, and the tests that run a command, run the real one: this binary
// under its name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"csm": func() {
			os.Exit(Main(Process{os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr}))
		},
		"sendevents": sendEvents,
		"asksignal":  askSignal,
	})
}

func TestScripts(t *testing.T) {
	notIgnored()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("GORACE", goRace)
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"cmpreport": compareReport,
		},
	})
}

// goRace makes programs with the race detector not wait for a second at their end.
const goRace = "atexit_sleep_ms=0"

// exits runs a command and wants an exit code: exits 2 csm run
func exits(ts *testscript.TestScript, _ bool, args []string) {
	code := 0
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if want := args[0]; strconv.Itoa(code) != want {
		ts.Fatalf("exit code %d, want %s", code, want)
	}
}

var elapsed = regexp.MustCompile(`, in \d+(\.\d+)? m?s\n`)

// compareReport compares what the last command printed to stderr with a file, but
// for how long the program ran: cmpreport want.txt
func compareReport(ts *testscript.TestScript, _ bool, args []string) {
	got := elapsed.ReplaceAllString(ts.ReadFile("stderr"), ", in TIME\n")
	if want := ts.ReadFile(args[0]); got != want {
		ts.Fatalf("the report is\n%s\nwant\n%s", got, want)
	}
}

// sendEvents is a program that sends the lines of files where the environment
// says: sendevents file...
func sendEvents() {
	if err := send(net.JoinHostPort(os.Getenv("AWS_CSM_HOST"), os.Getenv("AWS_CSM_PORT")), os.Args[1:]...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func send(address string, files ...string) error {
	conn, err := net.Dial("udp", address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		for _, line := range bytes.Split(bytes.TrimSpace(data), []byte("\n")) {
			if _, err := conn.Write(line); err != nil {
				return err
			}
		}
	}
	return nil
}
