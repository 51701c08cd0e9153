# `make demo` and `make test` need Python 3.11 to 3.13 with venv, and nothing else.
# Everything they install stays in .venv and .tools; what the demo remembers stays in .casecoord.

PORT ?= 8000
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
RUN := .venv/bin/python
TESTS ?= tests
# A file's tests stay together: they share what it sets up. The long ones go first, not those with most tests.
# One process more than there are cores: each waits for its database a good part of the time.
SIDE_BY_SIDE = -n $(shell $(RUN) -c 'import os; print(min((os.cpu_count() or 1) + 1, 4))') --dist loadfile \
	--no-loadscope-reorder

.PHONY: demo demo-reset test prove figures bench peer pictures login-provider lint docs lock setup
.DEFAULT_GOAL := demo

demo: setup ## the whole system with an invented neighbourhood, on http://127.0.0.1:$(PORT)
	@PORT=$(PORT) exec $(RUN) -m casecoord demo

demo-reset: setup ## forget what the demo remembers
	@$(RUN) -m casecoord demo --reset

test: setup ## every test, except the long proofs
	@$(RUN) -m pytest -q $(SIDE_BY_SIDE) -m "not prove" $(TESTS)

prove: setup ## the long proofs: state machines, exhaustive and race runs
	@$(RUN) -m pytest -q -m prove $(TESTS)

figures: setup ## on how many questions the evaluators of the policy agree, and which changes of it nobody notices
	@$(RUN) -m tests.policies

bench: setup ## measure, print the table of aims, and write .bench/results.jsonl and docs/performance.md; QUICK=1: in three minutes
	@$(RUN) -m tests.bench $(if $(QUICK),--quick)

peer: setup ## PostGraphile, beside which the benchmarks measure, from the npm registry
	@$(RUN) -m tests.bench.peer

pictures: setup ## the pictures of README and docs, from the demo; needs Chromium
	@$(RUN) -m tests.pictures

login-provider: setup ## the certified OpenID Connect provider that the login tests ask, from the npm registry
	@$(RUN) -m tests.identity.certified

lint: setup ## what the tests check too, with mending
	@$(RUN) -m ruff check --fix . && $(RUN) -m ruff format . && $(RUN) -m mypy && .venv/bin/lint-imports

lock: setup ## after a change of the dependencies in pyproject.toml
	@.tools/bin/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header -q \
		-o requirements.lock
	@.tools/bin/uv pip compile pyproject.toml -c requirements.lock --universal --generate-hashes --no-header \
		--no-annotate -q -o requirements.run.lock

docs: setup ## the access matrix and the schema, printed from the code
	@$(RUN) -m casecoord policy matrix --format md > docs/who-may-see-what.md
	@$(RUN) -m casecoord schema export > graphql/schema.graphql

setup: .venv/.ready

.venv/.ready: requirements.lock tools.lock .ci/setup
	@.ci/setup "$(PYTHON)"
