# Every target makes the environment that it uses, in .venv, .venv-lowest or .venv-replay.
#   make demo   crawl the embedded demo blog and query the result
#   make test   run the tests with branch coverage (floor in pyproject.toml), on WORKERS=2 processes
#   make soak   run the rigs in their full length (pytest --soak): 400 days of a blog, 80 killed
#               runs, every fault of a server, 60 changed bytes of each kind of file; make test has
#               60, 20, the most telling faults, and 12
#   make browser-test
#               let Chromium judge the text, MathJax in it the formulas, open Datasette's pages,
#               read the exported site, and see what pywb shows of an exported WACZ file
#               (Debian: apt-get install chromium)
#   make install-test
#               build sdist and wheel, install the wheel into an empty environment, run it there
#   make test-lowest
#               run the demo and the fast tests with the lowest versions that pyproject.toml allows
#   make readers-test
#               let the readers of Markdown that people use show what is archived, and epubcheck
#               read a book (Debian: apt-get install pandoc nodejs npm default-jre-headless)
#   make scale-test
#               ask DuckDB and daft the same of exported Parquet, as docs/scale.md shows
#   make notebooks
#               execute the notebooks on the demo archive of four weeks, which is crawled first;
#               with KEXUE_DATA_DIR or KEXUE_NAME in the environment on that archive,
#               into notebooks/ of its folder
#   make site   write the demo archive of four weeks, which is crawled first, as pages to data/site:
#               open data/site/index.html
#   make lint   ruff check, ruff format --check, mypy
#   make bench  measure time and memory on this machine and compare with the last time:
#               benchmarks/RESULTS.md
#   make clean  remove the environment and what the tools left behind; data/ stays

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
REMARK := tests/readers/node_modules

# Tests of a file share what it has set up, so a worker takes whole files, in the order in which
# tests/conftest.py has them: the longest first.
WORKERS ?= 2
PYTEST := python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# Where make soak follows, BEFORE_SOAK=1 leaves out what that runs at full length (tests/conftest.py).
RIGS := faults years kill kill_pictures changed_bytes

COVER := $(if $(COVERAGE),--cov --cov-branch --cov-report=term-missing)

LOWEST := .venv-lowest
# pywb brings old versions of what others bring too. The second one judges WACZ files.
REPLAY := .venv-replay
REPLAYERS := 'pywb>=2.10' 'wacz>=0.6'
# The tests of these start crawl after crawl, or a browser, or take long over what is no library's;
# what they use of a library, others do.
SLOW := architecture backoff benchmarks changed_bytes ci command_line comments_crawl crawl demo_days docs \
  docstrings due_articles encoding environment exchanged_files export_command failure_reasons \
  faults gone_articles history_diff hook hook_crawl incremental interrupt kill kill_pictures lock \
  odd_input pictures_crawl politeness program real_pages rebuild reparse reparse_comments \
  reparse_run replica resume search_command site_changes site_comments site_lists site_odd \
  suspicious_pages symbolic_links verify_pages warc_crawl years

# Set, each process compiles all that it imports anew: seconds, hundreds of times.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test soak install-test browser-test readers-test scale-test test-lowest notebooks site lint bench clean
.NOTPARALLEL:
.DELETE_ON_ERROR:

demo: $(VENV)/.installed
	$(BIN)/scrapy demo

test: $(VENV)/.installed-test
	$(BIN)/$(PYTEST) -m 'not browser and not readers and not scale and not soak and not install$(if $(BEFORE_SOAK), and not hypothesis)' \
	  $(if $(BEFORE_SOAK),$(RIGS:%=--ignore=tests/test_%.py)) $(COVER)

soak: $(VENV)/.installed-test
	$(BIN)/$(PYTEST) --soak -m 'hypothesis or soak'

install-test: $(VENV)/.installed-install
	$(BIN)/python -m pytest -m install tests/test_install.py

browser-test: $(VENV)/.installed-browser $(REPLAY)/.installed
	$(BIN)/$(PYTEST) -m browser

test-lowest: $(LOWEST)/.installed
	$(LOWEST)/bin/scrapy demo -s KEXUE_DATA_DIR=$(LOWEST)/data
	$(LOWEST)/bin/$(PYTEST) -q -m 'not browser and not readers and not scale and not soak and not install' \
	  $(SLOW:%=--ignore=tests/test_%.py)

readers-test: $(VENV)/.installed-readers $(REMARK)
	$(BIN)/python -m pytest tests/test_markdown_readers.py tests/test_epub_check.py

scale-test: $(VENV)/.installed-scale
	$(BIN)/python -m pytest tests/test_scale.py

# The demo is crawled on those days only that its archive lacks.
notebooks: $(VENV)/.installed-notebooks
	$(if $(KEXUE_DATA_DIR)$(KEXUE_NAME),,$(BIN)/scrapy demo --days 28)
	$(BIN)/python notebooks/execute.py

site: $(VENV)/.installed-site
	$(BIN)/scrapy demo --days 28
	$(BIN)/scrapy export site data/site -s KEXUE_NAME=demo-days

lint: $(VENV)/.installed-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.installed-bench
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf $(VENV) $(LOWEST) $(REPLAY) $(REMARK) benchmarks/cache .pytest_cache .mypy_cache .ruff_cache .hypothesis \
	  .coverage .coverage.* htmlcov build dist *.egg-info
	find archiver tests benchmarks notebooks -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp says that the environment is newer than pyproject.toml.
$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "make: '$(PYTHON)' is missing or older than Python 3.11;" \
	    "name a newer one: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --upgrade pip
	@touch $@

$(LOWEST)/.installed: pyproject.toml
	$(PYTHON) -m venv --clear $(LOWEST)
	$(LOWEST)/bin/python -m pip --disable-pip-version-check install --quiet uv
	$(LOWEST)/bin/uv pip install --quiet --compile-bytecode --python $(LOWEST)/bin/python \
	  --resolution lowest-direct -e '.[test]'
	@touch $@

$(REPLAY)/.installed: Makefile
	$(PYTHON) -m venv --clear $(REPLAY)
	$(REPLAY)/bin/python -m pip --disable-pip-version-check install --quiet $(REPLAYERS)
	@touch $@

$(VENV)/.installed: pyproject.toml $(VENV)/.created
	$(PIP) install --quiet -e .
	@touch $@

$(VENV)/.installed-test: pyproject.toml $(VENV)/.created
	$(PIP) install --quiet -e '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-install: pyproject.toml $(VENV)/.created
	$(PIP) install --quiet -e '.[test,install]'
	@touch $@ $(VENV)/.installed $(VENV)/.installed-test

$(VENV)/.installed-browser: pyproject.toml $(VENV)/.created
	$(PIP) install --quiet -e '.[test,browser]'
	@touch $@ $(VENV)/.installed $(VENV)/.installed-test

$(VENV)/.installed-readers: pyproject.toml $(VENV)/.created
	$(PIP) install --quiet -e '.[test,readers]'
	@touch $@ $(VENV)/.installed $(VENV)/.installed-test

$(VENV)/.installed-scale: pyproject.toml $(VENV)/.created
	$(PIP) install --quiet -e '.[test,scale]'
	@touch $@ $(VENV)/.installed $(VENV)/.installed-test

$(VENV)/.installed-site: pyproject.toml $(VENV)/.created
	$(PIP) install --quiet -e '.[site]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-bench: pyproject.toml $(VENV)/.created
	$(PIP) install --quiet -e '.[export,site,epub,bench]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-notebooks: pyproject.toml $(VENV)/.created
	$(PIP) install --quiet -e '.[notebooks]'
	@touch $@ $(VENV)/.installed

# All of them at once: one resolution, and nothing is installed while tests run (.ci/run).
$(VENV)/.installed-all: pyproject.toml $(VENV)/.created
	$(PIP) install --quiet -e '.[test,install,browser,readers,notebooks,lint]'
	@touch $@ $(VENV)/.installed $(addprefix $(VENV)/.installed-,test install browser readers notebooks lint)

# Without npm the tests of remark are skipped and say so.
$(REMARK): tests/readers/package.json
	@if command -v npm >/dev/null; then \
	  npm install --prefix $(@D) --silent --no-audit --no-fund --no-package-lock && touch $@; fi

# mypy reads the tests too, so what they import must be there.
$(VENV)/.installed-lint: pyproject.toml $(VENV)/.created
	$(PIP) install --quiet -e '.[test,lint]'
	@touch $@ $(VENV)/.installed $(VENV)/.installed-test
