//go:build unix

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
	before := cpu(b, syscall.RUSAGE_SELF)
	i := 0
	for ; b.Loop(); i++ {
		if err := f(i); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(cpu(b, syscall.RUSAGE_SELF)-before)/float64(i), "cpu-ns/op")
}

// cpu is the CPU time so far of this process, or of its children that have ended.
func cpu(t testing.TB, who int) time.Duration {
	t.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(who, &r); err != nil {
		t.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
