package recording

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// A recorder that is to be killed is this binary, with these in its environment.
const (
	recordTo   = "CSM_TEST_RECORD_TO"
	recordFrom = "CSM_TEST_RECORD_FROM" // the number of the first event
)

func TestMain(m *testing.M) {
	if path := os.Getenv(recordTo); path != "" {
		if err := recordUntilKilled(path, os.Getenv(recordFrom)); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// recordUntilKilled records, and prints how many events were written each time
// that there are more.
func recordUntilKilled(path, from string) error {
	first, err := strconv.Atoi(from)
	if err != nil {
		return err
	}
	r, err := Open(Options{Path: path, Host: "web-1", MaxBytes: 5 << 20})
	if err != nil {
		return err
	}
	var written uint64
	for range time.Tick(2 * time.Millisecond) {
		writeNumbered(r, first, first+50)
		first += 50
		h := r.Health()
		if h.Lost > 0 || h.Error != "" {
			return fmt.Errorf("%+v", h)
		}
		if h.Events > written {
			written = h.Events
			fmt.Println(written)
		}
	}
	return nil
}

func TestKilledInTheMiddle(t *testing.T) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			const kills, apart, enough = 3, 1_000_000, 15_000
			var written [kills]int
			for kill := range kills {
				written[kill] = recordAndKill(t, path, kill*apart, enough)
			}
			var read [kills]int
			counts, err := Reader{}.Read(recordings(t, path), func(e *Entry) bool {
				n := int(e.Event.Latency.Or(-1))
				kill := n / apart
				if n%apart != read[kill] {
					t.Errorf("after %d events of recorder %d comes number %d", read[kill], kill, n%apart)
				}
				read[kill]++
				return !t.Failed()
			})
			if err != nil {
				t.Fatal(err)
			}
			if counts.BadLines+counts.Torn > kills || counts.Damaged > 0 {
				t.Errorf("%+v", counts)
			}
			for kill := range kills {
				if read[kill] < written[kill] {
					t.Errorf("recorder %d had written %d events, %d can be read", kill, written[kill], read[kill])
				}
			}
		})
	}
}

// recordAndKill starts a recorder, kills it when it has written enough events, and
// tells how many it had said.
func recordAndKill(t *testing.T, path string, first, enough int) (written int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), recordTo+"="+path, recordFrom+"="+strconv.Itoa(first))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for written < enough && lines.Scan() {
		if written, err = strconv.Atoi(lines.Text()); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	if written < enough {
		t.Fatalf("the recorder ended after %d events", written)
	}
	return written
}
