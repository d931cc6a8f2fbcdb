// Package spool keeps what a program writes while its terminal shows something else.
package spool

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// A Spool keeps what is written to several outputs, in the order in which it comes, in
// a temporary file. When it is released it writes that to the outputs, and passes on
// what comes from then on. Make one with [New]. Its methods can be called from any
// goroutine.
type Spool struct {
	full func() // called once if the file takes no more; nil then

	mu       sync.Mutex
	file     *os.File // nil when nothing is kept any more
	outputs  []io.Writer
	released chan struct{}
}

// New makes a spool. If the file takes no more, as on a full disk, it calls full, on a
// goroutine of its own, and what is written waits for the release: nothing is lost.
// The caller releases the spool.
func New(full func()) (*Spool, error) {
	f, err := os.CreateTemp("", "csm-output-*")
	if err != nil {
		return nil, fmt.Errorf("csm: the program's output cannot be kept: %w", err)
	}
	// Where a file that is open can have no name, nothing is left of it however csm ends.
	_ = os.Remove(f.Name())
	return &Spool{full: full, file: f, released: make(chan struct{})}, nil
}

// Output makes a writer that is kept for an output. Make all before anything is
// written.
func (s *Spool) Output(to io.Writer) io.Writer {
	s.outputs = append(s.outputs, to)
	return &output{s, uint32(len(s.outputs) - 1)}
}

// An output is one of those that are kept.
type output struct {
	spool  *Spool
	number uint32
}

// Write keeps what is written, or passes it on after the release.
func (o *output) Write(p []byte) (int, error) {
	s := o.spool
	s.mu.Lock()
	if s.file == nil {
		defer s.mu.Unlock()
		return s.outputs[o.number].Write(p)
	}
	err := s.keep(o.number, p)
	s.mu.Unlock()
	if err == nil {
		return len(p), nil
	}
	<-s.released
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.outputs[o.number].Write(p)
}

// keep adds a piece to the file, whole or not at all. After one that did not fit it
// takes no more, so that the order stays.
func (s *Spool) keep(number uint32, p []byte) error {
	if s.full == nil {
		return errors.New("it is full")
	}
	end, err := s.file.Seek(0, io.SeekCurrent)
	if err == nil {
		var head [8]byte
		binary.LittleEndian.PutUint32(head[:4], number)
		binary.LittleEndian.PutUint32(head[4:], uint32(len(p)))
		if _, err = s.file.Write(append(head[:], p...)); err == nil {
			return nil
		}
		_ = s.file.Truncate(end) // the release finds a torn piece, if this fails too
	}
	go s.full()
	s.full = nil
	return err
}

// Release writes what was kept to its outputs. An error is that it could not be read
// again. Releasing it again does nothing.
func (s *Spool) Release() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	defer close(s.released)
	err := s.replay()
	_ = s.file.Close()
	_ = os.Remove(s.file.Name()) // it is gone already, on most systems
	s.file = nil
	if err != nil {
		return fmt.Errorf("csm: not all of the program's output could be read again: %w", err)
	}
	return nil
}

func (s *Spool) replay() error {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	for {
		var head [8]byte
		if _, err := io.ReadFull(s.file, head[:]); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		number, length := binary.LittleEndian.Uint32(head[:4]), binary.LittleEndian.Uint32(head[4:])
		// What nobody reads is the program's concern, as without a spool.
		piece := io.LimitReader(s.file, int64(length))
		_, _ = io.Copy(s.outputs[number], piece)
		if _, err := io.Copy(io.Discard, piece); err != nil {
			return err
		}
	}
}
