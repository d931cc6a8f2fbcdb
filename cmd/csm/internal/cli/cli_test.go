package cli

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/recording"
)

// commands are all commands of csm, and csm.
func commands() []*cobra.Command {
	root := newRoot(Process{}, new(int))
	root.InitDefaultHelpCmd()
	return append(root.Commands(), root)
}

// Every command says how it is used, in lines that fit into a terminal, but for
// those that can be copied.
func TestHelpOfAllCommands(t *testing.T) {
	for _, c := range commands() {
		if c.Short == "" || !strings.Contains(c.Example, "csm") {
			t.Errorf("%s: what it does is %q, and its examples are %q", c.CommandPath(), c.Short, c.Example)
		}
		for line := range strings.Lines(c.UsageString()) {
			if len(line) > 81 && !strings.Contains(c.Example, strings.TrimRight(line, "\n")) {
				t.Errorf("%s: a long line: %s", c.CommandPath(), line)
			}
		}
	}
}

// A shell is told what a flag can be set to, by every flag that has a value.
func TestFlagsAreCompleted(t *testing.T) {
	for _, c := range commands() {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			complete, ok := c.GetFlagCompletionFunc(f.Name)
			if !ok {
				return // --help and --version are made when they are needed
			}
			values, directive := complete(c, nil, "")
			name, usage := pflag.UnquoteUsage(f)
			files := directive == cobra.ShellCompDirectiveDefault
			if files != (name == "file") {
				t.Errorf("%s --%s: file names are completed: %v; the usage is %q", c.CommandPath(), f.Name, files, usage)
			}
			if !slices.Equal(values, choices[f.Name]) {
				t.Errorf("%s --%s: the values are %q", c.CommandPath(), f.Name, values)
			}
		})
	}
}

// A pipe that nobody reads is no error of what is printed, and changes no exit code.
func TestNobodyReads(t *testing.T) {
	recorded := filepath.Join(t.TempDir(), "csm.jsonl")
	if err := os.WriteFile(recorded, []byte(`{"Version":1,"Type":"ApiCall","Service":"S3","Api":"GetObject"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args string
		code int
	}{
		{"", 0},
		{"--help", 0},
		{"run --help", 0},
		{"help tail", 0},
		{"version", 0},
		{"--version", 0},
		{"completion bash", 0},
		{"completion zsh", 0},
		{"completion fish", 0},
		{"completion powershell", 0},
		{"__complete ru", 0},
		{"agent --check", 0},
		{"report " + recorded, 0},
		{"report --json " + recorded, 0},
		{"run -- csm version", 0},
		{"run --json -- csm version", 0},
		{"run -- csm no-such-command", 2},
		{"run --fail-on calls>0 -- csm version", 3},
		{"run -q --fail-on calls>0 -- csm version", 3},
		{"run -- no-such-program", 127},
		{"no-such-command", 2},
	} {
		read, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		_ = read.Close() // so that every write fails
		run := func(stderr io.Writer) (code int) {
			cmd := exec.Command("csm", strings.Fields(test.args)...)
			cmd.Env = append(os.Environ(), "GORACE="+goRace)
			cmd.Stdout, cmd.Stderr = write, stderr
			if err, exit := cmd.Run(), new(exec.ExitError); err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			return cmd.ProcessState.ExitCode()
		}
		if code := run(write); code != test.code {
			t.Errorf("csm %s: exit code %d, want %d", test.args, code, test.code)
		}
		var stderr strings.Builder
		if code := run(&stderr); code != test.code || strings.Contains(stderr.String(), "pipe") {
			t.Errorf("csm %s, with its stderr read: exit code %d, want %d; it says %s", test.args, code, test.code, stderr.String())
		}
		_ = write.Close() // nothing can be in it
	}
}

func TestWhatIsNotRecordedIsTold(t *testing.T) {
	r, err := recording.Open(recording.Options{Path: filepath.Join(t.TempDir(), "csm.jsonl")})
	if err != nil {
		t.Fatal(err)
	}
	if err := endRecording(r); err != nil {
		t.Errorf("nothing was lost, and the error is %v", err)
	}
	r.Write(&csm.Event{Type: csm.APICall})
	if err := endRecording(r); err == nil || err.Error() != "not recorded: 1 event" {
		t.Errorf("error %v", err)
	}
}
