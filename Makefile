##@ Everyday
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help up test fuzz check bench lock docs clean

help: ## List what can be made
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(READY) ## Start the whole product with demo data; Ctrl-C stops it
	@exec $(BIN)/mutasi up

test: $(READY) ## Run all tests, on the real servers
	@$(BIN)/python -m pytest -n auto --dist loadfile

fuzz: $(READY) ## Try every operation against its description, MUTASI_FUZZ times (500)
	@MUTASI_FUZZ=$${MUTASI_FUZZ:-500} $(BIN)/python -m pytest -q tests/api/test_schema.py

check: $(READY) ## Lint and type-check
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(READY) ## Measure speed beside a bare baseline in the same run
	@$(BIN)/python -m tests.bench

##@ Maintenance
docs: $(READY) ## Write the generated parts of the documentation again
	@$(BIN)/python -m runtime.docs

lock: ## Pin all dependencies again (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	uv pip compile pyproject.toml --group embedded --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements-dev.lock

clean: ## Remove the environment and the data of the demo
	rm -rf $(VENV) .mutasi

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Mutasi needs Python 3.11 or newer; name one: make PYTHON=python3.12 up"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Preparing $(VENV) (a minute, the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $(READY)
