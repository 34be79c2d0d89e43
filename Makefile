# The two commands of the README are `make demo` and `make test`; both do all of their own set-up.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test build bench lint format clean

# Warnings stop the build on the Swift version that CI uses; another version's new warnings stop nobody.
ifneq (,$(findstring Swift version 6.3,$(shell swift --version 2>/dev/null)))
export KEYBRAKE_WARNINGS_AS_ERRORS := 1
endif

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Play the product's day on loopback: govern, record, replay, reconcile
	@Scripts/prepare demo
	@Scripts/build debug
	@.venv/demo/bin/python Scripts/demo

test: ## Lint, build, and run every test, real clients included
	@Scripts/prepare test
	@Scripts/test

build: ## Build both commands optimised, into .build/release
	@Scripts/prepare build
	@Scripts/build release

bench: ## Measure against peers in the same run
	@Scripts/prepare bench
	@Scripts/build release
	@.venv/bench/bin/python Benchmarks/run

lint: ## Check the format of the Swift files
	@swift format lint --strict --recursive --parallel Sources Tests Package.swift

format: ## Put every file into its format
	@swift format --in-place --recursive --parallel Sources Tests Package.swift
	@.venv/acceptance/bin/ruff format --quiet Benchmarks/run Examples Scripts/demo Scripts/loopback.py Tests/Acceptance

clean: ## Remove build products and virtual environments
	rm -rf .build .venv
