# Two commands matter: `make demo` and `make test`. The rest is told by `make help`.

PYTHON ?= python3.11
VENV   ?= .venv
BIN     = $(VENV)/bin
LOCK    = deploy/locks/cpu.txt

# The model servers' environments contradict the product's, so each is one of its own. They stand
# outside the tree, named by their lock: every clone with the same lock shares one.
ENVS   ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/whiteboard-kb/environments
SGLANG := $(ENVS)/sglang-cpu-$(shell sha256sum deploy/locks/sglang-cpu.txt | cut -c 1-12)
SWIFT  := $(ENVS)/swift-cpu-$(shell sha256sum deploy/locks/swift-cpu.txt | cut -c 1-12)

export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help demo install test test-models unit lint format types serve samples regenerate sglang \
	swift loop lock clean

help:  ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: install  ## Install, read the sample boards, ask three questions
	@KB_HOME=.demo/store $(BIN)/python -m evals.demo

install: $(VENV)/installed  ## Install the product into .venv

test: $(VENV)/installed-dev  ## Install what the tests need; lint, types, layers, all tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-models: $(VENV)/installed-dev $(SGLANG)/installed $(SWIFT)/installed  ## Against a real SGLang and ms-swift on the CPU
	KB_TEST_SGLANG=$(SGLANG)/bin/python KB_TEST_SWIFT=$(SWIFT)/bin/python \
	$(BIN)/python -m pytest tests/models -m models --durations=0

unit: $(VENV)/installed-dev  ## The quick tests only
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow and not models"

lint: $(VENV)/installed-dev  ## Ruff and the layers
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports

types: $(VENV)/installed-dev  ## mypy --strict
	$(BIN)/mypy

format: $(VENV)/installed-dev  ## Format and mend what ruff can
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

serve: install  ## Serve the demo's boards on http://127.0.0.1:8040
	KB_HOME=.demo/store $(BIN)/kb serve

samples: $(VENV)/installed-dev  ## Draw the sample boards anew
	$(BIN)/python -m evals.samples

regenerate: $(VENV)/installed-dev  ## Write all golden files anew (look at the diff!)
	KB_REGENERATE=1 $(BIN)/python -m pytest -q tests || true

sglang: $(SGLANG)/installed  ## Install SGLang for a CPU, in an environment of its own
	@echo $(SGLANG)

swift: $(SWIFT)/installed  ## Install ms-swift for a CPU, in an environment of its own
	@echo $(SWIFT)

loop: install sglang swift  ## Teach a tiny model eight boards and let it read them, on the CPU
	rm -rf .loop
	$(BIN)/python -m evals.tuning.loop --swift $(SWIFT)/bin/python --sglang $(SGLANG)/bin/python

lock: $(VENV)/installed-dev  ## Write the versions in use to the lock file
	(echo '# Versions that the tests ran with; written by: make lock'; $(BIN)/pip freeze --exclude-editable | grep -v ' @ ' | sed -E 's/\+cpu//') > $(LOCK)

clean:  ## Remove the environment, the demo's store and caches
	rm -rf $(VENV) .demo .loop build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3 demo" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "Python's venv module is missing: apt-get install python3-venv" >&2; exit 2; }

$(VENV)/installed: pyproject.toml $(LOCK) | $(VENV)/bin/python
	$(BIN)/pip install --quiet -c $(LOCK) -e .
	@touch $@

$(VENV)/installed-dev: pyproject.toml $(LOCK) | $(VENV)/bin/python
	$(BIN)/pip install --quiet -c $(LOCK) -e '.[dev]'
	@touch $@ $(VENV)/installed

# No prerequisites: the lock's hash is in the path, and its time differs from clone to clone. A
# registry without the CPU build gives PyTorch with libraries that must be asked for.
define built
	@mkdir -p $(ENVS)
	flock $(@D).lock sh -ec 'test ! -e $@ || exit 0; $(PYTHON) -m venv --clear $(@D); \
	  $(@D)/bin/pip install --quiet --no-deps -r $(1); \
	  $(@D)/bin/python -c "import torch" 2>/dev/null \
	    || $(@D)/bin/pip install --quiet -c $(1) $$(grep ^torch== $(1)); \
	  touch $@'
endef

$(SGLANG)/installed:
	$(call built,deploy/locks/sglang-cpu.txt)

$(SWIFT)/installed:
	$(call built,deploy/locks/swift-cpu.txt)
