# Everything is made below .lab; `make clean` removes it. Results stay in runs/.
GO    ?= go
LAB   := .lab
BIN   := $(CURDIR)/$(LAB)/bin
TAGS  ?=
STAMP := $(shell git rev-parse HEAD 2>/dev/null)
CLEAN := $(shell git diff-index --quiet HEAD 2>/dev/null && echo true || echo false)
LDFLAGS := -X espalier/experiments.commit=$(STAMP) -X espalier/experiments.clean=$(CLEAN)

# GoMLX's own matrix product steps a pointer past a slice, which the race detector's
# pointer checks take for an error.
RACE := -gcflags=all=-d=checkptr=0

.DEFAULT_GOAL := help

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build the program, .lab/bin/espalier
	@$(GO) build -tags '$(TAGS)' -ldflags '$(LDFLAGS)' -o $(BIN)/espalier ./cmd/espalier

.PHONY: tools
tools: ## build the pinned tools: GoNB, goimports, staticcheck
	@cd tools && GOBIN=$(BIN) $(GO) install tool

.PHONY: demo
demo: export ESPALIER_RUNS := $(CURDIR)/$(LAB)/demo/runs
demo: build ## find a winning ticket in a notebook, headless
	@$(BIN)/espalier notebook run notebooks/01-winning-ticket.ipynb -o $(LAB)/demo
	@$(BIN)/espalier plot lth/tickets --scale smoke -o $(LAB)/demo/winning-ticket.svg
	@$(BIN)/espalier table lth/tickets --scale smoke
	@echo "The executed notebook, with its plots: $(LAB)/demo/01-winning-ticket.ipynb"

.PHONY: test
test: lint ## everything that must hold (ESPALIER_DATA names real data)
	$(GO) test ./...
	cd tools && $(GO) test ./...
	@if [ "$$($(GO) env CGO_ENABLED)" = 1 ] && command -v "$$($(GO) env CC)" >/dev/null; then \
		$(GO) test -race -short $(RACE) ./...; \
	else echo "SKIP: the race detector needs a C compiler, and there is none"; fi

# How long each fuzz test runs at night.
FUZZTIME ?= 1m

.PHONY: nightly
nightly: ## what takes too long for `make test`, about an hour; docs/testing.md
	$(GO) test -timeout 2h -run 'TestRandomGraphs|TestRandomLayers|TestManySteps|TestArbitraryArguments' ./backend/cpu \
		-graphs=10000 -steps=10000 -misuses=3000
	$(GO) test -timeout 2h -run TestKilledRuns ./train -kills=1000
	$(GO) test -timeout 2h ./nn -slow
	@for package in $$(git grep -l '^func Fuzz' -- '*_test.go' | xargs -n 1 dirname | sort -u); do \
		for name in $$($(GO) test -list '^Fuzz' ./$$package | grep '^Fuzz'); do \
			echo "$$package: $$name for $(FUZZTIME)"; \
			$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x ./$$package || exit 1; \
		done; \
	done

.PHONY: lint
lint: tools ## gofmt, go vet, staticcheck
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "not gofmt-clean: $$unformatted"; exit 1; fi
	$(GO) vet ./...
	PATH=$(BIN):$$PATH staticcheck ./...

.PHONY: lab
lab: build ## JupyterLab with the Go kernel, on loopback
	@$(BIN)/espalier lab

.PHONY: xla
xla: ## install XLA's plugin for the processor and build with it
	@tools/xla/install.sh $(LAB)
	@$(MAKE) --no-print-directory build TAGS=xla

.PHONY: test-xla
test-xla: xla ## the tests that compare XLA with the default backend
	$(GO) vet -tags xla ./...
	$(GO) test -tags xla -run XLA ./backend/... ./train

.PHONY: clean
clean: ## remove what was built
	rm -rf $(LAB)
