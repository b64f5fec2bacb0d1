# Everything a developer or administrator starts with. `make venv` makes .venv; the other targets make it first.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: venv demo test check bench faults clean

venv: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed; name it with make PYTHON=...")'
	$(PYTHON) -m venv .venv
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

demo: venv
	$(BIN)/duban demo

test: venv
	$(BIN)/python -m pytest -n auto

check: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: venv
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python -m benchmarks
ifndef QUICK
	$(BIN)/python -m benchmarks.deadlines
	$(BIN)/python -m benchmarks.deadline_lines
	$(BIN)/python -m benchmarks.yaml_reading
	$(BIN)/python -m benchmarks.rosters
endif

faults: venv
	$(BIN)/python -m benchmarks.faults
	$(BIN)/python -m benchmarks.nodes

clean:
	rm -rf .venv build dist duban-demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
