package recording

import (
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func logger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}

// A disk has room for some bytes, and takes what it has room for of a write, as
// disks do.
type disk struct {
	room        atomic.Int64
	noTruncate  atomic.Bool
	cannotOpen  atomic.Bool
	filesOpened atomic.Int64
}

func (d *disk) open(path string) (file, error) {
	if d.cannotOpen.Load() {
		return nil, cannot(path, syscall.ENOSPC)
	}
	d.filesOpened.Add(1)
	f, err := open(path)
	return &diskFile{f, d}, err
}

type diskFile struct {
	file
	disk *disk
}

func (f *diskFile) Write(p []byte) (int, error) {
	n, err := f.file.Write(p[:min(int64(len(p)), f.disk.room.Load())])
	f.disk.room.Add(-int64(n))
	if err == nil && n < len(p) {
		err = syscall.ENOSPC
	}
	return n, err
}

func (f *diskFile) Truncate(size int64) error {
	if f.disk.noTruncate.Load() {
		return errors.New("not here")
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	f.disk.room.Add(info.Size() - size)
	return f.file.Truncate(size)
}

func TestAFullDisk(t *testing.T) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), name)
				var d disk
				d.room.Store(250) // enough for an event and a half, or for no frame of 100
				var log strings.Builder
				r, err := start(Options{Path: path, Host: "web-1", Logger: logger(&log)}, d.open)
				if err != nil {
					t.Fatal(err)
				}
				writeNumbered(r, 0, 100)
				time.Sleep(90 * time.Second)
				if h := r.Health(); !strings.Contains(h.Error, syscall.ENOSPC.Error()) || h.Lost != 0 || h.Events != 0 {
					t.Errorf("while the disk is full: %+v", h)
				}
				if n := strings.Count(log.String(), "recording fails"); n != 2 {
					t.Errorf("said %d times in 90 seconds: %s", n, log.String())
				}
				d.room.Store(1 << 30)
				time.Sleep(2 * time.Second)
				if h := r.Health(); h.Error != "" || h.Events != 100 {
					t.Errorf("with room again: %+v", h)
				}
				if !strings.Contains(log.String(), "recording goes on") {
					t.Errorf("said %s", log.String())
				}
				writeNumbered(r, 100, 200)
				mustClose(t, r)
				wantNumbers(t, numbers(t, path), 0, 200)
			})
		})
	}
}

func TestEventsAreLostWhenTheDiskStaysFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "csm.jsonl")
		var d disk
		r, err := start(Options{Path: path, Host: "web-1"}, d.open)
		if err != nil {
			t.Fatal(err)
		}
		const all = 40_000
		for n := range all {
			r.Write(numbered(n))
			if n%1000 == 0 {
				time.Sleep(time.Second)
			}
		}
		lost := r.Losses()
		if lost.WriteError == 0 || lost.WriteError > all*9/10 || lost.QueueFull != 0 {
			t.Errorf("%+v", lost)
		}
		err = r.Close(t.Context())
		if !errors.Is(err, ErrUnwritten) || !strings.Contains(err.Error(), syscall.ENOSPC.Error()) {
			t.Errorf("error %v, want %v", err, ErrUnwritten)
		}
		if h, l := r.Health(), r.Losses(); h.Lost != all || l.Unwritten != all-l.WriteError {
			t.Errorf("%+v, %+v, want %d in all", h, l, all)
		}
	})
}

func TestASlowDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "csm.jsonl")
	answer := make(chan struct{})
	r, err := start(Options{Path: path, Host: "web-1"}, func(path string) (file, error) {
		f, err := open(path)
		return blockedFile{f, answer}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	const all = 40_000
	writeNumbered(r, 0, all)
	lost := r.Losses().QueueFull
	if lost == 0 || lost > all*9/10 {
		t.Errorf("%+v", r.Losses())
	}
	close(answer)
	mustClose(t, r)
	if h := r.Health(); h.Events+h.Lost != all || h.Lost != lost {
		t.Errorf("%+v, want %d in all", h, all)
	}
	if got := len(numbers(t, path)); got != int(all-lost) {
		t.Errorf("%d events, want %d", got, all-lost)
	}
}

func TestAFileThatCannotBeMended(t *testing.T) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), name)
				var d disk
				d.room.Store(250)
				d.noTruncate.Store(true)
				r, err := start(Options{Path: path, Host: "web-1"}, d.open)
				if err != nil {
					t.Fatal(err)
				}
				writeNumbered(r, 0, 100)
				time.Sleep(time.Second / 2)
				d.cannotOpen.Store(true)
				time.Sleep(10 * time.Second)
				if h := r.Health(); h.Error == "" {
					t.Errorf("%+v", h)
				}
				d.cannotOpen.Store(false)
				d.room.Store(1 << 30)
				time.Sleep(10 * time.Second)
				mustClose(t, r)
				files := recordings(t, path)
				seen := make(map[int]bool)
				if _, err := (Reader{}).Read(files, func(e *Entry) bool {
					seen[int(e.Event.Latency.Or(-1))] = true
					return true
				}); err != nil {
					t.Fatal(err)
				}
				if len(seen) != 100 {
					t.Errorf("%d different events in %q, want 100", len(seen), files)
				}
			})
		})
	}
}
