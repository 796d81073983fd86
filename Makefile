# The words of the project, the same for people and for CI. Each target is one script or one SwiftPM command.

SWIFT = Sources Tests $(wildcard Benchmarks) Fuzz Examples scripts Package.swift

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

setup: ## install what is missing, fetch and verify the models
	@scripts/setup

build: setup ## .build/release/harken
	@scripts/build --product harken

package: build ## what users install, in .build/package: Debian packages and tarballs, of the program and of the models
	@scripts/package

demo: ## set up, build, and show live captions of a recording (EXIT=1 stops after them)
	@EXIT='$(EXIT)' scripts/demo

test: ## the gate: set up, lint, build, every test that no busy machine turns red; ten minutes
	@scripts/test

verify: ## what needs real time: speech at its own pace, processes that are killed, services; an hour, nothing beside it
	@scripts/verify

check: ## a quick look: lint, and the tests of the targets that changed
	@scripts/check

test-one: ## the tests whose suite or name matches (NAME=…, a regular expression)
	@scripts/check '$(NAME)'

bench: ## every figure on time, memory and processor, judged; table here, JSON and a history in bench-results/
	@scripts/bench

lint: ## check the format of the Swift sources
	@swift format lint -r -p --strict $(SWIFT)

format: ## apply the format to the Swift sources
	@swift format -r -p -i $(SWIFT)

docs: ## reference pages from the doc comments, in .build/docs
	@scripts/docs

conformance: ## the vendors' own clients against harken serve, with every engine behind it
	@scripts/play conformance --matrix

faults: ## real speech while engines fail in every way: words lost and doubled, times, waits (LIVEKIT=1: LiveKit's adapter beside)
	@scripts/play faults $(if $(LIVEKIT),--livekit)

attack: ## attack a gateway as a stranger would, with and without 50 live sessions: memory, stalls, refusals (NAME=… for one)
	@scripts/play attack $(NAME)

simulate: ## sessions with untidy engines and faults, every rule checked on each (SEEDS=100000)
	@scripts/build --product simulate
	@.build/release/simulate --seeds $(or $(SEEDS),100000) --kept Tests/Mutations/kept.txt

fuzz: ## feed each parser random bytes (EACH=60 seconds each; NAME=… for one)
	@SECONDS_EACH='$(EACH)' scripts/fuzz $(NAME)

nightly: ## what is too long for `make verify`
	@scripts/nightly

clean: ## remove what was built (models stay in the cache)
	@rm -rf .build bench-results

.PHONY: help setup build package demo test verify check test-one bench lint format docs conformance faults attack simulate fuzz nightly clean
