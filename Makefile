# Everything a person does with this repository. `make` alone lists the targets.
#
# Needs Python 3.11 or newer with its venv module; nothing else has to be there beforehand.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

DATA ?= data
HOST ?= 127.0.0.1
PORT ?= 8080
CONSOLE_PORT ?= 8081

# Build isolation would fetch the build backend anew, without hashes; the lock files hold it already.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALL_LOCKED := $(PIP) install --require-hashes --only-binary :all:
INSTALL_SELF := $(PIP) install --no-deps --no-build-isolation --editable .

COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help:  ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(VENV)/.dev-stamp  ## Install everything for working on Passerby into .venv

.PHONY: setup-run
setup-run: $(VENV)/.run-stamp  ## Install only what running Passerby needs into .venv

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Passerby needs Python 3.11 or newer as '$(PYTHON)'; name another one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "Python's venv module is missing; on Debian: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.dev-stamp: pyproject.toml requirements-dev.lock | $(BIN)/python
	@echo "Installing into $(VENV) what developing Passerby needs"
	@$(INSTALL_LOCKED) -r requirements-dev.lock
	@$(INSTALL_SELF)
	@touch $(VENV)/.run-stamp $@

$(VENV)/.run-stamp: pyproject.toml requirements.lock requirements-build.lock | $(BIN)/python
	@echo "Installing into $(VENV) what running Passerby needs"
	@$(INSTALL_LOCKED) -r requirements.lock -r requirements-build.lock
	@$(INSTALL_SELF)
	@touch $@

.PHONY: run
run: setup-run  ## Serve on PORT and CONSOLE_PORT from the folder DATA, made when it is not there
	@$(BIN)/passerby serve --data $(DATA) --host $(HOST) --port $(PORT) --console-port $(CONSOLE_PORT)

.PHONY: test
test: setup browser  ## Run every test, with the coverage gate; ARGS goes to pytest
	@$(BIN)/pytest --numprocesses=2 --dist=worksteal --cov --cov-report=term $(ARGS)

# What runs the pages and the JavaScript that Passerby serves; without it those tests are skipped, and say so.
.PHONY: browser
browser:  ## Install Chromium and Node for the tests in a browser, as root on Debian
	@for tool in chromium node tsc; do command -v $$tool >/dev/null || missing=1; done; \
	if [ -z "$$missing" ]; then exit; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium, Node and TypeScript for the tests in a browser"; \
		export DEBIAN_FRONTEND=noninteractive; apt-get update -qq && \
		apt-get install -qq --yes --no-install-recommends chromium nodejs node-typescript >/dev/null && exit; \
	fi; \
	echo "The tests of the console and the SDKs in a browser are SKIPPED: they need Debian's chromium, nodejs and node-typescript" >&2

.PHONY: prove
prove: setup  ## Try every property for long, hundreds of times the examples of `make test`
	@PROVE_LONG=1 $(BIN)/pytest -m hypothesis --timeout=0 $(ARGS)
	@PROVE_LONG=1 $(BIN)/pytest tests/crash tests/races --timeout=0 $(ARGS)

.PHONY: mutate
mutate: setup  ## Change the rules of identity and profiles in every small way, and name what no unit test noticed
	@$(BIN)/mutmut run --max-children 2
	@$(BIN)/mutmut results

.PHONY: bench
bench: setup  ## Measure what the README's table says; ARGS goes to the benchmarks
	@$(BIN)/python -m benchmarks $(ARGS)

.PHONY: check
check: setup  ## Check format, lint, types and import rules, in seconds
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: format
format: setup  ## Format the code and mend what the linter can
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format

.PHONY: docs
docs: setup  ## Write the generated pages of docs/reference anew
	@mkdir -p docs/reference
	@$(BIN)/passerby settings > docs/reference/settings.md
	@$(BIN)/python -m passerby.api.reference > docs/reference/api.md
	@$(BIN)/python -m passerby.api.metrics_reference > docs/reference/metrics.md
	@$(BIN)/python -m passerby.semantics.reference > docs/reference/semantics.md

.PHONY: lock
lock: setup  ## Write the lock files anew from pyproject.toml; UPGRADE=--upgrade takes newer versions
	@$(COMPILE) $(UPGRADE) --output-file requirements.lock pyproject.toml
	@$(COMPILE) $(UPGRADE) --all-build-deps --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	@$(COMPILE) --all-build-deps --only-build-deps --constraint requirements-dev.lock --output-file requirements-build.lock pyproject.toml

.PHONY: clean
clean:  ## Remove what the targets above made; DATA stays
	@rm -rf $(VENV) .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist htmlcov mutants
	@find src tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +
