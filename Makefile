# Yizhan 一站. `make run` and `make test` need Python >= 3.11 and make; everything else they set up themselves, below this folder.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { command -v "$$p"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8080
WORKERS ?= 2
RUN_STAMP := $(VENV)/.run-installed
DEV_STAMP := $(VENV)/.dev-installed
ASSETS := web/static/build/bpmn.js

.PHONY: help run test lint format types contracts explore hostile audit e2e bench assets check-items vendors pins clean

help: ## what each target does
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

STEP := @sh step.sh
PIP := $(BIN)/python -m pip install --disable-pip-version-check --no-compile --progress-bar off

$(VENV)/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo 'Expected Python 3.11 or newer on the PATH, but found none (set PYTHON=/path/to/python3)' >&2; exit 1; }
	$(STEP) 'a virtual environment in $(VENV)' $(PYTHON) -m venv $(VENV)

$(RUN_STAMP): $(VENV)/pyvenv.cfg requirements.txt setup.cfg pyproject.toml
	$(STEP) 'packages to run it ('$$(grep -c == requirements.txt)' of them, from the package index or its cache)' $(PIP) --require-hashes -r requirements.txt
	$(STEP) 'the command yizhan' $(PIP) --no-deps --editable .
	@touch $@

$(DEV_STAMP): $(RUN_STAMP) requirements-dev.txt
	$(STEP) 'packages to test it ('$$(grep -c == requirements-dev.txt)' of them)' $(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

run: $(VENV)/pyvenv.cfg ## a working hall with demo data on an embedded SQLite, at the printed address
	@mkdir -p -m 700 var
	@if $(MAKE) -sq assets; then :; elif command -v npm >/dev/null 2>&1; then \
		echo '→ the designer, in the background (about half a minute; its log: var/designer.log)'; \
		{ $(MAKE) -s assets >var/designer.log 2>&1 && echo '  the designer is ready' || \
			echo '  the designer could not be built (var/designer.log); everything else works' >&2; } & \
	else echo 'The designer in the browser is off until `make assets` has run.' >&2; fi; \
	$(MAKE) -s $(RUN_STAMP) && exec $(BIN)/yizhan serve --demo --port $(PORT)

test: $(DEV_STAMP) ## all tests that need no browser, on SQLite and on a real PostgreSQL
	@if command -v npm >/dev/null 2>&1; then for d in tests/node tests/node/forms; do \
		test -d $$d/node_modules || sh step.sh "libraries of $$d" sh -c "cd $$d && npm ci --silent --no-audit --no-fund" || \
			echo "npm could not install $$d: its differential tests are skipped" >&2; done; fi
	$(BIN)/python -m pytest -n $(WORKERS) -m 'not e2e'

ROUNDS ?= 5
explore: $(DEV_STAMP) ## property tests with new examples, ROUNDS times; prints each seed and the shrunk case of a failure
	@for round in $$(seq $(ROUNDS)); do seed=$$(od -An -N4 -tu4 /dev/urandom | tr -d ' '); echo "round $$round of $(ROUNDS), seed $$seed"; \
		YIZHAN_HYPOTHESIS=explore $(BIN)/python -m pytest -q -n $(WORKERS) -m 'not e2e and not node' --hypothesis-seed=$$seed \
			$$(grep -rlE '^from hypothesis|^import hypothesis' tests --include='test_*.py') || exit 1; done

KILLS ?= 500
hostile: $(DEV_STAMP) ## kill loops (KILLS times each database), 5 000 requests of any kind, the twenty manipulations of evidence; prints figures
	YIZHAN_HOSTILE_KILLS=$(KILLS) YIZHAN_HOSTILE_REQUESTS=5000 $(BIN)/python -m pytest -q -p no:cacheprovider tests/hostile tests/integration/evidence/test_manipulations.py

audit: $(DEV_STAMP) ## pinned packages against known advisories; says whether a service (AUDIT_SERVICE) or the stored excerpt answered
	$(BIN)/python .ci/audit.py

e2e: $(DEV_STAMP) ## walks and accessibility of every page in headless Chromium (needs chromium; npm for the designer and axe-core)
	@if command -v npm >/dev/null 2>&1; then $(MAKE) -s assets; \
	elif ! test -f $(ASSETS); then echo 'No npm and no built designer: the walks that draw are skipped.' >&2; fi
	@if command -v npm >/dev/null 2>&1 && ! test -f tests/node/node_modules/axe-core/axe.min.js; then \
		sh step.sh "axe-core" sh -c "cd tests/node && npm ci --silent --no-audit --no-fund" || echo 'axe-core could not be installed: accessibility is not looked at.' >&2; fi
	$(BIN)/python -m pytest -m e2e tests/acceptance

lint: $(DEV_STAMP) ## ruff: rules and format
	$(BIN)/ruff check engine tasks web tests migrations
	$(BIN)/ruff format --check --quiet engine tasks web tests migrations

format: $(DEV_STAMP) ## ruff writes the format
	$(BIN)/ruff check --fix-only --quiet engine tasks web tests migrations
	$(BIN)/ruff format --quiet engine tasks web tests migrations

types: $(DEV_STAMP) ## mypy --strict on engine, tasks and web
	$(BIN)/python -m mypy

contracts: $(DEV_STAMP) ## imports run downwards only
	$(BIN)/lint-imports

check-items: $(RUN_STAMP) ## the deployment check over every shipped item
	@for item in processes/*/; do $(BIN)/yizhan check "$$item" || exit 1; done

vendors: $(RUN_STAMP) ## one table over the diagrams in each vendor's manner: deployable, converted, refused (tests judge it)
	@$(BIN)/yizhan check --many --table tests/vectors/vendors/*/*.bpmn tests/vectors/vendors/*/*.xml || true

bench: $(DEV_STAMP) ## completions against a bare SpiffWorkflow loop, a storm of timers, a clerk's acts, pages of a small and a big hall (PostgreSQL)
	$(BIN)/python -m tests.bench

assets: $(ASSETS) ## browser libraries of the designer (npm); the application starts without them

$(ASSETS): $(wildcard web/designer/*.* web/designer/src/* .camunda/element-templates/*) | $(VENV)/pyvenv.cfg
	@echo 'Building the designer (about half a minute) ...'
	@sh web/designer/build.sh "$(CURDIR)/$(BIN)/python"
	@touch $@

pins: ## resolve requirements*.in into hashed requirements*.txt (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate requirements-dev.in -o requirements-dev.txt

clean: ## remove what the targets above made, but not the hall's data in var/
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache tests/node/node_modules tests/node/forms/node_modules \
		web/designer/node_modules web/static/build
