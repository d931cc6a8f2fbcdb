package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/eventline"
	"github.com/go-csm/csm/cmd/csm/internal/harmless"
	"github.com/go-csm/csm/cmd/csm/internal/live"
)

// A printer prints events, each on a line, until it cannot. Its other fields can
// be read when print is called no more.
type printer struct {
	w        io.Writer
	wanted   live.Filter
	asJSON   bool
	coloured bool
	line     []byte

	failed   chan struct{} // closed after a write that failed
	done     bool          // nothing is printed any more
	err      error         // why, unless that nobody reads what is printed
	tooLarge uint64        // events that were left out: no datagram holds them
}

func (p *printer) print(e *csm.Event) { p.printOf("", e) }

// printOf prints an event that was recorded on a host, which the JSON has if it is
// known.
func (p *printer) printOf(host string, e *csm.Event) {
	if p.done || !p.wanted.Wants(e) {
		return
	}
	p.line = p.line[:0]
	switch {
	case p.asJSON:
		if !p.appendJSON(host, e) {
			p.tooLarge++
			return
		}
	case p.coloured:
		p.line = append(p.line, eventline.Coloured(e)...)
	default:
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

// appendJSON makes the line of an event, as recordings have it, unless it is larger
// than a datagram may be.
func (p *printer) appendJSON(host string, e *csm.Event) bool {
	if host != "" {
		var name bytes.Buffer
		if err := json.NewEncoder(harmless.JSON(&name)).Encode(host); err != nil {
			return false
		}
		p.line = append(append(p.line, `{"Host":`...), bytes.TrimSpace(name.Bytes())...)
	}
	start := len(p.line)
	var err error
	if p.line, err = e.AppendJSON(p.line); err != nil {
		return false
	}
	if start > 0 {
		p.line[start] = ',' // for the brace that opens the event
	}
	return true
}

// isClosedPipe tells whether nobody reads what is written.
func isClosedPipe(err error) bool {
	return slices.ContainsFunc(closedPipe, func(closed error) bool { return errors.Is(err, closed) })
}
