# `make run` serves the product; `make test` proves it. Everything else: `make help`.
# Left empty, the newest that works of Python 3.13, 3.12 and 3.11.
PYTHON ?=
VENV   := .venv
BIN    := $(VENV)/bin
SOURCES := assistant classrooms config connections engine experiments jobs live posting scripts
export PIP_DISABLE_PIP_VERSION_CHECK = 1

# Two tests at a time, but for those that kill processes: they need the machine. Two products
# beside each other share no file, and no database of a Redis.
ALONGSIDE := -n 2 --dist worksteal -m "not browser and not processes"
BROWSERS  := -n 2 --dist loadfile -m "browser and not processes"
ALONE     := -m "processes"
# With COVERAGE=on, tests and the processes that they start note what they execute.
ifdef COVERAGE
PYTEST := $(BIN)/coverage run -m pytest
else
PYTEST := $(BIN)/python -m pytest
endif
BENCH     ?= submit_to_metrics models interpretation workshop live rush board large files assistant_streams export \
             judgement/coverage judgement/power judgement/verdicts judgement/replication judgement/luck \
             kills checks leaks

.DEFAULT_GOAL := help
.PHONY: help run audit test fuzz test-services coverage check bench messages docs lock clean preflight setup setup-dev

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-15s %s\n", $$1, $$2}'

preflight:
	@sh scripts/preflight.sh $(PYTHON)

$(VENV)/.created: | preflight
	@"$$(sh scripts/find_python.sh $(PYTHON))" -m venv $(VENV) && touch $@

# The stamps are rewritten when a lock file changes, so a second start installs nothing.
$(VENV)/.ml: requirements/ml.txt | $(VENV)/.created
	@echo "Installing the Python packages (first time: up to a minute)…"
	@sh scripts/install.sh $(BIN) requirements/ml.txt && touch $@

$(VENV)/.dev: requirements/dev.txt | $(VENV)/.created
	@echo "Installing the Python packages for development (first time: a minute or two)…"
	@sh scripts/install.sh $(BIN) requirements/dev.txt && touch $@

node_modules/.installed: package.json package-lock.json | $(VENV)/.created
	@sh scripts/node.sh $(BIN)
	@echo "Installing the front-end packages…"
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent --no-audit --no-fund && touch $@

locale/fr/LC_MESSAGES/django.mo: locale/fr/LC_MESSAGES/django.po scripts/messages.py
	@$(BIN)/python scripts/messages.py compile

setup: preflight $(VENV)/.ml node_modules/.installed
	@$(MAKE) --silent locale/fr/LC_MESSAGES/django.mo

setup-dev: preflight $(VENV)/.dev node_modules/.installed
	@$(MAKE) --silent locale/fr/LC_MESSAGES/django.mo

run: ## Serve the product with a demo Dojo on http://127.0.0.1:8000
	@sh scripts/preflight.sh --port $(PYTHON)
	@$(MAKE) --silent setup
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py load_demo
	@PATH="$(CURDIR)/$(BIN):$$PATH" exec sh scripts/run.sh $(CURDIR)/$(BIN)

test: setup-dev ## All tests, with SQLite and the broker of files
	@sh scripts/browser.sh $(BIN)/python
	@$(PYTEST) $(ALONGSIDE)
	@$(PYTEST) $(BROWSERS)
	@$(PYTEST) $(ALONE)

fuzz: setup-dev ## Every URL and field with every hostile value; `test` tries a part of them
	@FUZZ_SECONDS=0 $(BIN)/python -m pytest -n 2 -m fuzz

# Apart from `test`: measuring branches took half as much processor time again.
coverage: ## All tests, then the share of lines and branches that they execute
	@rm -rf .coverage-data
	@$(MAKE) --silent test COVERAGE=on
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

# What reaches no server is left out: tests/conftest.py.
test-services: setup-dev ## The tests that reach a server, on PostgreSQL and Redis
	@sh scripts/browser.sh $(BIN)/python
	@$(BIN)/python scripts/services.py
	@DATABASE_URL=$${DATABASE_URL:-postgres://postgres@127.0.0.1:5432/postgres} \
	 CELERY_BROKER_URL=$${CELERY_BROKER_URL:-redis://127.0.0.1:6379/9} \
	 sh -c '$(BIN)/python -m pytest $(ALONGSIDE) && $(BIN)/python -m pytest $(BROWSERS) && $(BIN)/python -m pytest $(ALONE)'

check: setup-dev ## Format, lint, types, architecture, migrations, translations, deployment
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive $(SOURCES) manage.py
	@$(BIN)/djlint templates --check --lint --quiet
	@PATH="$(CURDIR)/$(BIN):$$PATH" node_modules/.bin/eslint --max-warnings 0 static/js eslint.config.js
	@$(BIN)/lint-imports --no-logo > .import-report || { cat .import-report; rm .import-report; exit 1; }; rm .import-report
	@$(BIN)/python manage.py makemigrations --check --dry-run --verbosity 0
	@$(BIN)/python scripts/messages.py check
	@$(BIN)/python scripts/config_reference.py check
	@DJANGO_DEBUG=off DJANGO_ALLOWED_HOSTS=example.org \
	 DJANGO_SECRET_KEY=$$(head -c 48 /dev/urandom | base64) \
	 $(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(BIN)/mypy --no-error-summary
	@echo "All checks passed."

audit: setup-dev ## Known vulnerabilities in the locked packages; needs the network
	@for name in base ml tracking; do $(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements/$$name.txt || exit 1; done

bench: setup-dev ## Benchmarks, as ratios against bare scripts in the same run; one alone: BENCH=models
	@for name in $(BENCH); do $(BIN)/python benchmarks/$$name.py || exit 1; done

messages: setup-dev ## Update the French catalogue from the sources
	@$(BIN)/python scripts/messages.py update

docs: setup-dev ## Update the reference of the config from its declaration
	@$(BIN)/python scripts/config_reference.py update

lock: setup-dev ## Recompile the locked requirements from the .in files
	@for name in base ml tracking dev setup node; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	  requirements/$$name.in -o requirements/$$name.txt || exit 1; done

clean: ## Remove the local database, files and caches
	rm -rf var .coverage-data .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
