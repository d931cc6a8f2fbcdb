package agent

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-csm/csm"
)

// FuzzTake holds that whatever a datagram has, it is counted once, and its events
// are handed on without credentials, and no larger than they may be.
func FuzzTake(f *testing.F) {
	files, err := filepath.Glob("../testdata/corpus/*.jsonl")
	if err != nil || len(files) == 0 {
		f.Fatal("no corpus", err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		lines := strings.SplitAfter(string(b), "\n")
		f.Add([]byte(strings.Join(lines[:3], "")))
	}
	f.Add([]byte(`{"Type":"ApiCallAttempt","AccessKey":"AKIAIOSFODNN7EXAMPLE","SessionToken":"token"}`))
	f.Add([]byte(" \n{\n[1]\n" + strings.Repeat("x\n", 20) + `{"Type":"ApiCall","Api":"` + strings.Repeat("long", 5000) + `"}`))
	f.Fuzz(func(t *testing.T, datagram []byte) {
		if len(datagram) > maxDatagram {
			return
		}
		l := new(Listener)
		handed := uint64(0)
		l.take(datagram, new(csm.Event), func(e *csm.Event) {
			handed++
			if e.SessionToken != "" {
				t.Errorf("a session token: %q", e.SessionToken)
			}
			if key := []rune(e.AccessKey); len(key) > 9 || len(key) > 0 && !strings.Contains(e.AccessKey, "…") {
				t.Errorf("an access key: %q", e.AccessKey)
			}
			if size := len(e.Service) + len(e.API) + len(e.UserAgent) + len(e.AWSExceptionMessage); size > maxEvent {
				t.Errorf("%d bytes of text", size)
			}
			if _, err := e.AppendJSON(nil); err != nil && !errors.Is(err, csm.ErrTooLarge) {
				t.Error(err)
			}
		})
		c := &l.counts
		if c.taken.Load()+c.rejected.Load() != 1 || c.events.Load() != handed {
			t.Errorf("taken %d, rejected %d, events %d of %d", c.taken.Load(), c.rejected.Load(), c.events.Load(), handed)
		}
		if wrong := c.empty.Load() + c.notJSON.Load() + c.notEvent.Load(); (wrong > 0) != (c.rejected.Load() == 1) {
			t.Errorf("rejected %d for %d reasons", c.rejected.Load(), wrong)
		}
	})
}
