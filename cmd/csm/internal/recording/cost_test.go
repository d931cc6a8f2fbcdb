package recording

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-csm/csm"
)

// BenchmarkRead reads the datagrams of real senders as a recording has them.
func BenchmarkRead(b *testing.B) {
	plain := recorded(b)
	for _, test := range []struct{ name, text string }{{"plain", plain}, {"zstd", frames(b, plain)}} {
		b.Run(test.name, func(b *testing.B) {
			b.SetBytes(int64(len(plain)))
			b.ReportAllocs()
			events := uint64(0)
			for b.Loop() {
				counts, err := Reader{Stdin: strings.NewReader(test.text)}.Read([]string{Stdin}, func(*Entry) bool { return true })
				if err != nil {
					b.Fatal(err)
				}
				events += counts.Events
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
		})
	}
}

// BenchmarkWrite is what a recorder costs who calls it.
func BenchmarkWrite(b *testing.B) {
	r, err := Open(Options{Path: filepath.Join(b.TempDir(), "csm.jsonl"), MaxBytes: 100 << 20, Keep: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = r.Close(b.Context()) }()
	e := numbered(0)
	b.ReportAllocs()
	for b.Loop() {
		r.Write(e)
	}
}

// BenchmarkLines is what the goroutine of a recorder does for an event but for
// writing.
func BenchmarkLines(b *testing.B) {
	prefix, err := linePrefix("web-1")
	if err != nil {
		b.Fatal(err)
	}
	e := numbered(0)
	var line []byte
	b.ReportAllocs()
	for b.Loop() {
		if line, err = appendLine(line[:0], prefix, e); err != nil {
			b.Fatal(err)
		}
	}
}

// recorded is a recording of the datagrams of real senders.
func recorded(b *testing.B) string {
	files, err := filepath.Glob("../../../../testdata/corpus/*.jsonl")
	if err != nil {
		b.Fatal(err)
	}
	prefix, err := linePrefix("web-1")
	if err != nil {
		b.Fatal(err)
	}
	var lines []byte
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		for text := range bytes.Lines(data) {
			var e csm.Event
			if _, err := csm.DecodeNext(text, &e); err != nil {
				continue
			}
			if lines, err = appendLine(lines, prefix, &e); err != nil {
				b.Fatal(err)
			}
		}
	}
	return string(lines)
}
