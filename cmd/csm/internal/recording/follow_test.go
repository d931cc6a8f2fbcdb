package recording

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
)

// A followed file, and the names of the operations that were read from it.
type followed struct {
	t    *testing.T
	name string
	got  chan string
	end  chan error
	stop context.CancelFunc
}

func followFile(t *testing.T, text string) *followed {
	f := &followed{t: t, name: filepath.Join(t.TempDir(), "csm.jsonl"), got: make(chan string, 100), end: make(chan error, 1)}
	f.write(f.name, text)
	ctx, stop := context.WithCancel(t.Context())
	f.stop = stop
	go func() {
		counts, err := Reader{}.Follow(ctx, f.name, func(e *Entry) bool { f.got <- e.Event.API; return true })
		if counts.Torn+counts.Damaged > 0 {
			t.Errorf("the counts: %+v", counts)
		}
		f.end <- err
	}()
	t.Cleanup(func() {
		stop()
		if err := <-f.end; err != nil {
			t.Error(err)
		}
	})
	return f
}

func (f *followed) write(name, text string) {
	f.t.Helper()
	file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = file.WriteString(text)
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *followed) want(names ...string) {
	f.t.Helper()
	for _, want := range names {
		select {
		case got := <-f.got:
			if got != want {
				f.t.Errorf("the next event is %s, want %s", got, want)
			}
		case <-time.After(10 * time.Second):
			f.t.Fatalf("no event, want %s", want)
		}
	}
}

func lineOf(api string) string {
	return fmt.Sprintf(`{"Type":"ApiCall","Service":"S3","Api":%q}`+"\n", api)
}

func TestAFileIsFollowed(t *testing.T) {
	f := followFile(t, lineOf("A"))
	f.want("A")
	f.write(f.name, lineOf("B")+lineOf("C")[:20])
	f.want("B")
	f.write(f.name, lineOf("C")[20:])
	f.want("C")
}

func TestAFollowedFileIsRotated(t *testing.T) {
	f := followFile(t, lineOf("A"))
	f.want("A")
	old := f.name + ".1"
	if err := os.Rename(f.name, old); err != nil {
		if runtime.GOOS == "windows" {
			t.Skipf("a file that is open cannot be renamed there: %v", err)
		}
		t.Fatal(err)
	}
	f.write(old, lineOf("B"))
	f.write(f.name, lineOf("C"))
	f.want("B", "C")
}

func TestAFollowedFileIsCut(t *testing.T) {
	f := followFile(t, lineOf("First")+lineOf("Second"))
	f.want("First", "Second")
	if err := os.Truncate(f.name, 0); err != nil {
		t.Fatal(err)
	}
	f.write(f.name, lineOf("C"))
	f.want("C")
}

func TestFollowingEndsWhenNobodyWantsMore(t *testing.T) {
	name := filepath.Join(t.TempDir(), "csm.jsonl")
	if err := os.WriteFile(name, []byte(lineOf("A")+lineOf("B")), 0o600); err != nil {
		t.Fatal(err)
	}
	counts, err := Reader{}.Follow(t.Context(), name, func(*Entry) bool { return false })
	if err != nil || counts.Events != 1 {
		t.Errorf("%+v, %v", counts, err)
	}
}

func TestWhatCannotBeFollowed(t *testing.T) {
	name := filepath.Join(t.TempDir(), "csm.jsonl.zst")
	e, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, e.EncodeAll([]byte(lineOf("A")), nil), 0o600); err != nil {
		t.Fatal(err)
	}
	never := func(*Entry) bool { t.Error("an event was read"); return false }
	if _, err := (Reader{}).Follow(t.Context(), name, never); !errors.Is(err, ErrCompressed) {
		t.Errorf("compressed: %v", err)
	}
	for _, name := range []string{Stdin, filepath.Join(t.TempDir(), "none"), t.TempDir()} {
		if _, err := (Reader{}).Follow(t.Context(), name, never); err == nil {
			t.Errorf("%s can be followed", name)
		}
	}
}
