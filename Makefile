# Two commands matter to a newcomer: `make run` and `make test`. Both set up everything they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run test check bench setup build lock screenshots accessibility clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Early Help Finder needs Python 3.11 or later; this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

# Compiled beforehand, for a server may run where Python cannot write or was told not to.
build: $(STAMP)
	$(BIN)/python -m compileall -q api directory geo cli.py
	$(BIN)/earlyhelp build --if-needed

run: build
	$(BIN)/earlyhelp serve

test: $(STAMP)
	$(BIN)/python -m pytest

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: build
	$(BIN)/python -m bench

screenshots: build
	$(BIN)/python -m docs.screenshots

# What /accessibility tells: every page and state is looked at in a browser, which takes some minutes.
accessibility: build
	$(BIN)/python -m docs.accessibility

# Writes requirements.lock anew from pyproject.toml. It names no registry: pip uses the one you have set up.
lock: $(STAMP)
	$(BIN)/python -m piptools compile --quiet --extra dev --all-build-deps --generate-hashes --allow-unsafe --strip-extras \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) var
