# The course's commands. `make run` and `make test` do everything; `make help` lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
ifneq ($(words $(VENV)),1)
$(error VENV="$(VENV)" must be one folder whose name holds no space)
endif
# Nothing is removed but our own folder; another one may hold more than an environment.
ifeq ($(VENV),.venv)
VENV_CLEAR := --clear
VENV_REMOVE := rm -rf .venv;
endif
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
INSTALLED := $(VENV)/.installed
DOCS := $(VENV)/.installed-docs
PYTEST := $(BIN)/python -m pytest -q

PROFILE ?= demo
DATA ?= sample
CHAPTERS ?=
ENVIRONMENT ?=
LAB ?=
# Handed on through the environment, so that no shell takes a folder's name apart.
export PROFILE DATA CHAPTERS ENVIRONMENT

EDITION_OPTIONS := $(if $(EDITION),--notebooks notebooks/$(EDITION) --build build/$(EDITION))
NOTEBOOKS := $(wildcard notebooks/*.ipynb notebooks/ko/*.ipynb)
# TensorFlow's C++ start-up notes help nobody here.
export TF_CPP_MIN_LOG_LEVEL := 2

.PHONY: help install run lab warm handout bench references test test-fast lint unit nbval course-ci slides site site-ci notebook-tests test-colab colab-share audit release format stamp refresh tables reliability probes small-base starts check-downloads constraints clean

help:  ## List the commands
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{printf "  make %-14s %s\n", $$1, $$2}'
	@echo
	@echo '  PROFILE=demo|full|ci     how long everything trains (demo)'
	@echo '  DATA=sample|download|FOLDER   drawn pictures, real ones, or your own (sample)'
	@echo '  CHAPTERS=02,04           only these chapters (all)'
	@echo '  EDITION=ko               the Korean chapters for make run (the English ones), or only'
	@echo '                           the Korean slides for make slides (both)'
	@echo '  ENVIRONMENT=colab        only this one for test-colab: colab, oldest or newest (all)'
	@echo '  LAB="--no-browser"       further options of jupyter lab'

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"Python 3.11 to 3.13 is needed, this is {v[0]}.{v[1]}: call make PYTHON=python3.12 ...")'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV_CLEAR) $(VENV) || { $(VENV_REMOVE) echo 'The virtual environment could not be made; on Debian and Ubuntu: apt install python3-venv'; exit 1; }
	@echo 'Installing the course and its tools into $(VENV) (once, a few minutes) ...'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[run,test]'
	@touch $(INSTALLED)

$(DOCS): $(INSTALLED)
	@echo 'Installing what builds the web site and the slides into $(VENV) (once, a minute) ...'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[run,test,docs]'
	@touch $(DOCS)

install: $(INSTALLED)  ## Set up .venv with the course and its tools

run: $(INSTALLED)  ## Execute the course's notebooks and show what came out
	@$(BIN)/python -m tools.run_course $(EDITION_OPTIONS)

lab: $(INSTALLED)  ## Open JupyterLab on the course
	@$(BIN)/python -m tools.lab $(LAB)

warm: $(INSTALLED)  ## The evening before a class: draw all pictures that the chapters load
	@$(BIN)/python -m tools.warm

handout: $(INSTALLED)  ## Copy chapters, package and environment, without solutions, into build/handout
	@$(BIN)/python -m tools.handout

test: lint unit nbval course-ci site-ci notebook-tests colab-share audit  ## Everything that CI checks

slides: $(DOCS)  ## Build the slides, and a handout of each, into build/slides
	@for language in $(or $(EDITION),en ko); do \
	  $(BIN)/python -m tools.slides --language "$$language" --only "$$CHAPTERS" --handout-if-possible || exit; \
	done

site: $(DOCS)  ## Build the web site into build/site; executes the chapters first if they were not
	@test -f build/report.json || $(MAKE) --no-print-directory run PROFILE=demo DATA=sample CHAPTERS= EDITION=
	@test -f build/ko/report.json || $(MAKE) --no-print-directory run PROFILE=demo DATA=sample CHAPTERS= EDITION=ko
	@$(BIN)/python -m tools.site --build build

site-ci: $(DOCS) course-ci  # the web site from the copies that course-ci executed
	@$(BIN)/python -m tools.site --build build/ci --profile ci --no-handouts

test-colab: $(INSTALLED)  ## Run the chapters on the versions of Colab, on the oldest, and the newest
	@$(BIN)/python -m tools.environments run

test-fast: lint  ## The checks that execute no notebook (under two minutes)
	@$(PYTEST) -m 'unit and not slow'

lint: $(INSTALLED)  # style, spelling, notebook rules, generated tables
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo 'Some files are not formatted: run make format'; exit 1; }
	@$(BIN)/codespell
	@$(BIN)/python -m tools.notebooks check
	@$(BIN)/python -m tools.translation check
	@$(BIN)/python -m tools.translation.documents check
	@$(BIN)/python -m tools.deck_rules
	@$(BIN)/python -m tools.chapter_table --check
	@$(BIN)/python -m tools.bench table --check
	@$(BIN)/python -m tools.reliability --check

unit: $(INSTALLED)
	@$(PYTEST) -m unit -n 2 --dist loadfile

nbval: $(INSTALLED)  # every stored output is compared
	@COURSE_PROFILE=ci COURSE_DATA=sample COURSE_CHECKS=strict $(BIN)/python -m pytest -q -p nbval --nbval-lax --nbval-current-env -n 2 --dist loadfile $(NOTEBOOKS)

course-ci: $(INSTALLED)  # every chapter under papermill, watched
	@PROFILE=ci DATA=sample CHAPTERS= $(BIN)/python -m tools.run_course --build build/ci
	@PROFILE=ci DATA=sample CHAPTERS= $(BIN)/python -m tools.run_course --notebooks notebooks/ko --build build/ci/ko

notebook-tests: $(INSTALLED)  # the runner's own promises, exercises in their chapters' place
	@COURSE_BROWSER=required $(PYTEST) -m 'notebooks or browser' -n 2 --dist loadfile

colab-share: $(INSTALLED)  # of test-colab, the part whose turn it is: each commit another one
	@$(BIN)/python -m tools.environments share

audit: $(INSTALLED)  # known weaknesses of the packages, where the database can be reached
	@$(BIN)/python -m tools.audit

format: $(INSTALLED)  ## Bring code and notebooks into the one format
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet . && $(BIN)/python -m tools.notebooks clean

stamp: $(INSTALLED)  ## Write badges, set-up cells and releases into the notebooks
	@$(BIN)/python -m tools.notebooks stamp
	@$(BIN)/python -m tools.translation make
	@$(BIN)/python -m tools.translation.documents make

refresh: $(INSTALLED)  ## Run the notebooks and store the outputs that are compared
	@$(BIN)/python -m tools.notebooks refresh
	@$(BIN)/python -m tools.translation refresh

tables: $(INSTALLED)  ## Write the README's table from the last `make run`
	@$(BIN)/python -m tools.chapter_table --measured build/report.json
	@$(BIN)/python -m tools.cell_seconds build/report.json
	@$(BIN)/python -m tools.deck_results build
	@$(BIN)/python -m tools.translation.documents make

reliability: $(INSTALLED)  ## Try everything that can go wrong and write the README's table of it (five minutes)
	@mkdir -p build
	@COURSE_FAULT_REPORT=build/faults.json $(PYTEST) -n 2 --dist loadfile tests/test_*_faults.py
	@$(BIN)/python -m tools.reliability --measured build/faults.json
	@$(BIN)/python -m tools.translation.documents make

probes: $(INSTALLED)  ## Measure what simple probes know of the drawn pictures (some minutes)
	@$(BIN)/python -m tools.leak_probes

small-base: $(INSTALLED)  ## Train the small pretrained base anew (ten minutes)
	@$(BIN)/python -m tools.small_base

bench: $(INSTALLED)  ## Measure our recipe against the sources' (an idle machine, about two hours)
	@for what in speed float32 parts accuracy table; do $(BIN)/python -m tools.bench $$what || exit 1; done
	@$(BIN)/python -m tools.translation.documents make

references: $(INSTALLED)  ## Measure the ranges over random seeds that are missing or stale
	@$(BIN)/python -m tools.references --profile $(PROFILE) --data "$(DATA)"

starts: $(INSTALLED)  ## Record what the start-here cells load, where missing or stale (a minute a chapter)
	@$(BIN)/python -m tools.references.starts

check-downloads: $(INSTALLED)  ## Download every data set into a cache of its own and check it (1.2 GB)
	@$(BIN)/python -m tools.check_downloads

constraints: $(INSTALLED)  ## Resolve the newest versions of all packages into constraints.txt
	@$(BIN)/uv pip compile pyproject.toml --extra run --extra test --extra docs --universal --python-version 3.11 --no-header --no-annotate --upgrade --quiet --output-file constraints.txt

release: $(INSTALLED)  ## Make release VERSION=1.2.0 here, in a commit and a tag; pushes nothing
	@$(BIN)/python -m tools.release "$(VERSION)"

clean:  ## Remove what the commands built (not .venv)
	@rm -rf build .pytest_cache .ruff_cache .hypothesis
