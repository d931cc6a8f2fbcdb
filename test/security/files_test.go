//go:build linux

package security

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/go-csm/csm/test/realagent"
)

// What events say becomes no file's name: an agent that records makes the files that
// it was told to, and their rotated ones, which their owner alone can read.
func TestEventsNameNoFiles(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "one", "two")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	a := realagent.Start(t, realagent.Options{
		Wrapper:   []string{"sh", "-c", `cd "$0" && umask 0 && exec "$@"`, dir},
		Arguments: []string{"--record", filepath.Join(dir, "events.jsonl"), "--record-max-mb", "1"},
	})
	sent := 0.0
	for round := range 10 {
		var datagrams [][]byte
		for i := range 1000 {
			for _, name := range []string{"../../written", filepath.Join(root, "written"), "written"} {
				datagrams = append(datagrams, fmt.Appendf(nil,
					`{"Type":"ApiCall","ClientId":%q,"Service":%[1]q,"Api":%[1]q,"Region":%[1]q,"Host":%[1]q,"FinalAwsException":%[1]q,"AttemptCount":%d}`, name, round*1000+i))
			}
		}
		send(t, a.Events, datagrams)
		sent += float64(len(datagrams))
		a.WaitForMetrics("events", func(m realagent.Metrics) bool { return m["csm_agent_recording_events_total"] == sent })
	}
	a.End()
	ours := regexp.MustCompile(`^one/two/events(-\d{8}T\d{6}\.\d{3}Z)?\.jsonl$`)
	files := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		if name := strings.TrimPrefix(path, root+"/"); !ours.MatchString(name) {
			t.Errorf("there is a file %s", name)
		}
		info, err := entry.Info()
		if err == nil && info.Mode() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil || files < 3 {
		t.Errorf("%d files, %v", files, err)
	}
}
