#!/bin/sh
# Tests the adapters with the lowest versions of their SDKs, those in their go.mod
# files, outside the workspace.
set -eu
go=${GO:-go}
root=$(pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
for module in sdkv1 sdkv2; do
	cp "$module/go.mod" "$tmp/$module.mod"
	cp "$module/go.sum" "$tmp/$module.sum"
	$go mod edit -replace="github.com/go-csm/csm=$root" "$tmp/$module.mod"
	(cd "$module" && GOWORK=off $go test -race -modfile="$tmp/$module.mod" ./...)
done
