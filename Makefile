# The course's commands. `make run` and `make test` do everything; `make help` lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
INSTALLED := $(VENV)/.installed

PROFILE ?= demo
DATA ?= sample
CHAPTERS ?=

NOTEBOOKS := $(wildcard notebooks/*.ipynb)
# TensorFlow's C++ start-up notes help nobody here.
export TF_CPP_MIN_LOG_LEVEL := 2

.PHONY: help install run lab test test-fast lint unit nbval course-ci stamp refresh tables constraints clean

help:  ## List the commands
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{printf "  make %-14s %s\n", $$1, $$2}'
	@echo
	@echo '  PROFILE=demo|full|ci     how long everything trains (demo)'
	@echo '  DATA=sample|download|FOLDER   drawn pictures, real ones, or your own (sample)'
	@echo '  CHAPTERS=02,04           only these chapters (all)'

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"Python 3.11 to 3.13 is needed, this is {v[0]}.{v[1]}: call make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo 'The virtual environment could not be made; on Debian and Ubuntu: apt install python3-venv'; exit 1; }
	@echo 'Installing the course and its tools into $(VENV) (once, a few minutes) ...'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[run,test]'
	@touch $(INSTALLED)

install: $(INSTALLED)  ## Set up .venv with the course and its tools

run: $(INSTALLED)  ## Execute the course's notebooks and show what came out
	@$(BIN)/python -m tools.run_course --profile '$(PROFILE)' --data '$(DATA)' --chapters '$(CHAPTERS)'

lab: $(INSTALLED)  ## Open JupyterLab on the course
	@COURSE_PROFILE='$(PROFILE)' COURSE_DATA='$(DATA)' $(BIN)/jupyter lab --notebook-dir=notebooks

test: lint unit nbval course-ci notebook-tests  ## Everything that CI checks (about 10 minutes)

test-fast: lint $(INSTALLED)  ## The checks that need no notebook (under two minutes)
	@$(BIN)/python -m pytest -q -m 'unit and not slow'

lint: $(INSTALLED)  ## Style, spelling and notebook hygiene
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet .
	@$(BIN)/codespell
	@$(BIN)/python -m tools.notebooks check
