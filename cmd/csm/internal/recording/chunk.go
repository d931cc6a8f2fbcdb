package recording

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/agent"
)

// A chunk is a piece of a file: whole lines, but for the file's last. One goroutine
// reads it, another one decodes it, a third one hands its events on.
type chunk struct {
	// What was read.

	name   string
	buffer []byte // of maxLine
	data   []byte // the lines, in buffer
	long   bool   // a line that does not fit stands here, instead of data
	first  bool   // it begins its file
	torn   bool   // its file ends within a frame, or a JSON value
	broken error  // why its file could not be read from here on
	cannot error  // why its file could not be opened

	// What was decoded.

	decoded  chan struct{} // has something when it is
	hosts    hostNames
	entries  []Entry
	lines    uint64
	problems []badLine
}

// A badLine is a line, the first of a chunk is 1, with something that is no event.
type badLine struct {
	line uint64
	err  error
}

func newChunk() *chunk {
	return &chunk{buffer: make([]byte, maxLine), decoded: make(chan struct{}, 1), hosts: make(hostNames)}
}

// reset makes a chunk fit to be read again.
func (c *chunk) reset(name string) {
	*c = chunk{
		name: name, buffer: c.buffer, decoded: c.decoded,
		hosts: c.hosts, entries: c.entries[:0], problems: c.problems[:0],
	}
}

// decode decodes the events of all lines.
func (c *chunk) decode() {
	if c.long {
		c.lines = 1
		c.problems = append(c.problems, badLine{1, fmt.Errorf("longer than %d KiB", maxLine>>10)})
	}
	for rest := c.data; len(rest) > 0; {
		line, after, ended := bytes.Cut(rest, []byte{'\n'})
		c.lines++
		c.line(line, !ended)
		rest = after
	}
	c.decoded <- struct{}{}
}

// line decodes the events of a line. If it is the last one of its file it may end
// within a JSON value.
func (c *chunk) line(line []byte, last bool) {
	rest := bytes.TrimSpace(line)
	if len(rest) == 0 {
		return
	}
	host := hostOf(rest, c.hosts)
	var problem error
	for len(rest) > 0 {
		e := c.entry()
		next, err := csm.DecodeNext(rest, &e.Event)
		switch {
		case err == nil:
			e.Host = host
			if host == "" { // perhaps as an SDK has sent it
				agent.Normalize(&e.Event)
				e.Event.AccessKey = agent.MaskAccessKey(e.Event.AccessKey)
			}
			c.entries = c.entries[:len(c.entries)+1]
		case last && isCut(rest, err):
			c.torn = true
			return
		case problem == nil:
			problem = err
		}
		rest = bytes.TrimSpace(next)
	}
	if problem != nil {
		c.problems = append(c.problems, badLine{c.lines, problem})
	}
}

// entry is the memory of the next entry.
func (c *chunk) entry() *Entry {
	n := len(c.entries)
	if n == cap(c.entries) {
		c.entries = append(c.entries, Entry{})[:n]
	}
	return &c.entries[:n+1][n]
}

// isCut tells whether JSON was well formed as far as it goes, but for an escape
// that was cut.
func isCut(data []byte, err error) bool {
	var syntax *csm.SyntaxError
	return errors.As(err, &syntax) && syntax.Offset >= len(data)-len("u123")
}
