package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/eventline"
)

// A printer prints events, each on a line, until it cannot. Its other fields can
// be read when print is called no more.
type printer struct {
	w      io.Writer
	asJSON bool
	line   []byte

	failed   chan struct{} // closed after a write that failed
	done     bool          // nothing is printed any more
	err      error         // why, unless that nobody reads what is printed
	tooLarge uint64        // events that were left out: no datagram holds them
}

func (p *printer) print(e *csm.Event) {
	if p.done {
		return
	}
	p.line = p.line[:0]
	if p.asJSON {
		var err error
		if p.line, err = e.AppendJSON(p.line); err != nil {
			p.tooLarge++
			return
		}
	} else {
		p.line = append(p.line, eventline.Line(e)...)
	}
	p.line = append(p.line, '\n')
	if _, err := p.w.Write(p.line); err != nil {
		p.done = true
		if !isClosedPipe(err) {
			p.err = fmt.Errorf("writing events: %w", err)
		}
		close(p.failed)
	}
}

// isClosedPipe tells whether nobody reads what is written.
func isClosedPipe(err error) bool {
	return slices.ContainsFunc(closedPipe, func(closed error) bool { return errors.Is(err, closed) })
}
