// Package bench measures what the project costs, beside what others cost that do
// the same, and beside the kernel's own cost. make bench runs all of it, and writes
// docs/performance.md; the benchmarks themselves are run as any others are:
//
//	go test -bench Decode ./test/bench
//
// Machines that others share are noisy. What is compared was measured in turns, and
// the figures that count are ratios.
package bench
