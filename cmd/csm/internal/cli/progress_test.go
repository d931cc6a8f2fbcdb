package cli

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A screen keeps what is written to it, and what is on its line at the end.
type screen struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.Write(p)
}

func (s *screen) line() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var line []rune
	at := 0
	for _, c := range s.all.String() {
		if c == '\r' {
			at = 0
			continue
		}
		if at == len(line) {
			line = append(line, ' ')
		}
		line[at] = c
		at++
	}
	return strings.TrimRight(string(line), " ")
}

func TestProgressIsShownAndTakenAway(t *testing.T) {
	for _, test := range []struct {
		name  string
		total int64
		want  string
	}{
		{"of files", 400_000_000, "reading  75% |"},
		{"of standard input", -1, "reading (300 MB"},
		{"of files that grow", 200_000_000, "reading  99% |"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := new(screen)
				b := newProgressBar(s, test.total)
				b.counter().Add(100_000_000)
				time.Sleep(progressDelay - time.Millisecond)
				synctest.Wait()
				if s.line() != "" {
					t.Errorf("shown too early: %q", s.line())
				}
				time.Sleep(2 * progressEvery)
				synctest.Wait()
				b.counter().Add(200_000_000)
				time.Sleep(2 * progressEvery)
				synctest.Wait()
				if !strings.Contains(s.line(), test.want) {
					t.Errorf("shown %q, want %q", s.line(), test.want)
				}
				b.stop()
				if s.line() != "" {
					t.Errorf("left behind: %q", s.line())
				}
			})
		})
	}
}

func TestNoProgressWithoutATerminal(t *testing.T) {
	b := showProgress(io.Discard, 1)
	if b != nil || b.counter() != nil {
		t.Error("there is a bar")
	}
	b.stop()
}
