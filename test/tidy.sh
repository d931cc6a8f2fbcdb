#!/bin/sh
# Tidies the modules. What they require of one another is not published yet, so it
# is replaced meanwhile.
set -eu
go=${GO:-go}
root=$(pwd)
ours="github.com/go-csm/csm github.com/go-csm/csm/sdkv1 github.com/go-csm/csm/sdkv2"
for module in ${MODULES:?}; do
	(
		cd "$root/$module"
		if [ "$module" != . ]; then
			for path in $ours; do
				$go mod edit -replace="$path=$root${path#github.com/go-csm/csm}"
			done
		fi
		status=0
		GOWORK=off $go mod tidy || status=$?
		for path in $ours; do
			$go mod edit -dropreplace="$path"
		done
		exit $status
	)
done
