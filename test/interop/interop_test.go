//go:build interop

package interop

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-csm/csm/test/wire"
)

var (
	update    = flag.Bool("update", false, "write the tables of docs/sdks.md")
	datagrams = flag.String("datagrams", "", "write what each sender sends in each scenario to this `directory`")
)

const (
	accessKey    = "AKIAIOSFODNN7EXAMPLE"
	secretKey    = "interop-secret-access-key"
	sessionToken = "interop-session-token"

	// limit is how long one sender may take for one scenario, on a busy machine.
	limit = 2 * time.Minute
)

// programs are what is built for the suite.
type programs struct{ csm, gov1, gov2 string }

func TestInterop(t *testing.T) {
	cache := os.Getenv("INTEROP_CACHE")
	if cache == "" {
		t.Fatal("INTEROP_CACHE is not set: run make interop, which installs the senders there")
	}
	built := programs{
		csm:  build(t, "github.com/go-csm/csm/cmd/csm"),
		gov1: build(t, "github.com/go-csm/csm/test/interop/senders/gov1"),
		gov2: build(t, "github.com/go-csm/csm/test/interop/senders/gov2"),
	}
	moto := startMoto(t, cache)
	seen := newSightings()
	all := senders(t, cache, built)
	t.Run("senders", func(t *testing.T) {
		for _, s := range all {
			for _, scenario := range scenarios {
				t.Run(s.name+"/"+scenario, func(t *testing.T) {
					t.Parallel()
					seen.add(s.name, scenario, scenarioOf(t, s, scenario, moto, built.csm))
				})
			}
			t.Run(s.name+"/under csm run", func(t *testing.T) {
				t.Parallel()
				underRun(t, s, moto, built.csm)
			})
		}
	})
	t.Run("docs", func(t *testing.T) { checkTables(t, all, seen) })
}

// scenarioOf runs one scenario of a sender and checks all that the agent tells of
// it. It gives what the sender sent.
func scenarioOf(t *testing.T, s sender, scenario, moto, csm string) []datagram {
	at := newEndpoint(t, s, scenario, moto)
	recording := filepath.Join(t.TempDir(), "events.jsonl")
	agent := startAgent(t, csm, recording)
	tap := startTap(t, agent.events)
	want := s.want(scenario)

	runSender(t, s, scenario, at, nil, tap.environment(s.name), func() { tap.waitFor(events(want)) })
	sent := tap.end()
	agent.waitFor(len(sent))
	stats, rest := agent.stats(), agent.end()
	report := reportOf(t, csm, recording)

	at.checkRequests(t, want)
	stats.check(t, want)
	report.check(t, want)
	recorded, err := os.ReadFile(recording)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(recorded, []byte("\n")); n != len(sent) {
		t.Errorf("%d events are recorded, %d were sent", n, len(sent))
	}
	for what, text := range map[string][]byte{
		"the recording": recorded, "the report": report.text, "the statistics": stats.text,
		"the metrics": rest.metrics, "the stream of events": rest.stream, "the agent's log": rest.log,
	} {
		for _, secret := range []string{sessionToken, secretKey, accessKey} {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("%s contains %s:\n%s", what, secret, text)
			}
		}
	}
	if n := bytes.Count(rest.stream, []byte("\ndata: ")); n != len(sent) {
		t.Errorf("%d events are in the stream, %d were sent:\n%s", n, len(sent), rest.stream)
	}
	for _, d := range sent {
		if bytes.Contains(d.data, []byte(secretKey)) {
			t.Errorf("the sender tells its secret key: %s", d.data)
		}
		if s.ours {
			if err := wire.Check(d.data); err != nil {
				t.Errorf("%v: %s", err, d.data)
			}
		}
	}
	if *datagrams != "" {
		keep(t, filepath.Join(*datagrams, s.name+"-"+scenario+".jsonl"), sent)
	}
	if t.Failed() {
		for _, d := range sent {
			t.Logf("sent: %s", d.data)
		}
	}
	return sent
}

// keep writes datagrams to a file, one a line.
func keep(t *testing.T, file string, sent []datagram) {
	t.Helper()
	var lines []byte
	for _, d := range sent {
		lines = append(append(lines, d.data...), '\n')
	}
	if err := os.WriteFile(file, lines, 0o666); err != nil {
		t.Error(err)
	}
}

// runSender runs a sender to its end, which has to be a success. The command line
// before is put before its own, and more into its environment. A sender that
// lingers is told to end when arrived returns.
func runSender(t *testing.T, s sender, scenario string, at *endpoint, before, more []string, arrived func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	args := slices.Concat(before, s.command, []string{scenario})
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = t.TempDir()
	cmd.WaitDelay = time.Second
	cmd.Env = append(environment(cmd.Dir), more...)
	cmd.Env = append(cmd.Env, s.env...)
	cmd.Env = append(cmd.Env, "INTEROP_SENDER="+s.name, "INTEROP_ENDPOINT="+at.url, "INTEROP_BUCKET="+at.bucket)
	if scenario == "session" {
		cmd.Env = append(cmd.Env, "AWS_SESSION_TOKEN="+sessionToken)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if s.lingers {
		stdin, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			arrived()
			_ = stdin.Close()
		}()
	}
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), errors.Join(err, ctx.Err()), &out)
	}
}

// environment is what every sender has, and nothing of what this process has but
// its search path: no credentials, no proxies, no home. Nothing in it leads to
// anywhere but this machine.
func environment(home string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + home,
		"LANG=C.UTF-8",
		"AWS_ACCESS_KEY_ID=" + accessKey,
		"AWS_SECRET_ACCESS_KEY=" + secretKey,
		"AWS_REGION=us-east-1",
		"AWS_DEFAULT_REGION=us-east-1",
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=" + filepath.Join(home, "none"),
		"AWS_SHARED_CREDENTIALS_FILE=" + filepath.Join(home, "none"),
	}
}

// build builds a program of the workspace.
func build(t *testing.T, pkg string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), filepath.Base(pkg))
	if out, err := exec.Command("go", "build", "-o", program, pkg).CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", pkg, err, out)
	}
	return program
}

// output runs a program that has to succeed, and gives what it prints.
func output(t *testing.T, program string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return out
}
