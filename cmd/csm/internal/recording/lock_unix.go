//go:build unix && !solaris && !aix

package recording

import (
	"errors"
	"os"
	"syscall"
)

// lock keeps other recorders from a file until it is closed. A file system that
// has no locks does without.
func lock(f *os.File) error {
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		return errors.New("another csm records to it; name another file, or end that one")
	}
	return nil
}
