//go:build linux

package faults

import (
	"os"
	"os/exec"
	"testing"
)

// all tells whether all faults are to be tested, as make faults does: also those
// that take long, or need to be root.
func all() bool { return os.Getenv("CSM_FAULTS") == "all" }

// needsRoot leaves out a test that make faults runs, and fails one that lacks what
// it needs.
func needsRoot(t *testing.T, commands ...string) {
	t.Helper()
	if !all() {
		t.Skip("make faults runs it")
	}
	if os.Geteuid() != 0 {
		t.Fatal("run as root, such as in a container: it makes namespaces and mounts")
	}
	for _, c := range commands {
		if _, err := exec.LookPath(c); err != nil {
			t.Fatalf("install %s (Debian has it in iproute2, util-linux or e2fsprogs): %v", c, err)
		}
	}
}

// run runs a command, which has to succeed.
func run(t *testing.T, name string, arguments ...string) {
	t.Helper()
	if out, err := exec.Command(name, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, arguments, err, out)
	}
}
