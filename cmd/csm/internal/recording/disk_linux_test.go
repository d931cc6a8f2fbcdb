package recording

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestTheSystemsFullDevice(t *testing.T) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			r, err := start(Options{Path: path, Host: "web-1"}, func(string) (file, error) {
				return os.OpenFile("/dev/full", os.O_WRONLY, 0)
			})
			if err != nil {
				t.Fatal(err)
			}
			writeNumbered(r, 0, 10)
			err = r.Close(t.Context())
			if !errors.Is(err, ErrUnwritten) || !strings.Contains(err.Error(), syscall.ENOSPC.Error()) {
				t.Errorf("error %v, want %v", err, ErrUnwritten)
			}
			if h := r.Health(); h.Lost != 10 || h.Events != 0 {
				t.Errorf("%+v", h)
			}
		})
	}
}
