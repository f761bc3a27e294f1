# Everything runs in .venv, which the first target that needs it makes: with uv where it is present, with pip otherwise.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export MPLBACKEND := Agg
# Reviews and tests start many interpreters: each would compile pandas and the rest anew where nothing compiled is kept.
unexport PYTHONDONTWRITEBYTECODE

# uv may not find the certificates of the machine: then pip installs.
define install
	if command -v uv >/dev/null 2>&1; then uv pip install --quiet --compile-bytecode --python $(BIN)/python $(1) || { echo "uv could not install them; pip does it now"; $(BIN)/python -m pip install --quiet $(1); }; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check $(1); fi
endef

.PHONY: review test lint lab docs bench release clean
.DELETE_ON_ERROR:

review: $(VENV)/ready
	$(BIN)/contribkit review --sample

test: $(VENV)/ready-dev
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

lint: $(VENV)/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tests.helpers.notebooks_without_outputs

lab: $(VENV)/ready
	$(BIN)/jupyter lab notebooks/review.ipynb

docs: $(VENV)/ready-dev
	$(BIN)/python -m sphinx -W --keep-going -q docs docs/_build
	@echo "docs/_build/index.html"

bench: $(VENV)/ready-dev
	$(BIN)/python -m benchmarks

# Tag the commit v<version> afterwards: the release workflow publishes it.
release: $(VENV)/ready-dev
	rm -rf dist
	$(call install,build twine)
	$(BIN)/python -m build
	$(BIN)/python -m twine check --strict dist/*
	$(BIN)/python -m tests.helpers.release dist

clean:
	rm -rf dist $(VENV) reviews bench.json docs/_build

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("contribkit needs Python 3.11 or later, this is %s; say make PYTHON=python3.12" % sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/ready: $(VENV)/bin/python pyproject.toml
	$(call install,-e .)
	@touch $@

$(VENV)/ready-dev: $(VENV)/bin/python pyproject.toml
	$(call install,-e '.[dev]')
	@touch $@ $(VENV)/ready
