//go:build linux

package bench

import (
	"syscall"
	"testing"
	"time"
)

// cost measures f, which gets the number of the iteration: time, allocations and the
// CPU time of the whole process.
func cost(b *testing.B, f func(i int) error) {
	b.Helper()
	b.ReportAllocs()
	before := cpu()
	i := 0
	for ; b.Loop(); i++ {
		if err := f(i); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(cpu()-before)/float64(i), "cpu-ns/op")
}

// cpu is the CPU time that this process has taken so far.
func cpu() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err) // it has no reason to
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
