# `make run` serves the product; `make test` proves it. Everything else: `make help`.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1

# Two tests at a time, but for those that kill processes: they need the machine. Two products
# beside each other share no file; a Redis they would share.
ALONGSIDE := -n 2 --dist worksteal -m "not browser and not processes"
BROWSERS  := -n 2 --dist loadfile -m "browser and not processes"
ALONE     := -m "processes"
BENCH     ?= submit_to_metrics models interpretation workshop live large assistant_streams export

.DEFAULT_GOAL := help
.PHONY: help run demo test test-services check bench messages docs lock clean preflight setup setup-dev

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-15s %s\n", $$1, $$2}'

preflight:
	@sh scripts/preflight.sh $(PYTHON)

$(VENV)/.created:
	@$(PYTHON) -m venv $(VENV) && touch $@

# The stamps are rewritten when a lock file changes, so a second start installs nothing.
$(VENV)/.ml: requirements/ml.txt | preflight $(VENV)/.created
	@echo "Installing the Python packages (first time: a minute or two)…"
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/ml.txt && touch $@

$(VENV)/.dev: requirements/dev.txt | preflight $(VENV)/.created
	@echo "Installing the Python packages for development (first time: two minutes)…"
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/dev.txt && touch $@

node_modules/.installed: package.json package-lock.json | preflight
	@echo "Installing the front-end packages…"
	@npm ci --silent --no-audit --no-fund && touch $@

locale/fr/LC_MESSAGES/django.mo: locale/fr/LC_MESSAGES/django.po scripts/messages.py
	@$(BIN)/python scripts/messages.py compile

setup: preflight $(VENV)/.ml node_modules/.installed
	@$(MAKE) --silent locale/fr/LC_MESSAGES/django.mo

setup-dev: preflight $(VENV)/.dev node_modules/.installed
	@$(MAKE) --silent locale/fr/LC_MESSAGES/django.mo

run: ## Serve the product with a demo Dojo on http://127.0.0.1:8000
	@sh scripts/preflight.sh $(PYTHON) --port
	@$(MAKE) --silent setup
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py load_demo
	@PATH="$(CURDIR)/$(BIN):$$PATH" exec $(BIN)/honcho start --no-prefix --port $${PORT:-8000}

test: setup-dev ## All tests, with SQLite and the broker of files
	@sh scripts/browser.sh $(BIN)/python
	@$(BIN)/python -m pytest $(ALONGSIDE)
	@$(BIN)/python -m pytest $(BROWSERS)
	@$(BIN)/python -m pytest $(ALONE)

# The engine imports no Django (lint-imports keeps it so): a server changes nothing for it.
test-services: setup-dev ## The same tests on PostgreSQL and Redis, but for the engine's
	@sh scripts/browser.sh $(BIN)/python
	@$(BIN)/python scripts/services.py
	@DATABASE_URL=$${DATABASE_URL:-postgres://postgres@127.0.0.1:5432/postgres} \
	 CELERY_BROKER_URL=$${CELERY_BROKER_URL:-redis://127.0.0.1:6379/9} \
	 sh -c '$(BIN)/python -m pytest $(ALONGSIDE) --ignore tests/engine && $(BIN)/python -m pytest -m "browser or processes"'

check: setup-dev ## Format, lint, types, architecture, migrations, translations, deployment
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	@$(BIN)/djlint templates --lint --quiet
	@$(BIN)/lint-imports --no-logo > .import-report || { cat .import-report; rm .import-report; exit 1; }; rm .import-report
	@$(BIN)/python manage.py makemigrations --check --dry-run --verbosity 0
	@$(BIN)/python scripts/messages.py check
	@$(BIN)/python scripts/config_reference.py check
	@DJANGO_DEBUG=off DJANGO_ALLOWED_HOSTS=example.org \
	 DJANGO_SECRET_KEY=$$(head -c 48 /dev/urandom | base64) \
	 $(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(BIN)/mypy --no-error-summary
	@echo "All checks passed."

bench: setup-dev ## Benchmarks, as ratios against bare scripts in the same run; one alone: BENCH=models
	@for name in $(BENCH); do $(BIN)/python benchmarks/$$name.py || exit 1; done

messages: setup-dev ## Update the French catalogue from the sources
	@$(BIN)/python scripts/messages.py update

docs: setup-dev ## Update the reference of the config from its declaration
	@$(BIN)/python scripts/config_reference.py update

lock: setup-dev ## Recompile the locked requirements from the .in files
	@for name in base ml tracking dev; do $(BIN)/uv pip compile --quiet --generate-hashes --no-header \
	  --no-emit-index-url --no-emit-find-links requirements/$$name.in -o requirements/$$name.txt; done

clean: ## Remove the local database, files and caches
	rm -rf var .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
