# Two commands matter: `make run` (set up, then chat) and `make test` (set up, then all tests).
PYTHON ?= python3
BIN := .venv/bin
JOBS ?= 2

.PHONY: setup run test check bench soak lock clean

run: .venv/.run
	@$(BIN)/python -m bot demo

setup: .venv/.dev

test: .venv/.dev
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal -m "not soak"

soak: .venv/.dev
	@$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal -m soak --timeout 7200

check: .venv/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: .venv/.dev
	@$(BIN)/python -m benchmarks

# Newer versions of the libraries, with their hashes and without the address they came from.
lock: .venv/.dev
	@$(BIN)/pip install -q uv
	@printf 'hatchling>=1.27\neditables>=0.5\n' > .venv/build.in
	@$(BIN)/uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --extra dev pyproject.toml .venv/build.in -o requirements-dev.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml .venv/build.in -c requirements-dev.lock -o requirements.lock

clean:
	rm -rf .venv var

.venv/bin/python:
	@$(PYTHON) -m venv .venv

# Setting up speaks on standard error, so that a piped `make run` prints answers and nothing else.
.venv/.run: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Setting up (once) ..." >&2
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock >&2
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . >&2
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.run
	@echo "Setting up the tests (once) ..." >&2
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock >&2
	@touch $@
