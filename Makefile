# Each target sets itself up in .venv: a bare clone, Python 3.11 or newer with venv, and pip are enough.

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
READY := .venv/ready
DEV := .venv/dev

.PHONY: help demo faces quick test format lint audit pack

help:  ## what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: $(READY) faces  ## draw one person into out/
	$(BIN)/t2i-person draw "Блондинка в голубой кофте шла по улице." -o out
	@echo 'Open the picture, then draw a text of your own: $(BIN)/t2i-person draw "Рыжий бородатый мужчина в очках." -o out'

faces: $(READY)  ## pull the photographs: weights for research and evaluation, not for commerce
	@$(BIN)/t2i-person packs pull faces --yes || \
		echo "No photographs then: the embedded pack draws; 'make faces' tries again."

quick: $(DEV)  ## the tests that draw no whole portraits and start no servers: a minute on two cores
	$(BIN)/pytest -m "not slow"

test: $(DEV)  ## all tests
	$(BIN)/pytest

pack: $(READY)  ## train the embedded pack again from public packages: hours; goes on where it was stopped
	$(BIN)/python -m pip install --quiet --editable '.[lab]'
	$(BIN)/python -m lab all

format: $(DEV)  ## put the code into its form
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format --quiet

lint: $(DEV)  ## style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

audit: $(READY)  ## known weaknesses of what is installed, asked of PyPI: it tells, and does not fail
	@$(BIN)/python -m pip list --format=freeze --exclude t2i-person | sed 's/+.*//' > .venv/audited.txt
	@"$(PYTHON)" -m venv .venv/audit && .venv/audit/bin/pip install --quiet 'pip-audit>=2.9,<3' && \
		.venv/audit/bin/pip-audit --strict --no-deps --disable-pip -r .venv/audited.txt || \
		echo "Known weaknesses are listed above, or why they could not be looked up." >&2

$(READY): pyproject.toml
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed; name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Installing into .venv: about 1.5 GB, most of it PyTorch. pip says nothing for two to ten minutes ..."
	"$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(DEV): $(READY)
	@echo "Adding what the tests need: about 0.8 GB. pip says nothing for a minute or a few ..."
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@
