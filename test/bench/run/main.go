// Run runs the benchmarks in turns, tells what they come to beside the project's
// goals, and writes that to docs/performance.md. Run it in the root of a clone, on a
// machine that does nothing else:
//
//	go run ./test/bench/run
//
// What the benchmarks print is kept in docs/performance.txt, for benchstat.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

const (
	document = "docs/performance.md"
	raw      = "docs/performance.txt"
)

// reportMark stands before what the comparison of csm report prints.
const reportMark = "\n-- csm report --\n"

// A group are benchmarks that run with the same settings. All groups have their
// turn before one has its next.
type group struct {
	pattern   string
	benchtime string
	rounds    int
}

var groups = []group{
	{"Encode|Decode|Publish", "200ms", 10},
	{"V2Call", "20000x", 7},
	{"V2Goroutines", "2x", 5},
	{"RunStart", "10x", 10},
	{"V1Call", "1x", 5},
	{"AgentEvent", "1x", 5},
	{"AgentSeries", "1x", 3},
	{"AgentRate", "1x", 2},
	{"AgentMemory", "1x", 1},
}

func main() {
	pattern := flag.String("only", "", "run the groups of benchmarks with this in their pattern alone, and write no document")
	from := flag.String("from", "", "read what was kept in this `file`, and run nothing")
	flag.Parse()
	if err := run(*pattern, *from); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(only, from string) error {
	var out []byte
	var err error
	if from != "" {
		out, err = os.ReadFile(from)
	} else {
		out, err = measure(only)
	}
	if err != nil {
		return err
	}
	benchmarks, report, reported := strings.Cut(string(out), reportMark)
	table, err := tableOf(strings.NewReader(benchmarks))
	if err != nil {
		return err
	}
	if reported {
		table += "\n`csm report` and others that group a recording by operation, medians of rounds in turns:\n\n```\n" + report + "```\n"
	}
	fmt.Print("\n", table)
	if only != "" {
		return nil
	}
	if from == "" {
		if err := os.WriteFile(raw, out, 0o666); err != nil {
			return err
		}
	}
	return rewrite(document, table)
}

// measure runs the benchmarks, and gives all that they print.
func measure(only string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "csm-bench")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program := filepath.Join(dir, "bench.test")
	if err := command(nil, "go", "test", "-c", "-o", program, "./test/bench"); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "date: %s\nmachine: %s\n", time.Now().UTC().Format(time.DateOnly), machine())
	all := io.MultiWriter(&out, os.Stdout)
	for round, more := 0, true; more; round++ {
		more = false
		for _, g := range groups {
			if round >= g.rounds || !strings.Contains(g.pattern, only) {
				continue
			}
			more = true
			if err := command(all, program, "-test.run", "^$", "-test.bench", g.pattern, "-test.benchtime", g.benchtime,
				"-test.timeout", "30m"); err != nil {
				return nil, err
			}
		}
	}
	if only == "" || only == "Report" {
		out.WriteString(reportMark)
		if err := command(all, "go", "run", "./test/bench/report"); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

func command(out io.Writer, name string, args ...string) error {
	c := exec.Command(name, args...)
	c.Stdout, c.Stderr = out, os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s: %w", c, err)
	}
	return nil
}

// machine tells what is measured on.
func machine() string {
	model := "unknown processor"
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if _, rest, found := strings.Cut(string(info), "model name\t: "); found {
			model, _, _ = strings.Cut(rest, "\n")
		}
	}
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	return fmt.Sprintf("%d cores, %s, %s %s, %s", runtime.NumCPU(), model, runtime.GOOS,
		strings.TrimSpace(string(kernel)), runtime.Version())
}

// The table stands between these lines of the document.
const (
	begin = "<!-- measured: begin -->\n"
	end   = "<!-- measured: end -->\n"
)

// rewrite puts the table into the document, in place of the one that is there.
func rewrite(name, table string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return fmt.Errorf("%s: no %q and %q", name, begin, end)
	}
	return os.WriteFile(name, []byte(before+begin+"\n"+table+"\n"+end+after), 0o666)
}
