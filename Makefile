# Each target does all the set-up that it needs from nothing, and nothing twice: finished steps leave a stamp in .venv.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo demo-year test quick format docs chromium libvips postgresql haproxy constraints clean

VENV := .venv
BIN := $(VENV)/bin
# One worker more than cores, since tests wait for browsers, servers and disks; each with whole files in our order
# (tests/conftest.py), since tests of a file share servers and bundles. torch takes one thread in each. Bytecode is kept,
# since tests start hundreds of servers that would compile us anew.
WORKERS := $(shell cores=$$(nproc); echo $$(( cores < 3 ? cores + 1 : 4 )))
PYTEST := PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder
DEMO_BUNDLE := runs/demo/bundle/bundle.json

help: ## Show these targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/packages.stamp ## Create .venv with everything: train, serve, render and the checks

demo: setup $(DEMO_BUNDLE) ## Train a detector on the sample and serve it; prints where to click
	@echo "demo: serving $(dir $(DEMO_BUNDLE))"
	@$(BIN)/touchstone serve configs/serve.toml

demo-year: setup $(DEMO_BUNDLE) ## Simulate a year of members, sellers and cases, check its figures, and serve it
	@$(BIN)/python -m simulator run runs/demo-year --bundle $(dir $(DEMO_BUNDLE))
	@$(BIN)/python -m simulator check runs/demo-year
	@$(BIN)/python -m simulator serve runs/demo-year

test: setup chromium libvips postgresql haproxy ## Run every check: format, lint, types, imports, tests (unit, slow, browser, end to end)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	TOUCHSTONE_CHROMIUM="$$(.ci/chromium)" $(PYTEST)

quick: setup postgresql ## Run the unit tests that take no more than seconds, in under two minutes on two cores
	$(PYTEST) -m "not slow and not browser and not end_to_end"

format: setup ## Format the code and fix what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: setup ## Write the tables of docs/settings.md anew from the code
	$(BIN)/python -m vision.config.settings_page docs/settings.md

chromium: ## Find Chromium for the browser tests, or install Debian's
	@.ci/chromium

libvips: ## Find libvips for the tests of decoding, or install Debian's
	@.ci/libvips

postgresql: ## Find PostgreSQL for the tests of the store, or install Debian's
	@.ci/postgresql

haproxy: ## Find HAProxy for the tests of several servers, or install Debian's
	@.ci/haproxy

constraints: setup ## Pin what .venv holds now into constraints.txt
	{ grep -E '^(#|torch)' constraints.txt; $(BIN)/pip freeze --all --exclude-editable | grep -Ev '^(nvidia-|cuda-|triton=|torch|pip=)'; } > $(VENV)/constraints.txt
	mv $(VENV)/constraints.txt constraints.txt

clean: ## Remove .venv and caches; keeps runs/ and touchstone-data/, which hold work
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find vision training serving tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@.ci/venv $(VENV) $(PYTHON)

$(VENV)/packages.stamp: pyproject.toml constraints.txt | $(BIN)/python
	@.ci/packages $(VENV)
	@touch $@

$(DEMO_BUNDLE): configs/demo.toml training/samples/hair_dryers/manifest.csv | setup
	@echo "demo: training on the sample, about two minutes on two cores"
	@$(BIN)/touchstone train configs/demo.toml
