package recording

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestRotationBySize(t *testing.T) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const limit = 2000
				path := filepath.Join(t.TempDir(), name)
				r := mustOpen(t, Options{Path: path, MaxBytes: limit})
				for n := range 200 {
					writeNumbered(r, n, n+1)
					time.Sleep(300 * time.Millisecond) // of the bubble's time
				}
				mustClose(t, r)
				files := recordings(t, path)
				if len(files) < 3 {
					t.Errorf("files %q", files)
				}
				for _, file := range files {
					info, err := os.Stat(file)
					if err != nil {
						t.Fatal(err)
					}
					if info.Size() > limit || info.Size() == 0 {
						t.Errorf("%s has %d bytes, want at most %d", file, info.Size(), limit)
					}
				}
				wantNumbers(t, numbers(t, files...), 0, 200)
			})
		})
	}
}

func TestALineLargerThanAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "csm.jsonl")
	r := mustOpen(t, Options{Path: path, MaxBytes: 10})
	writeNumbered(r, 0, 5)
	mustClose(t, r)
	files := recordings(t, path)
	if len(files) != 5 {
		t.Errorf("files %q, want five", files)
	}
	wantNumbers(t, numbers(t, files...), 0, 5)
}

func TestRotationByAge(t *testing.T) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), name)
				o := Options{Path: path, MaxAge: time.Hour}
				record := func(r *Recorder, n int) {
					e := numbered(n)
					e.Timestamp = time.Now()
					r.Write(e)
				}
				r := mustOpen(t, o)
				time.Sleep(3 * time.Hour)
				record(r, 0) // the file begins here
				time.Sleep(59 * time.Minute)
				record(r, 1)
				mustClose(t, r)
				if files := recordings(t, path); len(files) != 1 {
					t.Errorf("files %q, want one", files)
				}
				r = mustOpen(t, o) // and not here
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				if files := recordings(t, path); len(files) != 2 {
					t.Errorf("files %q, want two, without another event", files)
				}
				record(r, 2)
				mustClose(t, r)
				files := recordings(t, path)
				if len(files) != 2 {
					t.Fatalf("files %q, want two", files)
				}
				wantNumbers(t, numbers(t, files[0]), 0, 2)
				wantNumbers(t, numbers(t, files[1]), 2, 3)
			})
		})
	}
}

func TestTheOldestAreRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where all is in one moment
		dir := t.TempDir()
		others := []string{"csm-old.jsonl", "csm-20000101T000000.000Z.jsonl.zst", "csm-19990101T000000Z.jsonl", "csm2-19990101T000000.000Z.jsonl"}
		for _, name := range others {
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join(dir, "csm.jsonl")
		r := mustOpen(t, Options{Path: path, MaxBytes: 10, Keep: 3})
		writeNumbered(r, 0, 10)
		mustClose(t, r)
		var rotated []string
		for _, file := range recordings(t, path) {
			if !slices.Contains(others, filepath.Base(file)) {
				rotated = append(rotated, file)
			}
		}
		if len(rotated) != 4 {
			t.Errorf("files %q, want four", rotated)
		}
		wantNumbers(t, numbers(t, rotated...), 6, 10)
		for _, name := range others {
			if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
				t.Errorf("%s is gone: %v", name, err)
			}
		}
		mustClose(t, mustOpen(t, Options{Path: path, Keep: 1}))
		wantNumbers(t, numbers(t, append(rotated[2:3:3], path)...), 8, 10)
		if _, err := os.Stat(rotated[1]); err == nil {
			t.Errorf("%s is still there", rotated[1])
		}
	})
}

func TestNothingIsReplaced(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "csm.jsonl")
	now := time.Date(2026, 10, 12, 10, 15, 0, 0, time.FixedZone("", 3600))
	var got []string
	for _, content := range []string{"a", "b", "c"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		name, _, err := setAside(path, now)
		if err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(name); err != nil || string(data) != content {
			t.Errorf("%s is %q, want %q, error %v", name, data, content, err)
		}
		got = append(got, filepath.Base(name))
	}
	want := []string{"csm-20261012T091500.000Z.jsonl", "csm-20261012T091500.001Z.jsonl", "csm-20261012T091500.002Z.jsonl"}
	if !slices.Equal(got, want) {
		t.Errorf("names %q, want %q", got, want)
	}
	if _, _, err := setAside(path, now); err == nil {
		t.Error("a file that is not there was renamed")
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 3 {
		t.Errorf("%d files, want three, error %v", len(files), err)
	}
}

func TestSplitName(t *testing.T) {
	for _, test := range []struct{ path, stem, extensions string }{
		{"csm.jsonl", "csm", ".jsonl"},
		{"csm.jsonl.zst", "csm", ".jsonl.zst"},
		{"csm.zst", "csm", ".zst"},
		{"csm", "csm", ""},
		{".csm", ".csm", ""},
		{"a.b/csm", "a.b/csm", ""},
		{"/var/log/csm.app.jsonl", "/var/log/csm.app", ".jsonl"},
	} {
		stem, extensions := splitName(test.path)
		if stem != test.stem || extensions != test.extensions {
			t.Errorf("%s: %q and %q, want %q and %q", test.path, stem, extensions, test.stem, test.extensions)
		}
	}
}

func TestAFileThatIsTakenAwayIsBegunAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		path := filepath.Join(dir, "csm.jsonl")
		r := mustOpen(t, Options{Path: path})
		writeNumbered(r, 0, 10)
		time.Sleep(time.Minute)
		away := filepath.Join(dir, "away")
		if err := os.Rename(path, away); err != nil {
			t.Skipf("open files cannot be renamed here: %v", err)
		}
		time.Sleep(time.Minute)
		writeNumbered(r, 10, 20)
		mustClose(t, r)
		wantNumbers(t, numbers(t, away), 0, 10)
		wantNumbers(t, numbers(t, path), 10, 20)
	})
}

func TestRecordingGoesOnWhereItCannotRotate(t *testing.T) {
	// With the time in it, the name is longer than systems take.
	path := filepath.Join(t.TempDir(), strings.Repeat("x", 240)+".jsonl")
	var log strings.Builder
	r := mustOpen(t, Options{Path: path, MaxBytes: 1000, Logger: logger(&log)})
	writeNumbered(r, 0, 100)
	mustClose(t, r)
	wantNumbers(t, numbers(t, path), 0, 100)
	if n := strings.Count(log.String(), "the recording is not rotated"); n != 1 {
		t.Errorf("said %d times: %s", n, log.String())
	}
}
