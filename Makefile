# Thin names for the commands people type. `make` or `make help` lists them.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
MANAGE := $(BIN)/python manage.py

.DEFAULT_GOAL := help
.PHONY: help install up demo doctor test check bench mutants proto lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## install everything the project needs into .venv

$(STAMP): requirements-dev.txt
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not installed; set PYTHON=/path/to/python (3.11 to 3.13)"; exit 1; }
	@echo "installing into $(VENV), once; this takes about a minute"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

up: $(STAMP) ## run the whole system on this machine until Ctrl-C
	@$(MANAGE) up

demo: $(STAMP) ## tell the story against the running system, and judge it
	@$(MANAGE) demo

doctor: $(STAMP) ## look for what usually goes wrong on a new machine
	@$(MANAGE) doctor

test: $(STAMP) ## run every suite
	@$(BIN)/python -m tools.suites

check: $(STAMP) ## lint, types, walls, contracts, migrations
	@$(BIN)/python -m tools.check

bench: $(STAMP) ## measure, each figure beside its ceiling (ONLY=name, JSON=1)
	@$(BIN)/python -m tools.bench

mutants: $(STAMP) ## plant known bugs and see that a named test kills each
	@$(BIN)/python -m tools.mutants

proto: $(STAMP) ## regenerate code from proto/
	@$(BIN)/python -m tools.proto

lock: $(STAMP) ## pin requirements.in and requirements-dev.in again, with hashes
	@for name in requirements requirements-dev; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade $$name.in -o $$name.txt; \
	done

clean: ## remove the environment and all local data
	rm -rf $(VENV) .oa .mypy_cache .ruff_cache .hypothesis
