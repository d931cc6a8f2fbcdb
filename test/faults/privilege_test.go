//go:build linux

package faults

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/go-csm/csm/test/realagent"
)

// The agent runs as nobody, where there is no other file than itself and nothing can
// be written.
func TestAnAgentWithoutPrivilegeInAnEmptyReadOnlyRoot(t *testing.T) {
	needsRoot(t, "unshare", "mount", "chroot")
	root := t.TempDir()
	program, err := os.ReadFile(realagent.Program())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "csm"), program, 0o755); err != nil {
		t.Fatal(err)
	}
	a := realagent.Start(t, realagent.Options{
		Wrapper: []string{"unshare", "--mount", "sh", "-ec", `
			mount --bind "$0" "$0"
			mount -o remount,bind,ro "$0"
			if touch "$0/file" 2>/dev/null; then echo not read-only >&2; exit 1; fi
			exec chroot --userspec=65534:65534 "$0" "$@"`, root},
		Program:      "/csm",
		Unprivileged: true,
	})
	process, err := os.Stat(filepath.Join("/proc", strconv.Itoa(a.PID())))
	if err != nil {
		t.Fatal(err)
	}
	if uid := process.Sys().(*syscall.Stat_t).Uid; uid != 65534 {
		t.Errorf("the agent runs as user %d", uid)
	}
	r := newReporter(t, a.Events)
	publish(t, r, 1000)
	m := a.WaitForMetrics("events", func(m realagent.Metrics) bool { return m.Come() == 1000 })
	if m.Taken() != 1000 {
		t.Errorf("taken %v, lost %v", m.Taken(), m.Lost())
	}
	a.End()
}
