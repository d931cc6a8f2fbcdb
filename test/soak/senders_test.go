//go:build linux

package soak

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-csm/csm"
)

// A source sends datagrams, and knows how many the kernel has taken, and not said
// that nobody was there for them.
type source interface {
	send()
	sent() int64
}

// senders send at a steady pace, but while they are paused.
type senders struct {
	sources []source
	pause   sync.RWMutex // held by each for what it sends at once
	done    chan struct{}
	running sync.WaitGroup
}

// The senders' pace: each sends burst datagrams every tick.
const (
	tick  = 20 * time.Millisecond
	burst = 10
)

func startSenders(t *testing.T, address string) *senders {
	t.Helper()
	s := &senders{done: make(chan struct{})}
	files, err := filepath.Glob("../../testdata/corpus/*.jsonl")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d files of real datagrams, %v", len(files), err)
	}
	for _, name := range files { // each a language's dialect
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		s.sources = append(s.sources, newReplay(t, address, bytes.Split(bytes.TrimSpace(b), []byte("\n"))))
	}
	s.sources = append(s.sources, newReplay(t, address, [][]byte{
		[]byte("{"), nil, []byte(`{"Type":"ApiCall"}{`), []byte(`{"Type":"Other"}`), bytes.Repeat([]byte("x\n"), 30_000),
	}))
	for i := range 3 {
		r, err := csm.New(csm.Options{Address: address, ClientID: "reporter-" + strconv.Itoa(i)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close() })
		s.sources = append(s.sources, reporter{r})
	}
	for _, source := range s.sources {
		s.running.Go(func() {
			for ticks := time.NewTicker(tick); ; {
				select {
				case <-s.done:
					ticks.Stop()
					return
				case <-ticks.C:
				}
				s.pause.RLock()
				for range burst {
					source.send()
				}
				s.pause.RUnlock()
			}
		})
	}
	return s
}

// sent is what all have sent together.
func (s *senders) sent() (n int64) {
	for _, source := range s.sources {
		n += source.sent()
	}
	return n
}

func (s *senders) end() {
	close(s.done)
	s.running.Wait()
}

// A replay sends the same datagrams over and over.
type replay struct {
	conn      net.Conn
	datagrams [][]byte
	next      int
	written   int64
}

func newReplay(t *testing.T, address string, datagrams [][]byte) *replay {
	t.Helper()
	conn, err := net.Dial("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &replay{conn: conn, datagrams: datagrams}
}

func (r *replay) send() {
	d := r.datagrams[r.next%len(r.datagrams)]
	r.next++
	_, err := r.conn.Write(d)
	if errors.Is(err, syscall.ECONNREFUSED) { // the one before was, and this one not sent
		r.written--
		_, err = r.conn.Write(d)
	}
	if err == nil {
		r.written++
	}
}

func (r *replay) sent() int64 { return r.written }

// A reporter sends events of operations that are many, so that not all series are
// told apart.
type reporter struct{ *csm.Reporter }

func (r reporter) send() {
	n := rand.IntN(1000)
	e := &csm.Event{
		Type: csm.APICall, Service: "DynamoDB", API: "Operation" + strconv.Itoa(n), Region: "eu-central-1",
		Timestamp: time.Now(), Latency: csm.Known(n), AttemptCount: csm.Known(1),
	}
	if n%3 == 0 {
		e = &csm.Event{
			Type: csm.APICallAttempt, Service: "DynamoDB", API: "Operation" + strconv.Itoa(n), Region: "eu-central-1",
			AttemptLatency: csm.Known(n), AccessKey: "AKIAIOSFODNN7EXAMPLE", HTTPStatusCode: csm.Known(400 + n%200),
			AWSException: "Code" + strconv.Itoa(n), AWSExceptionMessage: "a message",
		}
	}
	r.Publish(e)
}

func (r reporter) sent() int64 { return int64(r.Stats().Sent) }
