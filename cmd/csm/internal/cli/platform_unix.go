//go:build unix

package cli

import (
	"os"
	"os/signal"
	"syscall"
)

// addressInUse is the error of a port that another socket has.
const addressInUse = syscall.EADDRINUSE

// closedPipe are the errors of writing to a pipe that nobody reads.
var closedPipe = []error{syscall.EPIPE}

// closedPipesAreErrors makes writing to a pipe that nobody reads an error, where it
// would end the process: csm run has an exit code to give. Programs that are
// started do not inherit it.
func closedPipesAreErrors() (restore func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGPIPE)
	return func() { signal.Stop(c) }
}

// interruptGroup does what a terminal does for Ctrl-C: it interrupts the programs in its
// foreground, this one among them. A terminal that gives each key to its program does not.
func interruptGroup() { _ = syscall.Kill(0, syscall.SIGINT) }
