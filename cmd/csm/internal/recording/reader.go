package recording

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"github.com/go-csm/csm"
)

const (
	// maxLine is the longest line that is read. The largest datagram is a quarter.
	maxLine = 256 << 10

	// maxWindow is how much memory a compressed file can demand; the zstd command
	// has the same limit.
	maxWindow = 128 << 20
)

// Stdin is the name that stands for standard input.
const Stdin = "-"

// An Entry is one event of a recording. It is valid until the next one is read.
type Entry struct {
	Host  string // where it was recorded; empty if the line does not tell
	Event csm.Event
}

// A Problem is something in a file that could not be taken.
type Problem struct {
	File string
	Line uint64 // the first is 1
	Err  error

	// Rest says that all of the file from that line on could not be read, because
	// it is damaged, or reading failed. Otherwise it is that line alone.
	Rest bool
}

// Counts tell what was read.
type Counts struct {
	Events   uint64
	BadLines uint64 // that are not, or not all, events
	Torn     uint64 // files whose end was torn, as by a crash
	Damaged  uint64 // files that could not be read to their end
}

// A Reader reads recordings. The zero value reads files.
type Reader struct {
	// Stdin is what the name "-" stands for.
	Stdin io.Reader

	// Problem is called with each bad line and each damaged file. Nil means that they
	// are counted alone.
	Problem func(Problem)
}

// Read reads recordings one after the other, and calls yield with each event until
// it returns false. Files are compressed or not, whatever their names. A line can
// hold several events, with or without a host. Its memory is bounded.
//
// What is no event, a torn end and a damaged file end nothing: they are counted.
// A file that cannot be opened, or that is named twice, is an error, before the
// first event.
func (r Reader) Read(names []string, yield func(*Entry) bool) (Counts, error) {
	if err := check(names); err != nil {
		return Counts{}, err
	}
	run := reading{problem: r.Problem, yield: yield}
	for _, name := range names {
		if name == Stdin {
			run.read("standard input", r.Stdin)
		} else {
			f, err := os.Open(name)
			if err != nil {
				return run.counts, cannotRead(name, err)
			}
			run.read(name, f)
			_ = f.Close() // nothing was written
		}
		if run.done {
			break
		}
	}
	return run.counts, nil
}

// check finds the files that cannot be read before any is.
func check(names []string) error {
	var infos []os.FileInfo
	stdin := false
	for _, name := range names {
		if name == Stdin {
			if stdin {
				return errors.New("csm: - is given twice; standard input can be read once")
			}
			stdin = true
			continue
		}
		info, err := os.Stat(name)
		if err != nil {
			return cannotRead(name, err)
		}
		if info.IsDir() {
			return cannotRead(name, fmt.Errorf("it is a directory; name the files in it, such as %s", filepath.Join(name, "*.jsonl")))
		}
		if info.Mode().IsRegular() {
			f, err := os.Open(name)
			if err != nil {
				return cannotRead(name, err)
			}
			_ = f.Close() // nothing was written
		}
		for _, other := range infos {
			if os.SameFile(info, other) {
				return cannotRead(name, errors.New("it is given twice; its events would count twice"))
			}
		}
		infos = append(infos, info)
	}
	return nil
}

func cannotRead(name string, err error) error {
	if e := new(os.PathError); errors.As(err, &e) {
		err = e.Err
	}
	return fmt.Errorf("csm: cannot read %s: %w", name, err)
}

// A reading is one run of a reader over its files.
type reading struct {
	problem func(Problem)
	yield   func(*Entry) bool
	counts  Counts
	done    bool // yield wants no more
	entry   Entry
}

// read reads one file.
func (r *reading) read(name string, f io.Reader) {
	in := bufio.NewReaderSize(f, maxLine)
	// What is too short to be looked at is too short to be compressed.
	if magic, _ := in.Peek(len(frameMagic)); isFrame(magic) {
		decoder, err := zstd.NewReader(in, zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			r.damaged(name, 1, err)
			return
		}
		defer decoder.Close()
		in = bufio.NewReaderSize(decoder, maxLine)
	}
	for number := uint64(1); !r.done; number++ {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			err = skipLine(in)
			r.bad(name, number, fmt.Errorf("longer than %d KiB", maxLine>>10))
			line = nil
		}
		// The end of a frame that a crash has torn is as the end of a file.
		torn := errors.Is(err, io.ErrUnexpectedEOF)
		if err == nil || errors.Is(err, io.EOF) || torn {
			torn = !r.line(name, number, line, err != nil) || torn
		}
		switch {
		case err == nil:
			continue
		case torn:
			r.counts.Torn++
		case !errors.Is(err, io.EOF):
			r.damaged(name, number, err)
		}
		return
	}
}

// isFrame tells whether a file that begins so holds zstd frames. The first may be
// one that other programs put there to be skipped.
func isFrame(magic []byte) bool {
	return string(magic) == frameMagic ||
		len(magic) == 4 && magic[0]&0xf0 == 0x50 && string(magic[1:]) == "\x2a\x4d\x18"
}

func skipLine(in *bufio.Reader) error {
	for {
		if _, err := in.ReadSlice('\n'); !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// line takes the events of a line. It is not whole if it is the last one and ends
// within a JSON value.
func (r *reading) line(name string, number uint64, line []byte, last bool) (whole bool) {
	rest := bytes.TrimSpace(line)
	if len(rest) == 0 {
		return true
	}
	r.entry.Host = hostOf(rest, r.entry.Host)
	var problem error
	for len(rest) > 0 && !r.done {
		next, err := csm.DecodeNext(rest, &r.entry.Event)
		switch {
		case err == nil:
			r.counts.Events++
			r.done = !r.yield(&r.entry)
		case last && isCut(rest, err):
			return false
		case problem == nil:
			problem = err
		}
		rest = bytes.TrimSpace(next)
	}
	if problem != nil {
		r.bad(name, number, problem)
	}
	return true
}

// isCut tells whether JSON was well formed as far as it goes, but for an escape
// that was cut.
func isCut(data []byte, err error) bool {
	var syntax *csm.SyntaxError
	return errors.As(err, &syntax) && syntax.Offset >= len(data)-len("u123")
}

func (r *reading) bad(name string, line uint64, err error) {
	r.counts.BadLines++
	if r.problem != nil {
		r.problem(Problem{File: name, Line: line, Err: err})
	}
}

func (r *reading) damaged(name string, line uint64, err error) {
	r.counts.Damaged++
	if r.problem != nil {
		r.problem(Problem{File: name, Line: line, Err: err, Rest: true})
	}
}
