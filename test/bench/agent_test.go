//go:build linux

package bench

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-csm/csm"
)

// An agent is a csm agent that runs.
type agent struct {
	process
	events, http string // its addresses
}

// startAgent starts csm agent on free ports.
func startAgent(t testing.TB) *agent {
	t.Helper()
	cmd := exec.Command(command(t), "agent", "--run-as-root", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0")
	a := &agent{process: start(t, cmd, cmd.StderrPipe)}
	a.events = a.address(t, `msg="csm: listening" address=`)
	a.http = a.address(t, `msg="csm: serving HTTP" address=`)
	a.find(t, `msg="csm: ready"`)
	return a
}

func (a *agent) address(t testing.TB, mark string) string {
	t.Helper()
	address, _, _ := strings.Cut(a.find(t, mark), " ")
	return address
}

// get is what the agent serves at a path.
func (a *agent) get(t testing.TB, path string, w io.Writer) {
	t.Helper()
	resp, err := http.Get("http://" + a.http + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(w, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", path, resp.Status, err)
	}
}

// counter is the value of a metric without labels.
func (a *agent) counter(t testing.TB, name string) (n float64) {
	t.Helper()
	var metrics strings.Builder
	a.get(t, "/metrics", &metrics)
	_, rest, found := strings.Cut(metrics.String(), "\n"+name+" ")
	if _, err := fmt.Sscan(rest, &n); !found || err != nil {
		t.Fatalf("no %s: %v", name, err)
	}
	return n
}

// end ends the agent and gives the CPU time that it took.
func (a *agent) end(t testing.TB) time.Duration {
	t.Helper()
	if err := a.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	return a.wait(t)
}

var built string // the command, once it is built

// command is the command, built.
func command(t testing.TB) string {
	t.Helper()
	if built == "" {
		dir, err := os.MkdirTemp("", "csm-bench")
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, "csm")
		if out, err := exec.Command("go", "build", "-o", name, "github.com/go-csm/csm/cmd/csm").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		built = name
	}
	return built
}

// series are the datagrams of calls of so many operations.
func series(t testing.TB, n int) [][]byte {
	t.Helper()
	var all []csm.Event
	for i := range n {
		for _, e := range events() {
			if n > 1 {
				e.API = fmt.Sprint(e.API, i)
			}
			if e.Type == csm.APICall {
				e.Latency = csm.Known(20 + i%100)
			} else {
				e.AttemptLatency, e.RequestLatency = csm.Known(19+i%100), csm.Known(18+i%100)
			}
			all = append(all, e)
		}
	}
	return datagrams(t, all)
}

// send sends n datagrams to an address at a rate, and gives the rate that it came
// to.
func send(t testing.TB, address string, datagrams [][]byte, n int, rate float64) float64 {
	t.Helper()
	conn, err := net.Dial("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	began := time.Now()
	for i := range n {
		if _, err := conn.Write(datagrams[i%len(datagrams)]); err != nil {
			t.Fatal(err)
		}
		if i%50 == 49 { // in small bursts, as threads do
			due := time.Duration(float64(i) / rate * float64(time.Second))
			if ahead := due - time.Since(began); ahead > 50*time.Microsecond {
				time.Sleep(ahead)
			}
		}
	}
	return float64(n) / time.Since(began).Seconds()
}

const agentEvents = 400_000

// BenchmarkAgentEvent is the CPU time that an event takes which the agent receives,
// decodes and counts, beside a loop that only receives.
func BenchmarkAgentEvent(b *testing.B) {
	all := series(b, 10)
	const rate = 80_000
	b.Run("receive", func(b *testing.B) {
		for b.Loop() {
			r := receive(b)
			send(b, r.address, all, agentEvents, rate)
			came, took := r.end(b)
			b.ReportMetric(float64(took)/float64(came), "cpu-ns/event")
		}
	})
	b.Run("csm", func(b *testing.B) {
		for b.Loop() {
			agentCost(b, all, rate)
		}
	})
}

// BenchmarkAgentSeries is the same of the agent, by how many series there are.
func BenchmarkAgentSeries(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10_000} {
		all := series(b, n)
		b.Run(fmt.Sprintf("series=%d", n), func(b *testing.B) {
			for b.Loop() {
				agentCost(b, all, 80_000)
			}
		})
	}
}

// agentCost measures an agent, from its start to its end.
func agentCost(b *testing.B, datagrams [][]byte, rate float64) {
	b.Helper()
	a := startAgent(b)
	send(b, a.events, datagrams, agentEvents, rate)
	took := a.end(b)
	b.ReportMetric(float64(took)/agentEvents, "cpu-ns/event")
}

// BenchmarkAgentRate is the highest rate, of one sender, of which nothing is lost for
// ten seconds.
func BenchmarkAgentRate(b *testing.B) {
	all := series(b, 10)
	highest := func(b *testing.B, lost func(n int, rate float64) (lost int, rateWas float64)) {
		var best float64
		for rate := 120_000.0; ; rate *= 1.2 {
			missing, was := lost(int(10*rate), rate)
			if missing > 0 { // the machine may have done something else
				missing, was = lost(int(10*rate), rate)
			}
			if missing == 0 {
				best = max(best, was)
			}
			if missing > 0 || was < 0.95*rate { // or the sender can do no more
				break
			}
		}
		b.ReportMetric(best, "events/s")
	}
	b.Run("receive", func(b *testing.B) {
		for b.Loop() {
			highest(b, func(n int, rate float64) (int, float64) {
				r := receive(b)
				was := send(b, r.address, all, n, rate)
				came, _ := r.end(b)
				return n - came, was
			})
		}
	})
	b.Run("csm", func(b *testing.B) {
		for b.Loop() {
			highest(b, func(n int, rate float64) (int, float64) {
				a := startAgent(b)
				was := send(b, a.events, all, n, rate)
				lost := int(a.counter(b, "csm_agent_lost_datagrams_total"))
				a.end(b)
				return lost, was
			})
		}
	})
}

// BenchmarkAgentMemory is what an agent with 10,000 series takes, whose histograms
// are all in use: when they have come, after as much again, and while they are
// scraped.
func BenchmarkAgentMemory(b *testing.B) {
	for b.Loop() {
		a := startAgent(b)
		for round, name := range []string{"MiB-loaded", "MiB-later"} {
			for i := range 20 {
				var all []csm.Event
				for j, e := range events() {
					for s := range 10_000 {
						e.API = fmt.Sprint("Operation", s)
						ms := func(phase int) csm.Int { // from one to a thousand
							return csm.Known(1 + (s*31+i*17+round*7+j*13+phase*101)*(i+1)%1000)
						}
						e.Latency, e.AttemptLatency, e.RequestLatency = ms(0), ms(1), ms(2)
						e.AcquireConnectionLatency, e.ConnectLatency, e.DNSLatency = ms(3), ms(4), ms(5)
						e.TCPLatency, e.SSLLatency = ms(6), ms(7)
						all = append(all, e)
					}
				}
				bytes := datagrams(b, all)
				send(b, a.events, bytes, len(bytes), 60_000)
			}
			b.ReportMetric(a.memory(b, "VmRSS"), name)
		}
		if n := a.counter(b, "csm_agent_series"); n != 10_000 {
			b.Fatalf("%v series", n)
		}
		b.ReportMetric(a.memory(b, "VmHWM"), "MiB-scraped")
		a.end(b)
	}
}

// memory is a line of what the kernel tells of the agent's memory.
func (a *agent) memory(t testing.TB, name string) (mebibytes float64) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", a.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "\n"+name+":")
	if _, err := fmt.Sscan(rest, &mebibytes); err != nil {
		t.Fatal(err)
	}
	return mebibytes / 1024
}

// BenchmarkRunStart is what csm run adds to the program that it wraps.
func BenchmarkRunStart(b *testing.B) {
	csm := command(b)
	for name, args := range map[string][]string{"none": {"true"}, "csm": {csm, "run", "--", "true"}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
			}
		})
	}
}
