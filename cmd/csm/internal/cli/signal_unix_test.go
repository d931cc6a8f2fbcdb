//go:build unix

package cli

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

var signals = map[string]syscall.Signal{
	"HUP":  syscall.SIGHUP,
	"INT":  syscall.SIGINT,
	"QUIT": syscall.SIGQUIT,
	"USR1": syscall.SIGUSR1,
	"USR2": syscall.SIGUSR2,
	"TERM": syscall.SIGTERM,
}

// notIgnored makes programs that are started get the signals, also where the tests
// run without them, as under nohup: a signal that is caught here is not ignored
// there.
func notIgnored() {
	for _, sig := range signals {
		if signal.Ignored(sig) {
			signal.Notify(make(chan os.Signal, 1), sig)
		}
	}
}

// askSignal is a program that sends signals to csm, its parent:
//
//	asksignal pass USR1   and tells that it got it back
//	asksignal keep INT    and fails if it got it back
//	asksignal die TERM    and does nothing about it
func askSignal() {
	sig := signals[os.Args[2]]
	got := make(chan os.Signal, 10)
	if os.Args[1] != "die" {
		signal.Notify(got, sig)
	}
	tell(sig)
	if os.Args[1] == "keep" { // have csm pass on another one, which comes after it
		signal.Notify(got, syscall.SIGTERM)
		tell(syscall.SIGTERM)
	}
	select {
	case s := <-got:
		fmt.Println("got", s)
	case <-time.After(time.Minute):
		fmt.Println("got nothing")
	}
	if os.Args[1] == "keep" { // or nearly after it: the order of signals is not certain
		select {
		case s := <-got:
			fmt.Println("got", s)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func tell(s syscall.Signal) {
	if err := syscall.Kill(os.Getppid(), s); err != nil {
		panic(err)
	}
}
