#!/bin/sh
# Runs every fuzz test for FUZZTIME.
set -eu
go=${GO:-go}
time=${FUZZTIME:-60s}
grep -rl --include='*_test.go' '^func Fuzz' . | sort | while read -r file; do
	for test in $(sed -n 's/^func \(Fuzz[A-Za-z0-9]*\).*/\1/p' "$file"); do
		echo "$file: $test"
		$go test -run '^$' -fuzz "^$test\$" -fuzztime "$time" -fuzzminimizetime 10x "./$(dirname "$file")" </dev/null
	done
done
