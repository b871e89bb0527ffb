# Bare `make` lists the commands. Each one installs what it needs.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA_DIR ?= data
BENCH ?=

.DEFAULT_GOAL := help
.PHONY: help install demo serve test fuzz lint fix migration pictures bench bench-gpu bench-install constraints clean

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.installed  ## make .venv and install optsvc into it, with the pinned versions
	@$(BIN)/python dashboard/build.py   # only if its sources have changed

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "optsvc needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[server,demo,dev]'
	@touch $@

demo: install  ## start the whole service, tune a real model over HTTP, show what came out
	$(BIN)/python examples/tune_classifier.py

serve: install  ## start the service on this machine and keep it up (data in ./data)
	$(BIN)/optsvc up --data-dir $(DATA_DIR)

test: install  ## run all tests, against real embedded servers, in a process for each core (four at most)
	$(BIN)/pytest -n logical --maxprocesses 4 --no-loadscope-reorder

fuzz: install  ## send made-up requests to every operation of the API, others each time (minutes): make fuzz n=1000
	OPTSVC_FUZZ_EXAMPLES=$(or $(n),200) $(BIN)/pytest -s tests/api/test_fuzzing.py -k document

lint: install  ## format, lint, types, layers; of the dashboard too
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python dashboard/openapi.py
	$(BIN)/python dashboard/build.py npm run --silent lint

fix: install  ## format and mend what can be mended by itself
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(BIN)/python dashboard/build.py npm run --silent fix

migration: install  ## write a new migration from the models: make migration m="what changes"
	$(BIN)/optsvc dev-migration "$(m)"

pictures: install  ## take the pictures of the dashboard in docs/pictures again, of an example that runs for it (minutes)
	$(BIN)/python -m docs.pictures

bench: install  ## measure the optimizer against others; only what is missing (hours; BENCH=--quick: minutes)
	$(BIN)/python -m benchmarks run $(BENCH)

bench-install: install  ## make the environments of the other optimizers, in .bench (some GB)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python -m benchmarks install

bench-gpu: install  ## measure batches of suggestions on this machine's GPU against one core (installs CuPy)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[gpu]'
	$(BIN)/python -m benchmarks.gpu

constraints:  ## refresh the pinned versions in constraints.txt
	$(PYTHON) -m venv .venv-constraints
	.venv-constraints/bin/pip install --quiet --upgrade '.[server,demo,dev]'
	{ echo "# Versions that are installed and tested together. Refresh with: make constraints"; \
	  .venv-constraints/bin/pip freeze --exclude optsvc --exclude pip --exclude setuptools; } > constraints.txt
	rm -rf .venv-constraints

clean:  ## remove everything that was made here
	rm -rf $(VENV) dashboard/node_modules src/optsvc/dashboard/static .bench build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
