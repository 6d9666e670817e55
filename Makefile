PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python
FOLDERS := lifecycle api worker tests bench

.DEFAULT_GOAL := help
.PHONY: help setup run test check lint types unit slow night chromium screenshots mutants bench lock docs texts clean

help: ## Print this help
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info < (3, 14) or sys.exit("Python 3.11, 3.12 or 3.13 is needed; name one: make setup PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.ready-run: $(BIN)/uv requirements/run.txt requirements/assets.txt pyproject.toml hatch_build.py
	@$(INSTALL) --require-hashes -r requirements/run.txt
	@$(INSTALL) --require-hashes --no-deps -r requirements/assets.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q lifecycle api worker
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready-run requirements/dev.txt
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(VENV)/.ready-dev ## Install everything for development into .venv
	@:

run: $(VENV)/.ready-run ## Bring the product up: embedded Temporal, SQLite, sample portfolio
	@$(BIN)/lifecycle up --sample

test: setup check unit slow ## Check and test everything

check: lint types ## Format, lint, import contracts, types

lint: setup
	@$(BIN)/ruff format --check --quiet $(FOLDERS)
	@$(BIN)/ruff check --quiet $(FOLDERS)
	@$(BIN)/lint-imports --no-logo

types: setup
	@$(BIN)/mypy

unit: setup ## The fast tests: pure core and architecture
	@$(BIN)/python -m pytest -q -n 2 tests/unit tests/architecture

slow: setup chromium ## Real Temporal, real SQL, real processes
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup tests/workflows tests/replay tests/integration tests/api tests/web tests/e2e

mutants: setup ## Name the changes of ready policies that their tests would not notice
	@$(BIN)/python -m tests.mutation

night: setup ## The long runs of the core: mutated policy files, random policies, the reference model, separation of duties
	@POLICY_MUTANTS=50000 WAYS_RUNS=20000 WAY_RUNS=200 MODEL_RUNS=5000 MODEL_STEPS=50 SEPARATION_RUNS=100000 \
	  $(BIN)/python -m pytest -q -n 2 -rP $(addprefix tests/unit/test_,policy_mutations.py proofs_ways_out.py itinerary.py model.py separation.py)

chromium: ## Install the browser for the tests of the pages, if it is missing
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
	  echo "Chromium is missing; installing it with apt-get for the tests of the pages."; \
	  $(if $(filter 0,$(shell id -u)),,sudo) sh -c 'apt-get update -q && apt-get install -y -q --no-install-recommends chromium' \
	  || { echo "That did not work: install chromium with your package manager, then try again."; exit 1; }; }

screenshots: setup chromium ## Pictures of every page, wide and narrow, light and dark, in var/screenshots
	@$(BIN)/python -m tests.web.browser.screenshots var/screenshots

bench: setup ## Measure the figures to reach (ONLY="P3 P6": some); prints a table, writes bench/results.json
	@$(BIN)/python -m bench $(ONLY)

docs: setup ## Generate the references from the models and from OpenAPI
	@$(BIN)/lifecycle policy reference > docs/policy-reference.md
	@$(BIN)/lifecycle policy reference --tests > docs/policy-tests.md
	@$(BIN)/lifecycle api-reference > docs/api-reference.md

texts: setup ## Gather the texts of the pages for translation
	@$(BIN)/pybabel -q extract -F babel.cfg -k Way:2 -k n:1,2 -c NOTE: --no-location --sort-output --omit-header -o lifecycle/service/language/locales/messages.pot .
	@$(BIN)/pybabel -q update --init-missing --no-fuzzy-matching --ignore-obsolete --omit-header -D messages -i lifecycle/service/language/locales/messages.pot -o lifecycle/service/language/locales/de/messages.po -l de
	@rm lifecycle/service/language/locales/messages.pot

lock: $(BIN)/uv ## Resolve the dependencies again and pin them with hashes
	@for set in run:--extra=embedded,--extra=build dev:--extra=dev; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	    $$(echo $${set#*:} | tr ',' ' ') -o requirements/$${set%%:*}.txt pyproject.toml || exit; done
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -o requirements/uv.txt requirements/uv.in
	@$(BIN)/uv pip compile --quiet --universal --no-deps --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -o requirements/assets.txt requirements/assets.in

clean: ## Remove what was built (keeps your data)
	rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache
