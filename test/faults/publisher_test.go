//go:build linux

package faults

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/go-csm/csm"
)

// publisher is a program that publishes events to an agent: as many as each line of
// its input says. It answers with what it has sent and lost by then.
func publisher(address string) error {
	r, err := csm.New(csm.Options{Address: address})
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			return err
		}
		for range n {
			r.Publish(&csm.Event{Type: csm.APICall, Service: "S3", API: "GetObject"})
		}
		s := r.Stats()
		fmt.Println(s.Sent, s.Refused, s.Lost())
	}
	return nil
}

// startPublisher runs a publisher in another place: the wrapper is a command line
// that the program's name follows. It gives a function that publishes n events, and
// tells how many of all so far were sent and refused.
func startPublisher(t *testing.T, address string, wrapper ...string) (publish func(n int) (sent, refused int)) {
	t.Helper()
	cmd := exec.Command(wrapper[0], append(wrapper[1:], os.Args[0])...)
	cmd.Env = append(os.Environ(), "CSM_FAULTS_PUBLISH="+address)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // it ends
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	answers := bufio.NewReader(out)
	if line, err := answers.ReadString('\n'); line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	published := 0
	return func(n int) (sent, refused int) {
		t.Helper()
		published += n
		lost := 0
		if _, err := fmt.Fprintln(in, n); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fscanln(answers, &sent, &refused, &lost); err != nil {
			t.Fatal(err)
		}
		if sent+refused != published || lost != refused {
			t.Fatalf("%d events were published: %d sent, %d refused, %d lost", published, sent, refused, lost)
		}
		return sent, refused
	}
}
