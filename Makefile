GO ?= go
MODULES := . cmd/csm examples sdkv1 sdkv2 test test/bench
FUZZTIME ?= 60s
INTEROP_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/csm-interop
SOAK ?= 1h

.PHONY: test faults soak lint vet fuzz interop lowest bench tidy

test:
	$(GO) test -race work

# The faults that take long, or need root, Linux, and Debian's iproute2, util-linux
# and e2fsprogs. Others are among the tests.
faults:
	CSM_FAULTS=all $(GO) test -count=1 ./test/faults

# The agent under load and faults, for SOAK; Linux alone.
soak:
	SOAK=$(SOAK) $(GO) test -count=1 -timeout 0 -v ./test/soak

lint:
	golangci-lint run $(MODULES:%=./%/...)

# Everything builds for these systems.
vet:
	for os in linux darwin windows; do GOOS=$$os $(GO) vet work || exit 1; done

fuzz:
	GO=$(GO) FUZZTIME=$(FUZZTIME) sh test/fuzz.sh

# Real senders of several languages against the built command. Installs them: with
# apt-get, as root, where they are Debian's. UPDATE=-update writes docs/sdks.md.
interop:
	INTEROP_CACHE=$(INTEROP_CACHE) sh test/interop/install.sh
	INTEROP_CACHE=$(INTEROP_CACHE) $(GO) test -tags interop -count=1 -parallel 4 -timeout 20m ./test/interop $(UPDATE)

# The adapters' tests with the SDK versions that their go.mod files name. Elsewhere
# the workspace's newest are used.
lowest:
	GO=$(GO) sh test/lowest.sh

# What the project costs, beside what others cost. It takes about half an hour, and
# writes docs/performance.md.
bench:
	$(GO) run ./test/bench/run

# A replace is put in for the tidy and taken out again: go install takes no module
# that has one.
tidy:
	GO=$(GO) MODULES="$(MODULES)" sh test/tidy.sh
