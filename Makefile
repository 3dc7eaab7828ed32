# DWhisper: `make demo` to see it work, `make test` to test it. Needs Python 3.11 or newer, git and make.
#
# Paths are relative throughout, since make can't have spaces in the names of its targets.

BIN := .venv/bin
UNIT := not integration and not openai

# One that was named is looked at, too; nothing where it won't do, which tools/find-python has said then.
override PYTHON := $(shell sh tools/find-python "$(PYTHON)")

# openai-whisper brings torch, 5.7 GB: kept beside the user's other caches, for all checkouts.
OPENAI := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/dwhisper/openai

# Most tests wait for processes, so two at once take little more than half the time. Each process has its models: so no more than four.
SIDE_BY_SIDE := -n auto --maxprocesses 4

.PHONY: help demo environment test check test-integration test-unit test-fast test-newest test-openai test-faults bench bench-check \
	bench-distributed system-packages keyring-packages faults-packages conductor-server format clean

help:
	@echo 'make demo         transcribes the bundled sample and prints its subtitles'
	@echo 'make test         all checks and tests but test-openai; on the newest Python too'
	@echo 'make test-fast    the tests that are quick (under 2 minutes)'
	@echo 'make check        ruff, mypy, import-linter'
	@echo 'make test-faults  lets workers, server and network fail in every way (20 minutes)'
	@echo 'make test-openai  compares with openai-whisper (installs 5.7 GB, once)'
	@echo 'make bench        measures beside other programs (hours; BENCH="--models tiny.en --media clean": less of it)'
	@echo 'make bench-check  fails where this program has lost its lead (half an hour; BENCH too)'
	@echo 'make bench-distributed  measures jobs shared out to many workers (two hours; BENCH="--groups fleet": less of it)'
	@echo 'make conductor-server  fetches the Conductor server that the tests run (460 MB, once)'
	@echo 'make format       formats the code'
	@echo 'make clean        removes all that these made in this folder'

environment:
	@test -n "$(PYTHON)"
	@"$(PYTHON)" tools/environment.py .venv ./worker '.[dev,weights]'

# A new home each time: the user's jobs and settings are left alone, and the work is really done.
demo: environment
	@rm -rf build/demo
	@mkdir -p build/demo
	@DWHISPER_HOME=build/demo/home $(BIN)/dwhisper transcribe resources/sample.mp4 --model tiny.en --format srt --output-dir build/demo --overwrite
	@echo
	@cat build/demo/sample.en.srt
	@echo
	@echo "The subtitles are in $(CURDIR)/build/demo/sample.en.srt; $(CURDIR)/$(BIN)/dwhisper does the same for your recordings."

system-packages:
	@test -n "$(PYTHON)"
	@"$(PYTHON)" tools/system_packages.py ffmpeg ffprobe

# Linux has one to be tried on a private D-Bus; where it can't be installed, the tests say that they were left out.
keyring-packages:
	@test "$$(uname)" != Linux || "$(PYTHON)" tools/system_packages.py dbus-daemon gnome-keyring-daemon || \
		echo 'The tests with a real keyring are left out.'

# Likewise.
faults-packages:
	@test "$$(uname)" != Linux || "$(PYTHON)" tools/system_packages.py faketime || echo 'The tests with a wrong clock are left out.'

conductor-server:
	@test -n "$(PYTHON)"
	@"$(PYTHON)" tools/conductor_server.py

test: check
	@$(MAKE) --no-print-directory test-all test-newest

check: environment
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test-all: environment system-packages keyring-packages faults-packages conductor-server
	$(BIN)/pytest $(SIDE_BY_SIDE) -m 'not openai and not faults'

test-faults: environment system-packages faults-packages conductor-server
	$(BIN)/pytest tests/faults

test-unit: environment
	$(BIN)/pytest -m '$(UNIT)'

test-fast: environment system-packages
	$(BIN)/pytest $(SIDE_BY_SIDE) -m 'not slow and not openai and not conductor'

test-newest: environment
	@"$(PYTHON)" tools/test_newest.py -q -m '$(UNIT)'

test-openai: environment system-packages
	@"$(PYTHON)" tools/test_openai.py "$(OPENAI)" -m 'openai or not integration'

bench: environment system-packages
	@$(BIN)/python benchmarks/bench.py --record --once-for openai-whisper $(BENCH)

bench-check: environment system-packages
	@$(BIN)/python benchmarks/bench.py --check $(BENCH)

bench-distributed: environment system-packages conductor-server
	@$(BIN)/python benchmarks/distributed.py --record $(BENCH)

format: environment
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
