package cli

import (
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// What takes no longer than progressDelay has no progress bar.
const (
	progressDelay = 500 * time.Millisecond
	progressEvery = 100 * time.Millisecond
)

// A progressBar shows how much of some files is read. A nil one shows nothing.
type progressBar struct {
	read atomic.Int64 // bytes
	quit chan struct{}
	gone chan struct{}
}

// showProgress begins to show how much of total bytes is read, on w if that is a
// terminal. A negative total is not known.
func showProgress(w io.Writer, total int64) *progressBar {
	if f, ok := w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return newProgressBar(w, total)
}

// newProgressBar is a progress bar on a terminal.
func newProgressBar(w io.Writer, total int64) *progressBar {
	b := &progressBar{quit: make(chan struct{}), gone: make(chan struct{})}
	go func() {
		defer close(b.gone)
		b.show(w, total)
	}()
	return b
}

// counter is what counts the bytes that are read.
func (b *progressBar) counter() *atomic.Int64 {
	if b == nil {
		return nil
	}
	return &b.read
}

// stop takes the bar away. Nothing of it is left.
func (b *progressBar) stop() {
	if b == nil {
		return
	}
	close(b.quit)
	<-b.gone
}

// show shows the bar until it is stopped.
func (b *progressBar) show(w io.Writer, total int64) {
	bar := progressbar.NewOptions64(max(total, -1),
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription("reading"),
		progressbar.OptionShowBytes(true),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetWidth(24),
		progressbar.OptionShowCount(),
		progressbar.OptionSetSpinnerChangeInterval(0), // when it is told to, and not on its own
		progressbar.OptionSetRenderBlankState(false),
	)
	bar.StartWithoutRender()
	wait := progressDelay
	for {
		select {
		case <-time.After(wait):
		case <-b.quit:
			_ = bar.Clear()
			return
		}
		// That it cannot be shown is no reason to stop. The last byte is kept back,
		// for a bar that is full shows no more.
		n := b.read.Load()
		if total > 0 {
			n = min(n, total-1)
		}
		_ = bar.Set64(n)
		wait = progressEvery
	}
}
