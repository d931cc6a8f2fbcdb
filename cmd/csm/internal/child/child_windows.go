package child

import (
	"os"
	"syscall"
)

// passedOn are the events of the console that Go makes signals of. The console
// sends them to all its programs, so they are survived here, never passed on.
var passedOn = []os.Signal{os.Interrupt, syscall.SIGTERM}

// A terminal is the console.
type terminal struct{}

func openTerminal() terminal { return terminal{} }

func (terminal) close() {}

func (terminal) sent(os.Signal) bool { return true }

// exitCode is the program's exit code.
func exitCode(s *os.ProcessState) int { return s.ExitCode() }
