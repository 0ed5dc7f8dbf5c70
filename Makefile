# `make demo` and `make test` set everything up by themselves; they need Python 3.11+ and make.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
READY = $(VENV)/.ready

.PHONY: demo test test-slow test-newest test-lowest mutants lint types imports docs site constraints \
        bench-sample clean

# The versions that the tests passed with.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $(READY)

demo: $(READY)
	$(BIN)/hierhash demo --out demo

test: $(READY)
	$(BIN)/python -m pytest -q -n 2 -m "not slow"

test-slow: $(READY)
	$(BIN)/python -m pytest -q -m slow

# The newest and the lowest versions that pyproject.toml admits, each in an environment of its own.
test-newest:
	rm -rf $(VENV)-newest
	$(PYTHON) -m venv $(VENV)-newest
	$(VENV)-newest/bin/python -m pip install --quiet --upgrade pip
	$(VENV)-newest/bin/python -m pip install --quiet --upgrade --upgrade-strategy eager --editable ".[dev]"
	$(VENV)-newest/bin/python -m pytest -q -n 2 -m "not slow"

test-lowest:
	rm -rf $(VENV)-lowest
	$(PYTHON) -m venv $(VENV)-lowest
	$(VENV)-lowest/bin/python -m pip install --quiet --upgrade pip
	$(VENV)-lowest/bin/python -m pip install --quiet --constraint constraints-lowest.txt --editable ".[tests]"
	$(VENV)-lowest/bin/python -m pytest -q -n 2 -m "not slow"

# Whether the tests fail when the code is made wrong in the ways that tests/mutants lists.
mutants: $(READY)
	$(BIN)/python tests/mutants/run.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

docs: $(READY)
	$(BIN)/python benchmarks/write_tables.py
	$(BIN)/python docs/draw_architecture.py
	$(BIN)/python docs/write_verbs.py
	$(BIN)/python docs/write_methods.py

# The documentation as pages, in site/.
site: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

# After `make test-newest` has passed, its versions become those that everyone gets.
constraints:
	printf '%s\n' "# The exact versions that the tests passed with; the Makefile installs these." > constraints.txt
	$(VENV)-newest/bin/python -m pip freeze --exclude-editable >> constraints.txt

bench-sample: $(READY)
	$(BIN)/hierhash bench sample --workers 2

clean:
	rm -rf $(VENV) $(VENV)-newest $(VENV)-lowest demo dist
