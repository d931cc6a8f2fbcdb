package cli

import "golang.org/x/sys/windows"

// addressInUse is the error of a port that another socket has.
const addressInUse = windows.WSAEADDRINUSE

// closedPipe are the errors of writing to a pipe that nobody reads.
var closedPipe = []error{windows.ERROR_BROKEN_PIPE, windows.ERROR_NO_DATA}

// closedPipesAreErrors does nothing: here they always are.
func closedPipesAreErrors() (restore func()) { return func() {} }

// interruptGroup does what a console does for Ctrl-C: it interrupts all its programs. A
// console that gives each key to its program does not.
func interruptGroup() { _ = windows.GenerateConsoleCtrlEvent(windows.CTRL_C_EVENT, 0) }
