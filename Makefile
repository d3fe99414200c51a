# Pilothouse: two commands are enough, 'make run' and 'make test'. Each of them
# first installs what is missing on Debian and Ubuntu, and elsewhere says what
# to install. The work is done by scripts/, which can be run by themselves.

FUZZTIME   ?= 10s
BENCH      ?= .
BENCHCOUNT ?= 6
KILLS      ?= 200
SOAK       ?= 21600000
POWER_FAILURES ?= 200
DAMAGED_PAGES  ?= 200
CUT_OFF        ?= 1m
SUSTAINED      ?= 10m
ARGS       ?=

export FUZZTIME BENCH BENCHCOUNT RELEASE VERSION

.DEFAULT_GOAL := help
.PHONY: help run test build setup fonts lint fuzz crash attacks flood soak peers measure flood-window bench history-proofs screenshots icons clean packages packages-test

help: ## Say what can be made
	@echo "Pilothouse: make TARGET"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 16
	@echo
	@echo "make run ARGS='--demo --page map' passes flags to the program."

run: ## Install what is missing, build, and open the window
	@scripts/setup run
	@scripts/build
	@exec bin/pilothouse $(ARGS)

test: ## Install what is missing and run every test, no display needed
	@scripts/setup test
	@scripts/test

build: ## Build bin/pilothouse (RELEASE=1: as it is shipped)
	@scripts/build

setup: ## Install what building and testing need, and nothing else
	@scripts/setup test

lint: ## Run the linters (the first time compiles them: minutes)
	@scripts/lint

fuzz: ## Run each fuzz target for FUZZTIME (10s; FUZZTIME=10m for long)
	@scripts/fuzz

crash: ## Kill the broker KILLS times (200) under load and count messages
	@scripts/setup test
	@. scripts/env.sh && CRASH_KILLS=$(KILLS) go test -count 1 -timeout 30m -v -run '^TestKill' ./broker/durable

attacks: ## Try every attack on the broker, with each defence on and off
	@scripts/setup test
	@. scripts/env.sh && ATTACKS=full go test -count 1 -timeout 60m -v -run '^TestAttacks$$' ./attacks

flood: ## Open 5,000 silent sockets, and see who feels it
	@. scripts/env.sh && FLOOD=5000 go test -count 1 -timeout 10m -v -run '^TestFloodOfSilentSockets$$' ./broker/listen

soak: ## SOAK messages, six hours of 1,000 a second: memory and file stay flat
	@. scripts/env.sh && SOAK_MESSAGES=$(SOAK) go test -count 1 -timeout 0 -v -run '^TestSoak$$' ./broker/durable

peers: ## Test against MQTT.js from the npm registry (needs Node.js)
	@scripts/peers

measure: ## Measure the window: frames, latency, start, processor time
	@scripts/setup test
	@scripts/measure

flood-window: ## Send the window an hour's messages as fast as it goes: memory stays flat
	@scripts/setup test
	@scripts/measure -only '^flood$$' -messages 18000000

bench: ## Run the benchmarks BENCHCOUNT times and summarise them
	@scripts/bench

history-proofs: ## The historian's long tests: KILLS, POWER_FAILURES, DAMAGED_PAGES, CUT_OFF, SUSTAINED
	@scripts/setup test
	@. scripts/env.sh && KILLS=$(KILLS) POWER_FAILURES=$(POWER_FAILURES) DAMAGED_PAGES=$(DAMAGED_PAGES) CI=1 \
	  go test -count 1 -timeout 0 -v -run '^(TestKill|TestKillLarge|TestPowerFailure|TestDamagedPages|TestFullDisk)$$' ./model/history/sqlite
	@. scripts/env.sh && CUT_OFF=$(CUT_OFF) CI=1 go test -count 1 -timeout 0 -v -run '^TestStore$$' ./model/history/postgres
	@. scripts/env.sh && SUSTAINED=$(SUSTAINED) go test -timeout 0 -run '^$$' -bench '^BenchmarkSustained$$' -benchtime 1x ./model/history

screenshots: ## Make docs/screenshots from the running program
	@scripts/setup test
	@scripts/build
	@scripts/screenshots

packages: ## Build everything that is shipped into dist/, the same bytes each time
	@scripts/setup packages
	@scripts/packages

packages-test: ## Install what is in dist/ in clean systems and try it (root, Debian)
	@scripts/setup packages-test
	@scripts/packages-test

icons: ## Make assets/icon.png from assets/icon.svg again
	@scripts/icons

fonts: ## Make assets/fonts from Noto Sans CJK and the translations again
	@scripts/fonts

clean: ## Remove what was built
	rm -rf bin dist failed
