//go:build unix

package child

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// passedOn are the signals that a process sends to another one to tell it
// something. Those that tell of its own doings (CHLD, PIPE, URG, …) and those of
// job control (TSTP, CONT, WINCH, …), which go to the whole group, are not.
var passedOn = []os.Signal{
	syscall.SIGHUP,
	syscall.SIGINT,
	syscall.SIGQUIT,
	syscall.SIGTERM,
	syscall.SIGUSR1,
	syscall.SIGUSR2,
	syscall.SIGALRM,
}

// A terminal is the controlling terminal of this process, if it has one.
type terminal struct {
	file *os.File // nil if there is none
}

func openTerminal() terminal {
	f, err := os.OpenFile("/dev/tty", os.O_RDONLY|syscall.O_NOCTTY, 0)
	if err != nil {
		return terminal{}
	}
	return terminal{f}
}

func (t terminal) close() {
	if t.file != nil {
		_ = t.file.Close() // nothing was written
	}
}

// sent tells whether the terminal may have sent a signal: for a key it sends to
// the whole group in its foreground, so to the program too.
func (t terminal) sent(sig os.Signal) bool {
	if t.file == nil || sig != syscall.SIGINT && sig != syscall.SIGQUIT {
		return false
	}
	group, err := unix.IoctlGetInt(int(t.file.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// exitCode is the exit code as shells have it.
func exitCode(s *os.ProcessState) int {
	if status, ok := s.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return s.ExitCode()
}
