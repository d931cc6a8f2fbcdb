package recording

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"

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

	// Progress, unless it is nil, grows by the bytes of the files that were read, as
	// they are, compressed or not. It can be looked at at any time.
	Progress *atomic.Int64
}

// Read reads recordings one after the other, and calls yield with each event, in
// order, until it returns false. Files are compressed or not, whatever their names.
// A line can hold several events, with or without a host. Events are decoded by
// several goroutines, ahead of yield, which like Problem is called by the caller's
// alone. Its memory is bounded. It returns when all of them have ended, and so
// waits for a read of Stdin that is under way.
//
// What is no event, a torn end and a damaged file end nothing: they are counted.
// A file that cannot be opened, or that is named twice, is an error, before the
// first event.
func (r Reader) Read(names []string, yield func(*Entry) bool) (Counts, error) {
	if err := Check(names); err != nil {
		return Counts{}, err
	}
	return r.read(func(run *reading) {
		for _, name := range names {
			if !run.file(name) {
				return
			}
		}
	}, yield)
}

// Check finds the files that [Reader.Read] cannot read, or that are named twice. The
// error is of the first.
func Check(names []string) error {
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
