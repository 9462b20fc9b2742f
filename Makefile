# Two commands are all a newcomer needs: `make run` and `make test`. Nothing is installed outside .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TESTS ?= tests
ONLY ?=
SECONDS ?= 60
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help run test check lint bench explain-score fuzz fuzz redraw clean
.DELETE_ON_ERROR:

help:  ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1  \2/p' Makefile

# Without a terminal the same job is done headless: practice server, a delivery to it, the report.
run: $(VENV)/.installed  ## open the wizard (without a terminal: check against the practice server)
	@if [ -t 0 ] && [ -t 1 ]; then $(BIN)/smtp-wizard; else $(BIN)/smtp-wizard practice --check; fi

test: $(VENV)/.tools  ## run the tests
	$(BIN)/pytest $(TESTS)

check: lint  ## everything that must hold: format, lint, types, arrows between the rooms, tests with branch coverage
	$(BIN)/pytest --cov --cov-branch --cov-report=term:skip-covered $(TESTS)

lint: $(VENV)/.tools  ## format, lint, types and import contracts, without the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(VENV)/.tools  ## measure against a baseline of the same run and write docs/performance.md (ONLY=check for one)
	$(BIN)/python -m tests.bench $(ONLY)

explain-score: $(VENV)/.tools  ## score explain on labelled errors (FILE=errors.jsonl for others)
	$(BIN)/python -m tests.explain.score $(FILE)

fuzz: $(VENV)/.fuzzer  ## hunt for what crashes, hangs or grows (SECONDS=60 each, ONLY=explain for one)
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS) $(ONLY)

redraw: $(VENV)/.tools  ## draw the pictures in screenshots/ again
	$(BIN)/pytest tests/test_screenshots.py --redraw

clean:  ## remove what these commands made
	rm -rf $(VENV) build dist *.egg-info .coverage .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# The link to the interpreter is the target: it counts as missing when the interpreter it points to is gone.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "SMTP Wizard needs Python 3.11 or newer, and $(PYTHON) is older or missing."; \
	  echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Making $(VENV): this happens once and takes about a minute."
	@$(PYTHON) -m venv --clear $(VENV)

# Apart from the tools: it is large, and only a hunt needs it.
$(VENV)/.fuzzer: $(VENV)/.tools
	@$(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['dependency-groups']['fuzz'], sep='\n')" > $(VENV)/fuzz.txt
	@$(PIP) install --requirement $(VENV)/fuzz.txt > $(VENV)/pip.log 2>&1 || { cat $(VENV)/pip.log; exit 1; }
	@touch $@

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@$(PIP) install --editable . > $(VENV)/pip.log 2>&1 || { cat $(VENV)/pip.log; exit 1; }
	@touch $@

# Read from pyproject.toml by hand: pip knows --group only from 25.1 on, and Python 3.11 brings an older one.
$(VENV)/.tools: $(VENV)/.installed
	@$(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['dependency-groups']['dev'], sep='\n')" > $(VENV)/tools.txt
	@$(PIP) install --requirement $(VENV)/tools.txt > $(VENV)/pip.log 2>&1 || { cat $(VENV)/pip.log; exit 1; }
	@touch $@
