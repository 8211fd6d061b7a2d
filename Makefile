# A Python of 3.11 or newer and make are all it takes.
#
#   make demo                the bot with a stand-in Slack and a stand-in Zoho, on this machine
#   make demo ARGS=--check   the same, played through as one story and printed
#   make test                every test
#   make check               style, types, directions of import
#   make bench               the benchmarks
#   make chaos               processes killed at every moment, and whether every alert was said once
#
# Everything that is installed or kept between runs lies in .venv. .venv/installed holds copies of the
# requirement files that were installed to the end; an environment without them was left half-made and is
# made anew.

VENV := .venv
PY := $(VENV)/bin/python
DONE := $(VENV)/installed
CACHE := $(VENV)/cache
SEEK = python3.14 python3.13 python3.12 python3.11 python3
# Two for each core: many tests wait for other processes and not for the processor.
TESTERS = $(shell expr 2 '*' "`nproc 2>/dev/null || echo 2`")
CHROMIUMS = chromium chromium-browser google-chrome google-chrome-stable

export PYTHONDONTWRITEBYTECODE := 1
export MYPY_CACHE_DIR := $(CACHE)/mypy
export RUFF_CACHE_DIR := $(CACHE)/ruff
export HYPOTHESIS_STORAGE_DIRECTORY := $(CACHE)/hypothesis
export DEBIAN_FRONTEND := noninteractive

.PHONY: demo test check bench chaos environment environment-dev chromium wrk help

help:
	@sed -n '3,8s/^#   //p' Makefile

demo: environment
	@$(PY) -m bot demo $(ARGS)

test: environment-dev chromium
	$(PY) -m pytest -n $(TESTERS) -o cache_dir=$(CACHE)/pytest $(ARGS)

check: environment-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports --no-logo --cache-dir $(CACHE)/imports

bench: environment-dev wrk
	@$(PY) -m tests.bench $(ARGS)

chaos: environment-dev
	@$(PY) -m tests.bench.chaos $(ARGS)

new_enough = -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
makes_environments = -c 'import ensurepip, venv' 2>/dev/null
install = $(PY) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes

# Nothing is downloaded before a Python was found that is new enough and can make environments.
environment:
	@$(PY) $(new_enough) && cmp -s requirements.txt $(DONE)/requirements.txt && exit 0; \
	if ! $(PY) $(new_enough) || [ ! -f $(DONE)/requirements.txt ]; then \
	  chosen=; met=; \
	  for name in $(if $(PYTHON),"$(PYTHON)",$(SEEK)); do \
	    command -v "$$name" >/dev/null || continue; \
	    if ! "$$name" $(new_enough); then met="$$met $$name is `"$$name" --version 2>&1 | head -n 1`."; \
	    elif ! "$$name" $(makes_environments); then met="$$met $$name cannot make environments (Debian: apt-get install $$name-venv)."; \
	    else chosen=$$name; break; fi; \
	  done; \
	  if [ -z "$$chosen" ]; then \
	    echo "Python 3.11 or newer is needed, with venv.$${met:- None was found.} Nothing was downloaded." >&2; \
	    echo "Another one can be named: make demo PYTHON=/path/to/python3.12" >&2; exit 1; \
	  fi; \
	  echo "Making $(VENV) with `"$$chosen" --version`; this happens once and takes about half a minute."; \
	  "$$chosen" -m venv --clear $(VENV) || exit 1; \
	fi; \
	rm -rf $(DONE); $(install) -r requirements.txt || exit 1; \
	mkdir -p $(DONE) && cp requirements.txt $(DONE)/

environment-dev: environment
	@cmp -s requirements-dev.txt $(DONE)/requirements-dev.txt && exit 0; \
	echo "Adding what tests and checks need; this happens once."; \
	rm -rf $(DONE); $(install) -r requirements-dev.txt || exit 1; \
	mkdir -p $(DONE) && cp requirements.txt requirements-dev.txt $(DONE)/

# The browser test says so itself when there is no Chromium; only root can do something about it here.
chromium:
	@for name in "$$CHROMIUM" $(CHROMIUMS); do \
	  [ -n "$$name" ] && command -v "$$name" >/dev/null && exit 0; \
	done; $(call apt_get,chromium)

wrk:
	@command -v wrk >/dev/null && exit 0; $(call apt_get,wrk)

define apt_get
[ "`id -u`" = 0 ] && command -v apt-get >/dev/null || exit 0; \
	echo "Installing $(1) with apt-get; this happens once."; \
	{ apt-get -qq update && apt-get -qq install -y --no-install-recommends $(1); } >/dev/null 2>&1 \
	  || echo "apt-get could not install $(1)." >&2
endef
