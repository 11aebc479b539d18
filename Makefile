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
