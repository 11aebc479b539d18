# Everything a person does with this repository. `make` alone lists the targets.
#
# Needs Python 3.11 or newer with its venv module; nothing else has to be there beforehand.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

DATA ?= data
HOST ?= 127.0.0.1
PORT ?= 8080
CONSOLE_PORT ?= 8081

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--overrides requirements-overrides.txt
BUILD_REQUIRES := $(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")'

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

$(VENV)/.dev-stamp: pyproject.toml tools/install.py requirements-dev.lock requirements-pip.lock | $(BIN)/python
	@echo "Installing into $(VENV) what developing Passerby needs"
	@$(BIN)/python tools/install.py requirements-dev.lock
	@touch $(VENV)/.run-stamp $@

$(VENV)/.run-stamp: pyproject.toml tools/install.py requirements.lock requirements-build.lock requirements-pip.lock | $(BIN)/python
	@echo "Installing into $(VENV) what running Passerby needs, about 350 MB"
	@$(BIN)/python tools/install.py requirements.lock requirements-build.lock
	@touch $@

.PHONY: run
run: setup-run  ## Serve on PORT and CONSOLE_PORT from the folder DATA, made when it is not there
	@$(BIN)/passerby serve --data $(DATA) --host $(HOST) --port $(PORT) --console-port $(CONSOLE_PORT)

.PHONY: test
test: setup browser clients  ## Run every test, with the coverage gate; ARGS goes to pytest
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

# Installs the packages of a lock file for npm: the folder, and what they are.
define npm_ci
	@if ! command -v npm >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing npm"; \
		export DEBIAN_FRONTEND=noninteractive; apt-get update -qq && \
		apt-get install -qq --yes --no-install-recommends npm >/dev/null; \
	fi; \
	if command -v npm >/dev/null; then \
		echo "Installing $(2)"; \
		cd $(1) && npm ci --loglevel=error >/dev/null && touch node_modules/.stamp; \
	else \
		echo "The tests of $(2) are SKIPPED: they need Debian's npm" >&2; \
	fi
endef

# esbuild, which bundles the SDKs. The bundles are committed: only a change of the SDKs needs it.
SDK := tools/sdk

.PHONY: sdk
sdk: setup $(SDK)/node_modules/.stamp  ## Bundle the SDKs after a change of their sources
	@$(BIN)/python $(SDK)/build.py

# The vendors' clients that the tests run unchanged; those that are not there are skipped, and say so.
CLIENTS := tests/clients
CLIENTS_PIP := $(CLIENTS)/.venv/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes --only-binary :all:

.PHONY: clients
clients: $(CLIENTS)/.venv/.stamp $(CLIENTS)/node_modules/.stamp $(SDK)/node_modules/.stamp  ## Install the vendors' clients for Python and JavaScript that the tests run

$(CLIENTS)/.venv/.stamp: $(CLIENTS)/requirements.lock requirements-pip.lock | $(BIN)/python
	@echo "Installing the vendors' clients for Python"
	@$(BIN)/python -m venv --clear $(CLIENTS)/.venv
	@$(CLIENTS_PIP) --upgrade -r requirements-pip.lock && $(CLIENTS_PIP) -r $(CLIENTS)/requirements.lock
	@touch $@

$(CLIENTS)/node_modules/.stamp: $(CLIENTS)/package-lock.json | browser
	$(call npm_ci,$(CLIENTS),the vendors' clients for JavaScript)

$(SDK)/node_modules/.stamp: $(SDK)/package-lock.json | browser
	$(call npm_ci,$(SDK),the bundler of the SDKs)

# The Pythons of this machine that Passerby supports, in the places where Debian, local builds and pyenv put them.
PYTHONS ?= $(foreach minor,11 12 13,$(firstword $(wildcard \
	/usr/bin/python3.$(minor) /usr/local/bin/python3.$(minor) $(HOME)/.pyenv/versions/3.$(minor).*/bin/python3.$(minor))))

.PHONY: smoke
smoke: wheel  ## Install the wheel for each supported Python of this machine, and try a server
	@for python in $(PYTHONS); do \
		folder=$$(mktemp -d); \
		$$python -m venv $$folder && \
		$$folder/bin/python tools/install.py --wheel dist requirements.lock && \
		$$folder/bin/python tools/smoke.py; \
		code=$$?; rm -rf $$folder; \
		if [ $$code != 0 ]; then echo "The smoke test failed with $$python" >&2; exit 1; fi; \
	done

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

.PHONY: wheel
wheel: setup  ## Build the wheel in dist/, with the locked build backend
	@rm -rf dist
	@$(BIN)/python -m hatchling build --target wheel

.PHONY: hooks
hooks: setup  ## Check what changed before every commit (pre-commit, local hooks only)
	@$(BIN)/pre-commit install --hook-type pre-commit --hook-type commit-msg

.PHONY: check
check: setup  ## Check format, lint, types, import rules, spelling and words, in seconds
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/codespell
	@$(BIN)/python tools/words.py

.PHONY: format
format: setup  ## Format the code and fix what the linter can
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format

.PHONY: docs
docs: setup  ## Regenerate the pages of docs/reference
	@mkdir -p docs/reference
	@$(BIN)/passerby settings > docs/reference/settings.md
	@$(BIN)/python -m passerby.api.openapi.reference > docs/reference/api.md
	@$(BIN)/python -m passerby.runtime.metrics_reference > docs/reference/metrics.md
	@$(BIN)/python -m passerby.dialects.reference > docs/reference/semantics.md

.PHONY: lock
lock: setup  ## Write the lock files from pyproject.toml; UPGRADE=--upgrade takes newer versions
	@$(LOCK) $(UPGRADE) --output-file requirements.lock pyproject.toml
	@$(BUILD_REQUIRES) | $(LOCK) $(UPGRADE) --extra dev --constraints requirements.lock --output-file requirements-dev.lock pyproject.toml -
	@$(BUILD_REQUIRES) | $(LOCK) --constraints requirements-dev.lock --output-file requirements-build.lock -
	@echo pip | $(LOCK) $(UPGRADE) --output-file requirements-pip.lock -
	@$(LOCK) $(UPGRADE) --output-file $(CLIENTS)/requirements.lock $(CLIENTS)/requirements.txt
	@for folder in $(CLIENTS) $(SDK); do (cd $$folder && npm install --package-lock-only --loglevel=error >/dev/null); done

.PHONY: clean
clean:  ## Remove what the targets above made; DATA stays
	@rm -rf $(VENV) .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist htmlcov mutants
	@rm -rf $(CLIENTS)/.venv $(CLIENTS)/node_modules $(SDK)/node_modules
	@find src tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +
