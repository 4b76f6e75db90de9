# make demo: install and run the three protocols beside their controls.   make test: every check that CI runs.
# Both work in a virtual environment of their own, made by $(PYTHON).

PYTHON ?= python3
VENV ?= .venv
LAYERS := common thermal abm scenarios analysis cli
SOURCES := pyproject.toml $(shell find $(LAYERS) -name '*.py' -o -name '*.toml' -o -name '*.csv' -o -name '*.bib' -o -name '*.html' -o -name '*.css' -o -name 'py.typed')
BIN := $(VENV)/bin

.PHONY: demo test checks lint format-check imports types compiled pytest docs clean

demo: $(VENV)/installed
	$(BIN)/mendsim demo

test: $(VENV)/installed-dev
	$(MAKE) -j2 checks compiled
	$(MAKE) pytest

checks: lint format-check imports types

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .

format-check: $(VENV)/installed-dev
	$(BIN)/ruff format --check .

imports: $(VENV)/installed-dev
	$(BIN)/lint-imports

# The folders are called mendsim.* only once installed, so mypy gets a folder mendsim with links to them.
types: $(VENV)/installed-dev
	rm -rf build/types && mkdir -p build/types/mendsim
	for layer in $(LAYERS); do ln -s ../../../$$layer build/types/mendsim/$$layer; done
	MYPYPATH=build/types $(BIN)/mypy --namespace-packages --explicit-package-bases build/types/mendsim

# Compiles the kernels on one core while the checks use the other; else each worker of pytest would compile all of them.
compiled: $(VENV)/installed-dev
	MENDSIM_CACHE=off $(BIN)/mendsim run ladd --threads 1 --set follow_up="2 h" --set 'save.snapshots=["2 h"]' --out build/compiled --overwrite

pytest: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n auto --dist worksteal

# A warning is an error; the tests build the pages too.
docs: $(VENV)/installed-dev
	$(BIN)/python -m sphinx -W -n -b html docs build/docs
	@echo build/docs/index.html

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# A wheel, not an editable install: a file that packaging forgets is then missing here as it would be for users.
$(VENV)/installed: $(SOURCES) | $(VENV)/bin/python
	rm -rf build/lib build/bdist*
	$(BIN)/python -m pip install --quiet .
	touch $@

$(VENV)/installed-dev: $(SOURCES) | $(VENV)/bin/python
	rm -rf build/lib build/bdist*
	$(BIN)/python -m pip install --quiet ".[dev]"
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info
