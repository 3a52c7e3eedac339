# The verbs of this project. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EMULATOR := .venv-emulator
# One process more than cores runs the tests: many of them wait, for a server to start or a run to end.
PROCESSES ?= $(shell expr $$(nproc 2>/dev/null || echo 2) + 1)
# Extra words for pytest, for example `make test ARGS="tests/unit -k month"`.
ARGS ?=
# The pins are complete, so nothing is resolved (and nothing can be picked that is not pinned).
PIP := -m pip install --quiet --disable-pip-version-check --no-deps
UV := $(BIN)/uv pip install --quiet --system-certs --compile-bytecode --no-deps
# install(folder of an environment's programs, what): uv takes seconds where pip takes minutes. It does not read
# pip's own configuration (a mirror, say), so where it cannot fetch something pip does, after uv has said why.
install = $(UV) --python $(1)/python $(2) || $(1)/python $(PIP) $(2)

.PHONY: help run test lint format bench fuzz pins audit licences upgrade image clean
help: ## List the verbs
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(BIN)/.installed: requirements.txt requirements-install.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"Lakeside runs on Python 3.11 to 3.13, and {sys.executable} is {v[0]}.{v[1]}. Say which to use: make run PYTHON=python3.11")'
	@echo "Installing the pinned requirements into $(VENV) (once, under a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python $(PIP) --require-hashes -r requirements-install.txt
	@$(call install,$(BIN),--require-hashes -r requirements.txt)
	@$(call install,$(BIN),-e .)
	@touch $@

$(BIN)/.installed-dev: $(BIN)/.installed requirements-dev.txt
	@echo "Installing what tests and linters need"
	@$(call install,$(BIN),--require-hashes -r requirements-dev.txt)
	@touch $@

# The BigQuery emulator needs an older DuckDB than the product, so it lives in an environment of its own.
$(EMULATOR)/.installed: requirements-emulator.txt | $(BIN)/.installed
	@echo "Installing the BigQuery emulator into $(EMULATOR)"
	@$(PYTHON) -m venv $(EMULATOR)
	@$(call install,$(EMULATOR)/bin,--require-hashes -r requirements-emulator.txt)
	@touch $@

run: $(BIN)/.installed ## Start the console, the Prefect server and a worker on this machine
	@exec $(BIN)/lakeside up

test: $(BIN)/.installed-dev $(EMULATOR)/.installed ## Run every test, the browser journey and the emulators too
	@tests/install-chromium
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(BIN)/.installed-dev ## Check style, types and the layer rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(BIN)/.installed-dev ## Rewrite the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(BIN)/.installed-dev ## Measure against what a user would use instead, and write benchmarks/README.md
	$(BIN)/python -m benchmarks $(ARGS)

fuzz: $(BIN)/.installed-dev ## Look for inputs that break a promise: make fuzz ARGS="sql --seconds 600"
	$(BIN)/python -m tests.fuzz $(ARGS)

pins: $(BIN)/.installed-dev ## Compile requirements*.in to full pins with hashes
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes requirements-install.in -o requirements-install.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes requirements-emulator.in -o requirements-emulator.txt

audit: $(BIN)/.installed-dev ## Hold every pin against PyPI's known vulnerabilities (needs a network)
	BIN=$(BIN) infra/audit

licences: $(BIN)/.installed-dev ## Write docs/licences.md: what every dependency is under, and why it may be used
	$(BIN)/python -m cli.licences_page > docs/licences.md

upgrade: $(BIN)/.installed-dev ## Take the newest versions requirements*.in allow, then run the tests
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes requirements-install.in -o requirements-install.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --upgrade --python-version 3.11 --generate-hashes requirements-emulator.in -o requirements-emulator.txt
	$(MAKE) lint test

image: ## Build the container image; without a Docker engine too (root on Debian), and then try it
	infra/build-image
	infra/try-image

clean: ## Remove environments and caches (never the data)
	rm -rf $(VENV) $(EMULATOR) .mypy_cache .ruff_cache .pytest_cache .hypothesis build test-results
