//go:build unix

package cli

import (
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// Hangups are the times that the process gets SIGHUP, which does not end it any
// more.
type hangups struct {
	came    chan os.Signal
	calling sync.WaitGroup
}

// catchHangups catches those from now on. The caller ends it.
func catchHangups() *hangups {
	h := &hangups{came: make(chan os.Signal, 1)}
	signal.Notify(h.came, syscall.SIGHUP)
	return h
}

// call calls f for each, one call after the other, until end.
func (h *hangups) call(f func()) {
	h.calling.Go(func() {
		for range h.came {
			f()
		}
	})
}

// end waits for the last call. Call it once.
func (h *hangups) end() {
	signal.Stop(h.came)
	close(h.came)
	h.calling.Wait()
}

// reloading tells systemd that the settings are read again, and since when.
func reloading() string {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return "RELOADING=1"
	}
	return fmt.Sprintf("RELOADING=1\nMONOTONIC_USEC=%d", now.Nano()/1000)
}
