package spool

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if n, err := io.WriteString(w, text); n != len(text) || err != nil {
		t.Errorf("writing %d bytes: %d, %v", len(text), n, err)
	}
}

func TestWhatIsKeptComesInItsOrder(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var all bytes.Buffer
	s, err := New(func() { t.Error("it is full") })
	if err != nil {
		t.Fatal(err)
	}
	out, errs := s.Output(&all), s.Output(&prefixed{&all})
	large := strings.Repeat("x", 100_000)
	write(t, out, "one ")
	write(t, errs, "two ")
	write(t, out, large)
	if all.Len() != 0 {
		t.Errorf("before the release there is %q", all.String())
	}
	if err := s.Release(); err != nil {
		t.Error(err)
	}
	write(t, errs, "three ")
	if err := s.Release(); err != nil {
		t.Error(err)
	}
	if want := "one !two " + large + "!three "; all.String() != want {
		t.Errorf("written was %.100q", all.String())
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left is %v, %v", left, err)
	}
}

// A prefixed writer writes an exclamation mark before each piece.
type prefixed struct{ w io.Writer }

func (p *prefixed) Write(b []byte) (int, error) {
	_, err := fmt.Fprintf(p.w, "!%s", b)
	return len(b), err
}

func TestNothingIsLostWhenTheFileTakesNoMore(t *testing.T) {
	full := make(chan struct{})
	s, err := New(func() { close(full) })
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	out := s.Output(&all)
	write(t, out, "kept ")
	readOnly, err := os.Open(os.DevNull) // what cannot be written to stands for a full disk
	if err != nil {
		t.Fatal(err)
	}
	writable := s.file
	s.file = readOnly
	done := make(chan struct{})
	go func() {
		write(t, out, "late ")
		close(done)
	}()
	select {
	case <-full:
	case <-time.After(10 * time.Second):
		t.Fatal("it does not tell that it is full")
	}
	s.mu.Lock()
	s.file = writable
	s.mu.Unlock()
	_ = readOnly.Close()
	if err := s.Release(); err != nil {
		t.Error(err)
	}
	<-done
	if all.String() != "kept late " {
		t.Errorf("written was %q", all.String())
	}
}

func TestOutputsThatNobodyReads(t *testing.T) {
	s, err := New(func() { t.Error("it is full") })
	if err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	_ = r.Close()
	var all bytes.Buffer
	gone, out := s.Output(w), s.Output(&all)
	write(t, gone, "nobody")
	write(t, out, "somebody")
	if err := s.Release(); err != nil || all.String() != "somebody" {
		t.Errorf("%q, %v", all.String(), err)
	}
}
