package recording

import (
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
)

// Events come in order, and lines are counted, whatever the pieces in which a file
// is read.
func TestManyChunksAreOne(t *testing.T) {
	const events = 20_000
	var text strings.Builder
	var want []string
	lines := 0
	for n := range events {
		switch {
		case n == 7000: // as long as can be
			text.WriteString(`{"Type":"ApiCall","Latency":7000,"UserAgent":"`)
			text.WriteString(strings.Repeat("x", maxLine-len(`{"Type":"ApiCall","Latency":7000,"UserAgent":""}`)-1) + "\"}\n")
		case n%5000 == 1:
			text.WriteString(strings.Repeat("y", maxLine-1+n%3) + "\n" + line(n))
			lines++
			want = append(want, fmt.Sprint(lines))
		default:
			text.WriteString(line(n))
		}
		lines++
	}
	text.WriteString("bad\n")
	want = append(want, fmt.Sprint(lines+1))
	for name, in := range map[string]func(io.Reader) io.Reader{
		"whole":      func(r io.Reader) io.Reader { return r },
		"half":       iotest.HalfReader,
		"compressed": func(io.Reader) io.Reader { return strings.NewReader(frames(t, text.String())) },
		"with EOF":   iotest.DataErrReader,
	} {
		t.Run(name, func(t *testing.T) {
			var progress atomic.Int64
			var bad []string
			r := Reader{Stdin: in(strings.NewReader(text.String())), Progress: &progress}
			r.Problem = func(p Problem) { bad = append(bad, fmt.Sprint(p.Line)) }
			next := int64(0)
			counts, err := r.Read([]string{Stdin}, func(e *Entry) bool {
				if n, _ := e.Event.Latency.Get(); n != next {
					t.Fatalf("event %d came for %d", n, next)
				}
				next++
				return true
			})
			if err != nil || counts != (Counts{Events: events, BadLines: 5}) {
				t.Errorf("%+v, error %v", counts, err)
			}
			if fmt.Sprint(bad) != fmt.Sprint(want) {
				t.Errorf("bad lines %v, want %v", bad, want)
			}
			if name != "compressed" && progress.Load() != int64(text.Len()) {
				t.Errorf("progress %d of %d", progress.Load(), text.Len())
			}
		})
	}
}

// forever is a file without an end.
type forever struct{}

func (forever) Read(p []byte) (int, error) {
	return copy(p, line(1)), nil
}

func TestReadEndsWhenNoMoreIsWanted(t *testing.T) {
	n := 0
	counts, err := Reader{Stdin: forever{}}.Read([]string{Stdin}, func(*Entry) bool {
		n++
		return n < 10_000
	})
	if n != 10_000 || counts.Events != 10_000 || err != nil {
		t.Errorf("%d events, %+v, error %v", n, counts, err)
	}
}
