package recording

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// ErrCompressed is that a compressed recording cannot be followed.
var ErrCompressed = errors.New("csm: a compressed recording cannot be followed")

// followPause is how often a file is looked at for what was added to it.
const followPause = 200 * time.Millisecond

// Follow reads one recording as [Reader.Read] does, and then what is added to it,
// until ctx is done or yield returns false. When the file is rotated it reads the old
// one to its end, then the new one from its beginning; if it is cut, it is read
// anew. An end that is torn because ctx is done is none.
//
// The errors are those of Read, [ErrCompressed], and that the file cannot be read any
// more.
func (r Reader) Follow(ctx context.Context, name string, yield func(*Entry) bool) (Counts, error) {
	if name == Stdin {
		return Counts{}, errors.New("csm: standard input cannot be followed: it is read to its end without")
	}
	if err := Check([]string{name}); err != nil {
		return Counts{}, err
	}
	f, err := os.Open(name)
	if err != nil {
		return Counts{}, cannotRead(name, err)
	}
	growing := &growingFile{ctx: ctx, name: name, file: f}
	defer func() { _ = growing.file.Close() }() // it was only read
	magic := make([]byte, len(frameMagic))
	if n, _ := f.ReadAt(magic, 0); isFrame(magic[:n]) {
		return Counts{}, fmt.Errorf("%w: %s", ErrCompressed, name)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	growing.ctx = ctx
	counts, err := r.read(func(run *reading) { run.chunks(name, growing) }, func(e *Entry) bool {
		if !yield(e) {
			cancel()
		}
		return ctx.Err() == nil
	})
	counts.Torn = 0
	return counts, err
}

// A growingFile reads a file, and waits at its end for more.
type growingFile struct {
	ctx  context.Context
	name string
	file *os.File
	read int64 // of the file
}

func (g *growingFile) Read(p []byte) (int, error) {
	for {
		n, err := g.file.Read(p)
		g.read += int64(n)
		if n > 0 || err != nil && !errors.Is(err, io.EOF) {
			return n, err
		}
		next, err := g.next()
		switch {
		case err != nil:
			return 0, err
		case next != nil:
			// What came to the old one before it was renamed is there by now.
			if n, err := g.file.Read(p); n > 0 {
				_ = next.Close() // it is opened again
				g.read += int64(n)
				return n, err
			}
			_ = g.file.Close() // it was only read
			g.file, g.read = next, 0
			continue
		}
		select {
		case <-g.ctx.Done():
			return 0, io.EOF
		case <-time.After(followPause):
		}
	}
}

// next is the file that is to be read from its beginning now, or nil if there is none:
// a new one of the same name, or the same if it was cut.
func (g *growingFile) next() (*os.File, error) {
	old, err := g.file.Stat()
	if err != nil {
		return nil, err
	}
	now, err := os.Stat(g.name)
	switch {
	case errors.Is(err, os.ErrNotExist): // it is being rotated
		return nil, nil
	case err != nil:
		return nil, err
	case os.SameFile(old, now) && now.Size() >= g.read:
		return nil, nil
	}
	f, err := os.Open(g.name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return f, err
}
