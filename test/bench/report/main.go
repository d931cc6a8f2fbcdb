// Command report compares csm report with jq and DuckDB: each groups the same million
// recorded events by operation. It takes no arguments, runs all of them in turn a few
// times, and prints the medians. What is not installed is left out: jq, and duckdb, as
// a command or as the module of python3, which DUCKDB_PYTHON names another way.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

const (
	events = 1_000_000
	rounds = 5
)

// The jq program counts what needs no sorting: it has no percentiles.
const jqProgram = `reduce inputs as $e ({};
	"\($e.Service).\($e.Api)" as $k
	| if $e.Type == "ApiCall"
	  then .[$k].calls += 1 | .[$k].latency += $e.Latency | .[$k].retries += $e.AttemptCount - 1
	     | .[$k].errors += (if $e.FinalHttpStatusCode >= 400 then 1 else 0 end)
	  else .[$k].attempts += 1
	  end)`

const duckQuery = `select Service, Api,
	count(*) filter (Type = 'ApiCall') calls, count(*) filter (Type = 'ApiCallAttempt') attempts,
	sum(AttemptCount - 1) retries, count(*) filter (Type = 'ApiCall' and FinalHttpStatusCode >= 400) errors,
	quantile_cont(Latency, [0.5, 0.9, 0.99]), max(Latency), sum(Latency)
	from read_json('%s', format = 'newline_delimited') group by all order by all`

// A contender is a program that makes the table.
type contender struct {
	name    string
	command []string
	wall    []time.Duration
	cpu     []time.Duration
	memory  int64 // the most, in bytes, or 0 if the system does not tell
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "csm-report-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	recording := filepath.Join(dir, "csm.jsonl")
	if err := write(recording); err != nil {
		return err
	}
	command := filepath.Join(dir, "csm")
	build := exec.Command("go", "build", "-o", command, "github.com/go-csm/csm/cmd/csm")
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building csm: %w\n%s", err, output)
	}
	contenders := []*contender{{name: "csm report", command: []string{command, "report", recording}}}
	if jq, err := exec.LookPath("jq"); err == nil {
		contenders = append(contenders, &contender{name: "jq", command: []string{jq, "-n", jqProgram, recording}})
	}
	if duck := duckDB(fmt.Sprintf(duckQuery, recording)); duck != nil {
		contenders = append(contenders, &contender{name: "DuckDB", command: duck})
	}
	for range rounds {
		for _, c := range contenders {
			if err := c.run(); err != nil {
				return err
			}
		}
	}
	return print(contenders)
}

func write(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := generate(f, events); err != nil {
		return err
	}
	return f.Close()
}

// duckDB is a command that runs a query, or nil if there is none.
func duckDB(query string) []string {
	if duck, err := exec.LookPath("duckdb"); err == nil {
		return []string{duck, "-c", query}
	}
	python := os.Getenv("DUCKDB_PYTHON")
	if python == "" {
		python = "python3"
	}
	if exec.Command(python, "-c", "import duckdb").Run() != nil {
		return nil
	}
	return []string{python, "-c", "import duckdb, sys; print(duckdb.sql(sys.argv[1]).fetchall())", query}
}

func (c *contender) run() error {
	var output bytes.Buffer
	command := exec.Command(c.command[0], c.command[1:]...)
	command.Stdout, command.Stderr = &output, &output
	began := time.Now()
	err := command.Run()
	c.wall = append(c.wall, time.Since(began))
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", c.name, err, output.Bytes())
	}
	if !strings.Contains(output.String(), "ListObjectsV2") {
		return fmt.Errorf("%s made no table: %.300s", c.name, output.String())
	}
	state := command.ProcessState
	c.cpu = append(c.cpu, state.UserTime()+state.SystemTime())
	c.memory = max(c.memory, peak(state))
	return nil
}

func median(d []time.Duration) time.Duration { return slices.Sorted(slices.Values(d))[len(d)/2] }

// print prints the table. The first contender is what the others are held against.
func print(contenders []*contender) error {
	first := contenders[0]
	table := fmt.Sprintf("%d events\twall\t×\tCPU\t×\tmemory\t\n", events)
	for _, c := range contenders {
		wall, cpu := median(c.wall), median(c.cpu)
		memory := "-"
		if c.memory > 0 {
			memory = fmt.Sprintf("%d MiB", c.memory>>20)
		}
		table += fmt.Sprintf("%s\t%.2f s\t%.1f\t%.2f s\t%.1f\t%s\t\n", c.name,
			wall.Seconds(), float64(wall)/float64(median(first.wall)), cpu.Seconds(), float64(cpu)/float64(median(first.cpu)), memory)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	if _, err := io.WriteString(w, table); err != nil {
		return err
	}
	return w.Flush()
}
