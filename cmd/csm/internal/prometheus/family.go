package prometheus

import (
	"bytes"
	"io"
	"iter"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// part is how many metrics there are in memory at a time, as messages: with all of
// 10,000 series a scrape would take hundreds of megabytes.
const part = 256

// A family are the metrics of one name.
type family struct {
	name, help string
	kind       dto.MetricType
	metrics    metrics
}

// writeText writes a family in the text format. One without metrics is left out.
func (f family) writeText(w io.Writer, c calls) error {
	m, out := f.head(), w
	for m.Metric = range parts(f.metrics(c)) {
		if _, err := expfmt.MetricFamilyToText(out, m); err != nil {
			return err
		}
		m.Help = nil
		out = &headless{to: w} // without the line that says the type again
	}
	return nil
}

// writeProto writes a family as a message with its length before it. One without
// metrics is left out.
func (f family) writeProto(w io.Writer, c calls) error {
	var message []byte // a message is made of the bytes of its parts
	m := f.head()
	for m.Metric = range parts(f.metrics(c)) {
		var err error
		if message, err = (proto.MarshalOptions{}).MarshalAppend(message, m); err != nil {
			return err
		}
		m = new(dto.MetricFamily)
	}
	if len(message) == 0 {
		return nil
	}
	if _, err := w.Write(protowire.AppendVarint(nil, uint64(len(message)))); err != nil {
		return err
	}
	_, err := w.Write(message)
	return err
}

// head is the family without its metrics.
func (f family) head() *dto.MetricFamily {
	return &dto.MetricFamily{Name: &f.name, Help: &f.help, Type: &f.kind}
}

// parts are metrics, some at a time.
func parts(all iter.Seq[*dto.Metric]) iter.Seq[[]*dto.Metric] {
	return func(yield func([]*dto.Metric) bool) {
		var some []*dto.Metric
		for m := range all {
			if some = append(some, m); len(some) == part {
				if !yield(some) {
					return
				}
				some = some[:0]
			}
		}
		if len(some) > 0 {
			yield(some)
		}
	}
}

// A headless writer leaves out the first line.
type headless struct {
	to    io.Writer
	begun bool
}

func (h *headless) Write(b []byte) (n int, err error) {
	if !h.begun {
		end := bytes.IndexByte(b, '\n')
		if end < 0 {
			return len(b), nil
		}
		h.begun = true
		n = end + 1
	}
	m, err := h.to.Write(b[n:])
	return n + m, err
}
