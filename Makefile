# What a person runs. The set-up happens once per lock file and is not in the times printed.
SHELL := /bin/bash
PYTHON := .venv/bin/python
PIP := $(PYTHON) -m pip install --quiet --disable-pip-version-check
RUN_READY := .venv/.ready-$(shell sha256sum requirements.lock | cut -c1-16)
DEV_READY := .venv/.ready-dev-$(shell sha256sum requirements-dev.lock | cut -c1-16)
export DO_NOT_TRACK := 1

# Runs a command line and prints how long it took, whatever came of it.
timed = @start=$$(date +%s); ( $(1) ); code=$$?; \
	echo "make $@: $$(( $$(date +%s) - start )) s"; exit $$code

.PHONY: nightly test test-live test-all lint ui bench-ingest bench-forecast bench-privacy lock definitions

nightly: $(RUN_READY)  ## pull, load, transform, publish: ARGS="--as-of 2026-10-31 --config FILE"
	$(call timed,$(PYTHON) -m pipelines.cli nightly $(ARGS))

test: $(DEV_READY)  ## every test that is quick
	$(call timed,$(PYTHON) -m pytest -n 2 -q $(ARGS))

test-live: $(DEV_READY)  ## tests against real servers
	$(call timed,$(PYTHON) -m pytest -n 2 -q -m live --timeout 1200 $(ARGS))

test-all: $(DEV_READY)  ## every test, the slow ones too
	$(call timed,$(PYTHON) -m pytest -n 2 -q --timeout 1800 -m "not live" $(ARGS))

lint: $(DEV_READY)  ## style, imports, types, SQL
	$(call timed,set -e; .venv/bin/ruff check .; .venv/bin/ruff format --check .; \
		.venv/bin/mypy; .venv/bin/sqlfluff lint --processes 2 dbt_project/models)

ui: $(RUN_READY)  ## Dagster's page on http://127.0.0.1:3000
	@$(PYTHON) -m pipelines.home
	DAGSTER_HOME=$$($(PYTHON) -m pipelines.home) .venv/bin/dagster dev -w workspace.yaml $(ARGS)

bench-ingest: $(DEV_READY)  ## ingestion beside the hand-written floor and dlt's dict path
	$(call timed,$(PYTHON) -m benchmarks.ingest $(ARGS))

bench-forecast: $(DEV_READY)  ## forecasts beside the naive ones and plain ETS
	$(call timed,$(PYTHON) -m benchmarks.forecast $(ARGS))

bench-privacy: $(DEV_READY)  ## what rules of small groups give away, and how much they leave
	$(call timed,$(PYTHON) -m benchmarks.privacy $(ARGS))

definitions: $(DEV_READY)  ## write the list of assets, checks, jobs and schedules that a test pins
	$(PYTHON) -m tests.pipelines.listing > tests/pipelines/expected_definitions.txt

lock:  ## resolve both lock files again (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-strip-extras pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-strip-extras --extra dev pyproject.toml -o requirements-dev.lock

$(RUN_READY): | .venv/bin/python
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

# In two steps: the second list names pydantic with an extra, and pip takes a package that others
# need without one only where it is there already.
$(DEV_READY): | .venv/bin/python
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/bin/python:
	python3 -m venv .venv
