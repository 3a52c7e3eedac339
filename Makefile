# The verbs of this project. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export LAKESIDE_SHARED_DATA

.PHONY: help run test lint format bench clean pins
help: ## List the verbs
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/.installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps -e .
	@touch $@

$(BIN)/.installed-dev: $(BIN)/.installed requirements-dev.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

run: $(BIN)/.installed ## Start the console, the Prefect server and a worker on this machine
	@exec $(BIN)/lakeside up

lint: $(BIN)/.installed-dev ## Check style, types and the layer rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(BIN)/.installed-dev ## Rewrite the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pins: ## Compile requirements*.in to full pins with hashes
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes requirements-dev.in -o requirements-dev.txt
	uv pip compile --quiet --python-version 3.11 --generate-hashes requirements-emulator.in -o requirements-emulator.txt

clean: ## Remove environments and caches (never the data)
	rm -rf $(VENV) .venv-emulator .mypy_cache .ruff_cache .pytest_cache .hypothesis build
