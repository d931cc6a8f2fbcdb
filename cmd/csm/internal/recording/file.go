package recording

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A file is what a recorder writes to.
type file interface {
	io.WriteCloser
	Stat() (os.FileInfo, error)
	Truncate(size int64) error
}

// errDamaged says that nothing can be appended to a file, because its last frame
// is not whole.
var errDamaged = errors.New("its last frame is not whole")

// compressed tells whether a recording of that name holds zstd frames.
func compressed(path string) bool { return strings.HasSuffix(path, ".zst") }

// open opens a recording to append to it, or makes a new one that its owner alone
// can read. A last line that is torn is ended. It follows no symbolic link, and
// takes no file that is not a recording.
func open(path string) (file, error) {
	f, err := openAppend(path)
	if err != nil {
		return nil, err
	}
	if err := prepare(f, path); err != nil {
		_ = f.Close() // nothing was written
		return nil, err
	}
	return f, nil
}

func openAppend(path string) (*os.File, error) {
	const flags = os.O_RDWR | os.O_APPEND
	there, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		f, err := os.OpenFile(path, flags|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, cannot(path, fmt.Errorf("its directory does not exist; make it first: mkdir -p %s", filepath.Dir(path)))
		}
		return f, cannot(path, err)
	}
	switch {
	case err != nil:
		return nil, cannot(path, err)
	case there.IsDir():
		return nil, cannot(path, fmt.Errorf("it is a directory; name a file in it, such as %s", filepath.Join(path, "csm.jsonl")))
	case there.Mode()&fs.ModeSymlink != 0:
		return nil, cannot(path, errors.New("it is a symbolic link; name the file that it points to"))
	case !there.Mode().IsRegular():
		return nil, cannot(path, errors.New("it is not a regular file; name one, or a file that does not exist yet"))
	}
	f, err := os.OpenFile(path, flags, 0)
	if err != nil {
		return nil, cannot(path, err)
	}
	if opened, err := f.Stat(); err != nil || !os.SameFile(there, opened) {
		_ = f.Close() // nothing was written
		return nil, cannot(path, errors.New("it was replaced while it was opened; try again"))
	}
	return f, nil
}

// prepare makes an open file ready to be appended to.
func prepare(f *os.File, path string) error {
	if err := lock(f); err != nil {
		return cannot(path, err)
	}
	info, err := f.Stat()
	if err != nil {
		return cannot(path, err)
	}
	size := info.Size()
	if size == 0 {
		return nil
	}
	if compressed(path) {
		whole, err := wholeFrames(f, size)
		switch {
		case err != nil:
			return cannot(path, err)
		case !whole:
			return cannot(path, errDamaged)
		}
		return nil
	}
	first, last := make([]byte, 1), make([]byte, 1)
	if _, err := f.ReadAt(first, 0); err != nil {
		return cannot(path, err)
	}
	if _, err := f.ReadAt(last, size-1); err != nil {
		return cannot(path, err)
	}
	if first[0] != '{' {
		return cannot(path, errNoRecording)
	}
	if last[0] != '\n' {
		if _, err := f.Write([]byte("\n")); err != nil {
			return cannot(path, err)
		}
	}
	return nil
}

// errNoRecording keeps a file that somebody named by mistake as it is.
var errNoRecording = errors.New("it holds something that is no recording; name another file, " +
	"with a name that ends in .zst if it is to be compressed")

// cannot is the error of a recording that cannot be written, or nil if there is
// none. The path is not said twice.
func cannot(path string, err error) error {
	if err == nil {
		return nil
	}
	if e := new(fs.PathError); errors.As(err, &e) {
		err = e.Err
	}
	return fmt.Errorf("csm: cannot record to %s: %w", path, err)
}

// beganAt is when the first event of a recording began, or now if it does not tell.
func beganAt(path string, now time.Time) time.Time {
	began := now
	_, err := Reader{}.Read([]string{path}, func(e *Entry) bool {
		if t := e.Event.Timestamp; !t.IsZero() && t.Before(now) {
			began = t
		}
		return false
	})
	if err != nil {
		return now
	}
	return began
}
