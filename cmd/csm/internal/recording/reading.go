package recording

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
)

// readSize is how much is read at once. A chunk has some hundred events then.
const readSize = 64 << 10

// A reading is one run of a reader over its files. A goroutine reads them in
// chunks, some others decode those, and the caller's takes them in order.
type reading struct {
	reader Reader
	counts Counts
	lines  uint64 // of the file that the caller is at

	// Each of these has room for all chunks that there are.
	free    chan *chunk
	ordered chan *chunk // as they were read
	work    chan *chunk // to be decoded

	quit  chan struct{} // closed when no more is wanted
	ended sync.WaitGroup
}

// read calls yield with the events that a function reads in chunks, which another
// goroutine calls.
func (r Reader) read(chunks func(*reading), yield func(*Entry) bool) (Counts, error) {
	run := r.start(chunks)
	defer run.stop()
	for c := range run.ordered {
		<-c.decoded
		if c.cannot != nil {
			return run.counts, c.cannot
		}
		if !run.hand(c, yield) {
			break
		}
		run.free <- c
	}
	return run.counts, nil
}

// start begins to read. The caller stops it.
func (r Reader) start(read func(*reading)) *reading {
	workers := runtime.GOMAXPROCS(0)
	chunks := 2*workers + 2 // so that none waits for another
	run := &reading{
		reader:  r,
		free:    make(chan *chunk, chunks),
		ordered: make(chan *chunk, chunks),
		work:    make(chan *chunk, chunks),
		quit:    make(chan struct{}),
	}
	for range chunks {
		run.free <- newChunk()
	}
	for range workers {
		run.ended.Go(func() {
			for c := range run.work {
				c.decode()
			}
		})
	}
	run.ended.Go(func() {
		defer close(run.work)
		defer close(run.ordered)
		read(run)
	})
	return run
}

// stop ends all goroutines.
func (r *reading) stop() {
	close(r.quit)
	r.ended.Wait()
}

// hand gives the events of a chunk to yield, and tells of its problems. It returns
// false if yield wants no more.
func (r *reading) hand(c *chunk, yield func(*Entry) bool) bool {
	if c.first {
		r.lines = 0
	}
	for i := range c.entries {
		r.counts.Events++
		if !yield(&c.entries[i]) {
			return false
		}
	}
	for _, p := range c.problems {
		r.counts.BadLines++
		r.tell(Problem{File: c.name, Line: r.lines + p.line, Err: p.err})
	}
	r.lines += c.lines
	if c.torn {
		r.counts.Torn++
	}
	if c.broken != nil {
		r.counts.Damaged++
		r.tell(Problem{File: c.name, Line: r.lines + 1, Err: c.broken, Rest: true})
	}
	return true
}

func (r *reading) tell(p Problem) {
	if r.reader.Problem != nil {
		r.reader.Problem(p)
	}
}

// next is a chunk to read into, or nil if no more is wanted.
func (r *reading) next(name string) *chunk {
	select {
	case c := <-r.free:
		c.reset(name)
		return c
	case <-r.quit:
		return nil
	}
}

// put hands a chunk that was read to the others.
func (r *reading) put(c *chunk) {
	r.work <- c
	r.ordered <- c
}

// file reads a file. It returns false if no more is wanted.
func (r *reading) file(file string) (more bool) {
	name, in := "standard input", r.reader.Stdin
	if file != Stdin {
		f, err := os.Open(file)
		if err != nil {
			c := r.next(file)
			if c != nil {
				c.cannot = cannotRead(file, err)
				r.put(c)
			}
			return false
		}
		defer func() { _ = f.Close() }() // nothing was written
		name, in = file, f
	}
	if r.reader.Progress != nil {
		in = counted{in, r.reader.Progress}
	}
	plain := bufio.NewReader(in)
	// What is too short to be looked at is too short to be compressed.
	if magic, _ := plain.Peek(len(frameMagic)); !isFrame(magic) {
		return r.chunks(name, plain)
	}
	decoder, err := zstd.NewReader(plain, zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return r.chunks(name, failing{err})
	}
	defer decoder.Close()
	return r.chunks(name, decoder)
}

// isFrame tells whether a file that begins so holds zstd frames. The first may be
// one that other programs put there to be skipped.
func isFrame(magic []byte) bool {
	return string(magic) == frameMagic ||
		len(magic) == 4 && magic[0]&0xf0 == 0x50 && string(magic[1:]) == "\x2a\x4d\x18"
}

// chunks reads what is in a file in chunks. It returns false if no more is wanted.
func (r *reading) chunks(name string, in io.Reader) (more bool) {
	c := r.next(name)
	if c == nil {
		return false
	}
	c.first = true
	size := 0         // what is in the chunk's buffer
	skipping := false // a line that is too long, up to its end
	for {
		n, err := in.Read(c.buffer[size:min(size+readSize, maxLine)])
		size += n
		if skipping {
			end := bytes.IndexByte(c.buffer[:size], '\n')
			skipping = end < 0
			if skipping {
				end = size - 1
			}
			size = copy(c.buffer, c.buffer[end+1:size])
		}
		whole := bytes.LastIndexByte(c.buffer[:size], '\n') + 1
		switch {
		case err != nil:
			c.data = c.buffer[:size]
			switch {
			case errors.Is(err, io.ErrUnexpectedEOF): // a frame that a crash has torn
				c.torn = true
			case !errors.Is(err, io.EOF):
				c.data, c.broken = c.buffer[:whole], err
			}
			r.put(c)
			return true
		case whole == 0 && size < maxLine:
			continue
		}
		next := r.next(name)
		if next == nil {
			return false
		}
		if whole == 0 {
			c.long, skipping, size = true, true, 0
		} else {
			c.data = c.buffer[:whole]
			size = copy(next.buffer, c.buffer[whole:size])
		}
		r.put(c)
		c = next
	}
}

// counted counts what is read.
type counted struct {
	io.Reader
	bytes *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.bytes.Add(int64(n))
	return n, err
}

// failing cannot be read.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
