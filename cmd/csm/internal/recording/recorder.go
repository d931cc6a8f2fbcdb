package recording

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/go-csm/csm"
)

// Options are the settings of a [Recorder]. Path is needed; the rest can be zero.
type Options struct {
	// Path is the file to write. It is appended to if it is a recording already.
	// With a name that ends in .zst it is compressed.
	Path string

	// MaxBytes is the size beyond which a file is rotated, as it is on the disk. No
	// file gets larger, but one whose only line, or only frame, is. 0 is no limit.
	MaxBytes int64

	// MaxAge is how long after its first event a file is rotated. 0 is no limit.
	MaxAge time.Duration

	// Keep is how many rotated files stay; the oldest go. 0 means all.
	Keep int

	// Host is the name that each line has for this machine. Empty means the name
	// that the system gives.
	Host string

	// Logger is told when writing fails, when it goes on, and when events are lost,
	// each at most once a minute. Nil means that nothing is logged.
	Logger *slog.Logger
}

// Health is how a [Recorder] does.
type Health struct {
	Events uint64 // written
	Bytes  uint64 // written, compressed if the file is
	Lost   uint64 // events, for any cause
	Error  string // what writing fails with at present; empty if it does not
}

// Losses are the events that a [Recorder] did not write, by cause.
type Losses struct {
	QueueFull  uint64 // they came faster than they could be written
	WriteError uint64 // the same, while writing failed: the disk was full, or broken
	TooLarge   uint64 // no datagram would hold them, even with their texts cut
	Closed     uint64 // they came after Close
	Unwritten  uint64 // they were queued, and could not be written before the end
}

// The sizes and times of a recorder.
const (
	// queueBytes is how much memory the events that wait to be written may take:
	// about 20,000 of them.
	queueBytes = 16 << 20

	// lineBytes is how much is written at once. Of a compressed recording it is what
	// a frame holds.
	lineBytes = 256 << 10

	// linger is how long the first event of an empty queue waits for others, so that
	// they are written together.
	linger = 10 * time.Millisecond

	// flushEvery is the longest that an event of a compressed recording waits, and
	// how often a write that failed is tried again.
	flushEvery = time.Second
)

// A Recorder writes events to a file, on a goroutine of its own. Make one with
// [Open]. Its methods can be called from any goroutine.
type Recorder struct {
	path    string
	queue   *queue
	closing chan struct{} // closed by Close
	closed  chan struct{} // closed when nothing is written any more
	once    sync.Once

	mu     sync.Mutex
	health Health // Lost is in losses
	losses Losses
}

// Open begins to record to a file. The caller closes the recorder. The error says
// what to do if the file cannot be used.
//
// A file that is there is appended to: a last line that a crash has torn is ended
// first, and a compressed file whose last frame is torn is rotated instead.
func Open(o Options) (*Recorder, error) {
	return start(o, open)
}

// start is Open with what opens files.
func start(o Options, open func(path string) (file, error)) (*Recorder, error) {
	if o.Host == "" {
		name, err := os.Hostname()
		if err != nil {
			return nil, fmt.Errorf("csm: the host's name: %w", err)
		}
		o.Host = name
	}
	prefix, err := linePrefix(o.Host)
	if err != nil {
		return nil, err
	}
	r := &Recorder{
		path:    o.Path,
		queue:   newQueue(queueBytes),
		closing: make(chan struct{}),
		closed:  make(chan struct{}),
	}
	w := &writer{
		Options:  o,
		recorder: r,
		prefix:   prefix,
		open:     open,
		log:      complaints{log: o.Logger},
	}
	if err := w.begin(); err != nil {
		return nil, err
	}
	go w.run()
	return r, nil
}

// Write puts an event into the queue of what is to be written. It waits for
// nothing: if the queue is full, the event is lost and counted. The event must not
// be changed afterwards. A session token in it is not written.
func (r *Recorder) Write(e *csm.Event) {
	f := r.queue.put(e)
	if f == queued {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case f == refusedClosed:
		r.losses.Closed++
	case r.health.Error != "":
		r.losses.WriteError++
	default:
		r.losses.QueueFull++
	}
}

// Health tells how the recorder does, also after Close.
func (r *Recorder) Health() Health {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.health
	h.Lost = r.losses.total()
	return h
}

// Losses tells what was lost, by cause, also after Close.
func (r *Recorder) Losses() Losses {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.losses
}

// ErrUnwritten says that events which were queued could not be written.
var ErrUnwritten = errors.New("csm: events could not be recorded")

// Close writes what is queued, and closes the file. Events that come later are
// lost. If ctx is done before, it gives up waiting, and its error is that of ctx;
// a write that is under way then still goes on. If the file cannot be written, it
// does not try for long: the error is [ErrUnwritten].
func (r *Recorder) Close(ctx context.Context) error {
	r.once.Do(func() {
		r.queue.close()
		close(r.closing)
	})
	select {
	case <-r.closed:
	case <-ctx.Done():
		return fmt.Errorf("csm: the recording %s is not finished: %w", r.path, ctx.Err())
	}
	if lost := r.Losses().Unwritten; lost > 0 {
		return fmt.Errorf("%w: %d of them; %s", ErrUnwritten, lost, strings.TrimPrefix(r.Health().Error, "csm: "))
	}
	return nil
}

func (l Losses) total() uint64 {
	return l.QueueFull + l.WriteError + l.TooLarge + l.Closed + l.Unwritten
}
