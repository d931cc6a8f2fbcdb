//go:build linux

package bench

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// In a process of its own, the test program does what this variable says.
const role = "CSM_BENCH_ROLE"

func TestMain(m *testing.M) {
	if os.Getenv(role) == "receiver" {
		if err := count(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(filepath.Dir(built))
	}
	os.Exit(code)
}

// count is a loop that only receives, and counts, until stdin ends and nothing more
// comes. It tells its address first, and at the end the count and the CPU time that
// it took.
func count() error {
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	if err := conn.SetReadBuffer(8 << 20); err != nil {
		return err
	}
	fmt.Println(conn.LocalAddr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	}()
	datagrams, before := 0, cpu()
	for buf := make([]byte, 65535); ; datagrams++ {
		if _, _, err := conn.ReadFromUDPAddrPort(buf); err != nil {
			break
		}
	}
	_, err = fmt.Println(datagrams, int64(cpu()-before))
	return err
}

// A receiver is a process that runs count.
type receiver struct {
	process
	address string
}

// receive starts a receiver, which ends with the test, or by its end.
func receive(t testing.TB) *receiver {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), role+"=receiver")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{process: start(t, cmd, cmd.StdoutPipe)}
	r.stop = stdin.Close
	r.address = r.line(t)
	return r
}

// end ends the receiver and gives how many datagrams came, and the CPU time that it
// took.
func (r *receiver) end(t testing.TB) (datagrams int, took time.Duration) {
	t.Helper()
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(r.line(t), &datagrams, &took); err != nil {
		t.Fatal(err)
	}
	r.wait(t)
	return datagrams, took
}

// A process is one that is measured from outside.
type process struct {
	cmd  *exec.Cmd
	out  *bufio.Scanner
	stop func() error
}

// start starts a process that tells of itself on the lines of out. It is killed at
// the end of the test, if it has not ended before.
func start(t testing.TB, cmd *exec.Cmd, out func() (io.ReadCloser, error)) process {
	t.Helper()
	pipe, err := out()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	return process{cmd: cmd, out: bufio.NewScanner(pipe)}
}

// line is the next line that the process tells.
func (p *process) line(t testing.TB) string {
	t.Helper()
	if !p.out.Scan() {
		t.Fatalf("%s has ended: %v", p.cmd, p.out.Err())
	}
	return p.out.Text()
}

// find is the next line with a text in it, from there on.
func (p *process) find(t testing.TB, text string) string {
	t.Helper()
	for {
		if _, found, ok := strings.Cut(p.line(t), text); ok {
			return found
		}
	}
}

// wait waits for the end of the process, and gives the CPU time that it took.
func (p *process) wait(t testing.TB) time.Duration {
	t.Helper()
	for p.out.Scan() {
		continue
	}
	if err := p.cmd.Wait(); err != nil {
		t.Fatalf("%s: %v", p.cmd, err)
	}
	return p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
}
