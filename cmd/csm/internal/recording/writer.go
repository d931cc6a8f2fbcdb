package recording

import (
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/go-csm/csm"
)

// A writer is the goroutine of a recorder: it takes events from the queue, and
// writes their lines. What could not be written it keeps and tries again, and
// takes no more meanwhile.
type writer struct {
	Options
	recorder *Recorder
	prefix   []byte // of each line
	open     func(path string) (file, error)
	log      complaints
	zstd     *zstd.Encoder // nil for a recording that is not compressed

	file  file // nil if it could not be opened
	size  int64
	began time.Time // the first event of the file

	events []*csm.Event // taken from the queue
	next   int          // of events, to be put into lines
	line   []byte
	lines  []byte // to be written
	count  uint64 // how many lines
	frame  []byte // the lines compressed; empty until they are to be written

	failing  bool
	reported uint64    // losses that were logged
	rotated  time.Time // in the name of the last file that was rotated
	noRotate time.Time // until then, because it failed
}

// begin opens the file for the first time.
func (w *writer) begin() error {
	if compressed(w.Path) {
		encoder, err := zstd.NewWriter(nil,
			zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(lineBytes), zstd.WithLowerEncoderMem(true))
		if err != nil {
			return err
		}
		w.zstd = encoder
	}
	if err := w.reopen(); err != nil {
		return err
	}
	w.prune()
	return nil
}

// run writes until the recorder is closed, and all that was queued before.
func (w *writer) run() {
	defer close(w.recorder.closed)
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-w.recorder.queue.some:
			w.linger()
			w.work()
		case <-w.recorder.queue.half:
			w.work()
		case <-tick.C:
			w.lookAfter()
			w.work()
			w.flush()
		case <-w.recorder.closing:
			w.work()
			w.flush()
			w.end()
			return
		}
	}
}

// linger waits for more events to write at once.
func (w *writer) linger() {
	timer := time.NewTimer(linger)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-w.recorder.queue.half:
	case <-w.recorder.closing:
	}
}

// work puts all queued events into lines and writes those, but for the last ones of
// a compressed recording, for which there is time. It stops when it cannot write.
func (w *writer) work() {
	for {
		released := 0
		for w.next < len(w.events) {
			e := w.events[w.next]
			line, err := appendLine(w.line[:0], w.prefix, e)
			w.line = line
			if err == nil {
				if !w.fits(len(line)) && !w.flush() {
					w.recorder.queue.release(released)
					return
				}
				w.lines = append(w.lines, line...)
				w.count++
			} else {
				w.recorder.lose(func(l *Losses) { l.TooLarge++ })
			}
			w.next++
			released += footprint(e)
		}
		w.recorder.queue.release(released)
		w.events, w.next = w.recorder.queue.take(w.events), 0
		if len(w.events) == 0 {
			break
		}
	}
	if w.zstd == nil {
		w.flush()
	}
}

// fits tells whether a line of n bytes can be written together with those before.
func (w *writer) fits(n int) bool {
	switch {
	case len(w.lines) == 0:
		return true
	case len(w.frame) > 0, len(w.lines)+n > lineBytes:
		return false
	}
	return w.zstd != nil || w.MaxBytes <= 0 || w.size+int64(len(w.lines)+n) <= w.MaxBytes
}

// flush writes the lines, and tells whether there are none left.
func (w *writer) flush() bool {
	if len(w.lines) == 0 {
		return true
	}
	if w.file == nil {
		if err := w.reopen(); err != nil {
			w.failed(err)
			return false
		}
	}
	data := w.lines
	if w.zstd != nil {
		if len(w.frame) == 0 {
			w.frame = w.zstd.EncodeAll(w.lines, w.frame)
		}
		data = w.frame
	}
	now := time.Now()
	if w.size > 0 && (w.MaxBytes > 0 && w.size+int64(len(data)) > w.MaxBytes || w.tooOld(now)) {
		if err := w.rotate(now); err != nil {
			w.failed(err)
			return false
		}
	}
	n, err := w.file.Write(data)
	if err != nil {
		// What was written of it goes, or is mended when the file is opened again.
		if n > 0 && w.file.Truncate(w.size) != nil {
			w.closeFile()
		}
		w.failed(cannot(w.Path, err))
		return false
	}
	if w.size == 0 {
		w.began = now
	}
	w.size += int64(n)
	w.recorder.wrote(w.count, uint64(n))
	w.lines, w.frame, w.count = w.lines[:0], w.frame[:0], 0
	if w.failing {
		w.failing = false
		w.log.warn(now, "csm: recording goes on", "path", w.Path, "lost_events", w.recorder.Health().Lost)
	}
	return true
}

// failed keeps and logs why writing failed.
func (w *writer) failed(err error) {
	w.failing = true
	w.recorder.failed(err)
	w.log.warn(time.Now(), "csm: recording fails; it is tried again each second",
		"error", err, "lost_events", w.recorder.Health().Lost)
}

// end closes the file, and counts what could not be written.
func (w *writer) end() {
	left := w.count + uint64(len(w.events)-w.next)
	w.events = w.recorder.queue.take(w.events[:0])
	left += uint64(len(w.events))
	if left > 0 {
		w.recorder.lose(func(l *Losses) { l.Unwritten += left })
	}
	if w.file != nil {
		w.closeFile()
	}
	if w.zstd != nil {
		_ = w.zstd.Close() // it has nothing of its own to write
	}
}

func (r *Recorder) lose(count func(*Losses)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	count(&r.losses)
}

func (r *Recorder) wrote(events, bytes uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.health.Events += events
	r.health.Bytes += bytes
	r.health.Error = ""
}

func (r *Recorder) failed(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.health.Error = err.Error()
}
