package recording

import (
	"errors"
	"os"
	"time"
)

// lookAfter does what there is to do once a second: it rotates what got too old,
// begins a new file if the old one was taken away, and logs losses.
func (w *writer) lookAfter() {
	now := time.Now()
	if w.file != nil && w.moved() {
		w.closeFile()
		if err := w.reopen(); err != nil {
			w.failed(err)
		}
	}
	if w.file != nil && w.size > 0 && w.tooOld(now) && w.flush() && w.tooOld(now) {
		if err := w.rotate(now); err != nil {
			w.failed(err)
		}
	}
	if lost := w.recorder.Losses(); !w.failing && lost.QueueFull+lost.TooLarge > w.reported {
		w.reported = lost.QueueFull + lost.TooLarge
		w.log.warn(now, "csm: events are lost to the recording",
			"path", w.Path, "queue_full", lost.QueueFull, "too_large", lost.TooLarge)
	}
}

// reopen opens the file, or one in its place if nothing can be appended to it.
func (w *writer) reopen() error {
	f, err := w.open(w.Path)
	if errors.Is(err, errDamaged) {
		name, asideErr := w.setAside(time.Now())
		if asideErr != nil {
			return asideErr
		}
		w.log.warn(time.Now(), "csm: the last frame of the recording was torn; a new file is begun", "old", name)
		f, err = w.open(w.Path)
	}
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close() // nothing was written
		return cannot(w.Path, err)
	}
	w.file, w.size = f, info.Size()
	if now := time.Now(); w.size > 0 && w.MaxAge > 0 {
		w.began = beganAt(w.Path, now)
	}
	return nil
}

// rotate gives the file another name and begins a new one. If it cannot, the old
// one is used on, and the error is that it cannot be opened.
func (w *writer) rotate(now time.Time) error {
	if now.Before(w.noRotate) {
		return nil
	}
	w.closeFile() // where open files cannot be renamed
	if _, err := w.setAside(now); err != nil {
		w.noRotate = now.Add(complainEvery)
		w.log.warn(now, "csm: the recording is not rotated; it goes on in the same file", "error", err)
		return w.reopen()
	}
	if err := w.reopen(); err != nil {
		return err
	}
	w.prune()
	return nil
}

// setAside gives the file another name, with a later time than the one before: the
// names that were removed are not used again, nor if the clock was set back.
func (w *writer) setAside(now time.Time) (name string, err error) {
	if next := w.rotated.Add(time.Millisecond); now.Before(next) {
		now = next
	}
	name, at, err := setAside(w.Path, now)
	if err == nil {
		w.rotated = at
	}
	return name, err
}

func (w *writer) prune() {
	if err := prune(w.Path, w.Keep); err != nil {
		w.log.warn(time.Now(), "csm: old recordings stay", "error", err)
	}
}

func (w *writer) tooOld(now time.Time) bool {
	return w.MaxAge > 0 && now.Sub(w.began) >= w.MaxAge && !now.Before(w.noRotate)
}

// moved tells whether the path names the open file no more.
func (w *writer) moved() bool {
	open, err := w.file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(w.Path)
	return errors.Is(err, os.ErrNotExist) || err == nil && !os.SameFile(open, there)
}

// closeFile closes the file. What was written is with the system already.
func (w *writer) closeFile() {
	_ = w.file.Close()
	w.file, w.size = nil, 0
}
