# `make` lists the targets. Everything else is made from them: see docs/operations.md.

.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/sh

PYTHON ?= python3
# Where a Python is named, the environment is of its version; else it stays as it is.
NAMED := $(if $(filter file,$(origin PYTHON)),,--named)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
PARTICIPANTS ?= 12
ORACLE_DIR ?= tests/oracle/data
WORKERS ?= 2
# Worlds that a module writes once are written by one worker.
BY_MODULE := --dist=loadscope --no-loadscope-reorder
export PORT PARTICIPANTS ORACLE_DIR
# Compiled modules are kept, whatever this machine says: else each process compiles all.
export PYTHONDONTWRITEBYTECODE :=

# Settings as production has them; nothing listens behind these addresses.
NOWHERE := postgres://edc_runtime@/edc?host=/nonexistent
PRODUCTION := env -u DEMO -u DEBUG -u TLS \
	DATABASE_URL="$(NOWHERE)" OWNER_DATABASE_URL="$(NOWHERE)" \
	REDIS_URL=redis://127.0.0.1:6379/0 ALLOWED_HOSTS=edc.example.org \
	SECRET_KEY=only-to-check-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH \
	VAULT_KEYS=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
DEMO := $(PRODUCTION) DEMO=1
PIN = $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --custom-compile-command "make requirements"
CATALOGUES := $(wildcard locale/*/LC_MESSAGES/*.po)

.PHONY: help setup demo demo-reset quick fuzz test test-oracle coverage mutants check fix \
	trace guards bench load browser messages requirements

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile
	@echo "Variables: PYTHON=$(PYTHON) PORT=$(PORT) PARTICIPANTS=$(PARTICIPANTS)" \
		"ORACLE_DIR=$(ORACLE_DIR)"

setup: ## make or refresh the virtual environment
	@command -v "$(PYTHON)" >/dev/null \
		|| { echo "setup: there is no $(PYTHON); name a Python: make PYTHON=…" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo \
		"setup: Python 3.11 or newer is needed, $(PYTHON) is not; name one: make PYTHON=…" \
		>&2; exit 1; }
	@"$(PYTHON)" -I tools/launch/environment.py $(VENV) $(NAMED)

demo: translations ## start everything on this machine, with a simulated trial
	@exec $(BIN)/python -m tools.launch.demo

demo-reset: ## stop the demo and remove its data
	@"$(PYTHON)" -m tools.launch.demo reset

quick: translations ## run the tests of rules, units and pages: no browser, nothing slow
	@$(BIN)/python -m pytest -n $(WORKERS) $(BY_MODULE) -m "not journey and not pdf and not slow" $(ARGS)

test: translations ## run the tests (ARGS="tests/audit -k trigger" for some of them)
	@$(BIN)/python -m pytest -n $(WORKERS) $(BY_MODULE) $(ARGS)

fuzz: translations ## hostile texts in every item and form, for longer (FUZZ_ROUNDS, FUZZ_SEED)
	@export FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} FUZZ_ROUNDS=$${FUZZ_ROUNDS:-20}; \
		echo "FUZZ_SEED=$$FUZZ_SEED"; \
		$(BIN)/python -m pytest -n $(WORKERS) tests/fuzz $(ARGS)

test-oracle: setup ## run the reference cases in ORACLE_DIR
	@$(BIN)/python -m pytest tests/oracle $(ARGS)

coverage: translations ## run the tests; fail below 95 % in all, 100 % in rules
	@$(BIN)/python -m pytest -n $(WORKERS) $(BY_MODULE) --cov --cov-report= $(ARGS)
	@$(BIN)/coverage report --skip-covered --show-missing --fail-under=95
	@$(BIN)/coverage report --skip-covered --show-missing --fail-under=100 \
		--include="*/rules.py,*/rules/*.py"

mutants: setup ## break the rules, one place at a time: which faults no test notices, by room
	@WORKERS=$(WORKERS) $(BIN)/python -m tools.mutants $(ARGS)

check: translations ## lint, format, types, imports, dead code, migrations, templates, deployment
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	@echo mypy && $(DEMO) $(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@echo manage.py makemigrations --check && $(DEMO) $(BIN)/python \
		-W "ignore:Got an error checking" manage.py makemigrations --check --dry-run
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/oxlint --quiet --deny-warnings static/js
	$(BIN)/python -m tools.dead_code
	$(BIN)/deptry .
	@echo pip-licenses && $(BIN)/pip-licenses --output-file=/dev/null >/dev/null
	@echo manage.py check --deploy && $(PRODUCTION) $(BIN)/python \
		manage.py check --deploy --fail-level WARNING
	$(BIN)/python -m tools.traceability --check
	$(BIN)/python -m tools.translations --check
	@! grep -nE '://|--(extra-)?index-url|--find-links' requirements*.txt \
		|| { echo "check: a requirements file names a host" >&2; exit 1; }

audit: setup ## published weaknesses of what is installed (asks the index for them)
	$(BIN)/uv tool run pip-audit --strict --no-deps --disable-pip \
		--requirement requirements-dev.txt $(ARGS)

fix: setup ## let the tools repair what they can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

trace: setup ## write docs/traceability.md
	@$(BIN)/python -m tools.traceability

guards: setup ## write what guards the record in the database, from the migrations
	@$(BIN)/python -m tools.guards

load: setup ## fifty people entering forms at once, for two minutes (ARGS="50 120")
	@$(BIN)/python -m bench.load $(ARGS)

bench: setup ## time saves, the audit trail, reminders and mails (a few minutes)
	@$(BIN)/python -m bench $(ARGS)

browser: ## install Chromium, a font, Pango and Redis for the tests (Debian, as root)
	@$(SHELL) tools/launch/browser.sh

messages: setup ## collect texts for translation into locale/
	@$(BIN)/python -m tools.translations

requirements: setup ## pin the requirements anew, with hashes and without hosts (ARGS=--upgrade)
	@$(PIN) requirements.in --output-file requirements.txt $(ARGS)
	@$(PIN) requirements-dev.in --excludes requirements-dev-excludes.in \
		--output-file requirements-dev.txt $(ARGS)

.PHONY: translations
translations: setup $(CATALOGUES:.po=.mo)

%.mo: %.po | setup
	@$(BIN)/python -m tools.translations --compile

.DEFAULT:
	$(error No target "$@": `make` lists them)
