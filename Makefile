# The short way to type what is done often; what takes more than a line is a script in scripts/ or Benchmarks/.
# Further arguments go in ARGS:  make demo ARGS=--once   make test ARGS='--filter DomainTests'
ARGS ?=
export SWIFT_DETERMINISTIC_HASHING := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test simulate lint format build bench load beside soak hooks clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

setup: ## Install what is missing besides Swift, for the tests too (Debian 12, Ubuntu 24.04)
	@scripts/setup

demo: ## Watch a whole run against local stand-ins (ARGS=--once ends by itself)
	@scripts/setup build
	@scripts/demo $(ARGS)

test: setup ## Build and run every test
	@scripts/test $(ARGS)

lint: ## Check the format, the scripts, and that no secret is in the tree
	@scripts/lint

format: ## Put every Swift file into the project's format
	@swift format format --in-place --parallel --recursive Sources Tests Package.swift

# The Swift runtime goes into the binary, so that a server needs no toolchain and no path to one.
build: ## Build the release binary
	@scripts/setup build
	@swift build -c release --product bureau --static-swift-stdlib
	@echo "Built: $$(swift build -c release --show-bin-path)/bureau"

bench: setup build ## Measure, and print one JSON line per figure
	@scripts/setup bench
	@Benchmarks/run $(ARGS)

load: setup $(if $(BINARY),,build) ## 1,000 runs in flight for ten minutes, kills included (MINUTES, RUNS, BINARY)
	@Benchmarks/load.py $(if $(MINUTES),--minutes $(MINUTES)) $(if $(RUNS),--runs $(RUNS)) $(if $(BINARY),--binary $(BINARY)) $(ARGS)

beside: setup $(if $(BINARY),,build) ## The same kills beside a durable-execution library from PyPI (needs pip and PostgreSQL; KILLS, SEED)
	@Benchmarks/beside_durable.py $(if $(BINARY),--binary $(BINARY)) $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED)) $(ARGS)

soak: setup ## Crash tests at 1,000 random points (BUREAU_SOAK_SEED, BUREAU_SOAK_POINTS)
	@scripts/soak $(ARGS)

simulate: setup ## Run an agency for HOURS simulated hours from SEED (both optional), everything going wrong
	@scripts/simulate $(if $(SEED),--seed $(SEED)) $(if $(HOURS),--hours $(HOURS)) $(ARGS)

hooks: ## Refuse commits that hold a secret, in this clone
	@git config core.hooksPath .githooks
	@echo "Commits in this clone are now checked by .githooks/pre-commit."

clean: ## Remove what was built; data and logs stay
	@rm -rf .build .cache .demo
