# Two commands on a bare machine: `make run` (the first verdicts) and `make test`. Everything is installed in .venv.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check

.PHONY: help run test lint format lock bench clean chromium

help: ## say what each command does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: .venv/run.done ## test the claims on real territories; writes out/verdict
	$(BIN)/sim verdict --quick --out out/verdict

test: .venv/test.done chromium ## run the whole test suite
	$(BIN)/python -m pytest -q -n auto --dist loadfile

lint: .venv/test.done ## check the style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv/test.done ## rewrite the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/run.done ## measure speed on this machine
	$(BIN)/sim bench

# The build backend is locked too, so that an editable install downloads nothing that has no hash.
LOCK := $(BIN)/pip-compile --quiet --generate-hashes --no-header --strip-extras --allow-unsafe \
	--build-deps-for editable --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

lock: .venv/test.done ## choose new versions of the dependencies (on the oldest Python that we support)
	$(LOCK) --upgrade --extra lab --extra app --extra dev --output-file requirements-dev.txt pyproject.toml
	cp requirements-dev.txt requirements.txt # the smaller lock keeps the versions and hashes of the larger one
	$(LOCK) --extra lab --output-file requirements.txt pyproject.toml

clean: ## remove results and caches; .venv stays
	rm -rf out build dist .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is older than Python 3.11. Install a newer one, then: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "This Python has no venv. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.done: requirements.txt pyproject.toml | .venv/bin/python
	$(INSTALL) --require-hashes -r requirements.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/test.done: requirements-dev.txt pyproject.toml | .venv/bin/python
	$(INSTALL) --require-hashes -r requirements-dev.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch .venv/run.done $@

# The page is tested in a real browser, which no Python package brings.
chromium:
	@if command -v chromium chromium-browser google-chrome >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium; \
	else echo "No Chromium here: the tests of the page in a browser will be skipped. To run them: sudo apt-get install chromium"; fi
