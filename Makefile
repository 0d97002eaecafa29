# Everything a person needs: `make up` to try Signoff, `make test` to test it. A bare Python >=3.11 is enough.

PYTHON ?= python3
PORT ?= 8700
SIGNOFF_HOME ?= .signoff
WORKERS ?= 3
MINUTES ?= 15
BROKEN ?= blind retry
export SIGNOFF_HOME

BIN := .venv/bin
SOURCES := bot workflows store sandbox examples tests benchmarks

.PHONY: up test crashes crashes-broken hunt hunt-broken check format bench pictures pins clean help

help:
	@echo "make up       start the sandbox and the bot, and print the page's address (PORT=$(PORT))"
	@echo "make test     run every test, in $(WORKERS) processes (WORKERS=), or some: TESTS=tests/store"
	@echo "make crashes  kill the bot for $(MINUTES) minutes (MINUTES=), and add to docs/crash-matrix.md"
	@echo "make crashes-broken  show that bots broken on purpose are found by it"
	@echo "make hunt     let hypothesis look for a way to break a promise for $(MINUTES) minutes (MINUTES=)"
	@echo "make hunt-broken  let it look for what is wrong with a bot broken on purpose (BROKEN=\"$(BROKEN)\")"
	@echo "make check    format, lint, types, import contracts"
	@echo "make format   format the code"
	@echo "make bench    measure speed and size, about a quarter of an hour (ONLY=acks: one of them); see benchmarks/README.md"
	@echo "make pictures take the README's pictures again, from the real page"
	@echo "make pins     resolve the requirements again"
	@echo "make clean    forget what the sandbox and the bot have kept in $(SIGNOFF_HOME)"

# The package of a model's provider is among the development pins.
up: $(if $(SIGNOFF_MODEL),.venv/dev.stamp,.venv/run.stamp)
	@$(BIN)/python -m sandbox --port $(PORT) --home $(SIGNOFF_HOME) -- $(BIN)/signoff serve

# The tests wait for processes more than they compute, so a few more of them than cores run at once.
test: .venv/dev.stamp
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadgroup $(TESTS)

crashes: .venv/dev.stamp
	$(BIN)/python -m tests.crashes.matrix --minutes $(MINUTES)

crashes-broken: .venv/dev.stamp
	$(BIN)/python -m tests.crashes.matrix.broken

hunt: .venv/dev.stamp
	$(BIN)/python -m tests.hunt --minutes $(MINUTES)

hunt-broken: .venv/dev.stamp
	$(BIN)/python -m tests.hunt --minutes $(MINUTES) --broken "$(BROKEN)"

check: .venv/dev.stamp
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/dev.stamp
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

pictures: .venv/dev.stamp
	SIGNOFF_PICTURES=docs/pictures $(BIN)/python -m pytest tests/browser/test_pictures.py

bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks $(ONLY)

# Universal pins for every platform and Python >=3.11, with hashes and without index lines. Needs uv.
pins:
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 requirements.in --output-file requirements.txt
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 requirements-dev.in --output-file requirements-dev.txt

clean:
	rm -rf $(SIGNOFF_HOME)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Signoff needs Python 3.11 or newer; name one with PYTHON=, like PYTHON=python3.12."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.txt pyproject.toml | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# The development pins hold the running ones too, so one install is enough.
.venv/dev.stamp: requirements-dev.txt pyproject.toml | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@ .venv/run.stamp
