# Two commands are all a fresh machine needs: `make corpus` and `make test`. Both set up .venv by themselves, once.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: corpus test test-pure browser-test floors bench lint types contract check

corpus: $(VENV)/compiled
	$(BIN)/cleancopy clean seeds --out clean

test: $(VENV)/compiled
	$(BIN)/python -m pytest

# The cleaners as they are where nothing can be compiled, and the examples in their docstrings, which mypyc leaves out.
test-pure: $(VENV)/ready
	CLEANCOPY_PURE=1 $(BIN)/python -m pytest cleaners tests/cleaners

# These need Chromium, which not every machine has.
browser-test: $(VENV)/compiled
	$(BIN)/python -m pytest tests/browser

# The quality measured so far, on data that is not part of this project; without the data, on our own cases.
floors: $(VENV)/compiled
	$(BIN)/python benchmarks/mojibake.py --floors
	$(BIN)/python benchmarks/furniture.py --floors
	$(BIN)/python benchmarks/pages.py --floors

# Speed beside ftfy and datasketch, and what whole runs cost; takes a quarter of an hour.
bench: $(VENV)/compiled
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/duplicates.py
	$(BIN)/python benchmarks/where.py
	$(BIN)/python benchmarks/scale.py

lint: $(VENV)/ready
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/ready
	$(BIN)/mypy

contract: $(VENV)/ready
	$(BIN)/lint-imports

check: lint types contract test test-pure

# The environment is rebuilt when its inputs change. pip compiles to bytecode, without which imports take twice as long.
$(VENV)/ready: constraints.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Cleancopy needs Python 3.11 or newer; set PYTHON=python3.11 or newer")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# The cleaners compiled, which takes half a minute and a C compiler; without one they run as they are.
$(VENV)/compiled: $(VENV)/ready $(wildcard cleaners/*.py) flows/compile.py
	$(BIN)/python -m flows.compile || true
	touch $@
