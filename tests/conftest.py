"""What the tests share."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from _pytest.terminal import TerminalReporter
from hypothesis import settings as limits
from rig import commands
from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings
from sqlite_utils import Database

from archiver.environment import PREFIX
from archiver.store.sqlite import close_archive, open_archive

ROOT = Path(__file__).parents[1]
for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
    del os.environ[name]  # whoever runs the tests may archive the blog too

#: Real pages and bodies that are not part of the project; they stand beside the checkout.
REAL = ROOT.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of ``make soak``."""
    parser.addoption("--soak", action="store_true", help="run rigs and properties in full length")


def pytest_configure(config: pytest.Config) -> None:
    """Let properties be tried with few examples, and with many in ``make soak``."""
    limits.register_profile("quick", max_examples=20, deadline=None)
    limits.register_profile("soak", max_examples=120, deadline=None)
    limits.load_profile("soak" if config.option.soak else "quick")


def few_at_first(values: Sequence[Any], first: int = 1) -> list[Any]:
    """Values for ``parametrize``: the first of them always, the others in ``make soak`` only."""
    return [*values[:first], *(pytest.param(v, marks=pytest.mark.soak) for v in values[first:])]


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The project's settings, as a command sees them."""
    return get_project_settings()


@pytest.fixture(scope="session")
def real_folder() -> Path:
    """The folder of real pages, or a skip that says what is missing."""
    if not (REAL / "real_articles").is_dir():
        pytest.skip(f"no real pages at ../{REAL.name}/real_articles")
    return REAL


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The place of a database that is not there yet."""
    return tmp_path / "kexue.db"


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    """An open archive without articles."""
    db = open_archive(path)
    yield db
    close_archive(db)


#: The files whose tests take longest, the longest first: what a worker begins with does not keep
#: the other one waiting at the end.
LONG: Final = (
    "faults", "years", "kill", "rebuild", "gone_articles", "backoff", "resume", "incremental",
    "crawl", "politeness", "interrupt", "command_line", "due_articles", "suspicious_pages",
    "extract", "encoding", "failure_reasons", "pictures_crawl",
)  # fmt: skip


#: The files whose rigs are longer with ``--soak``: all of their tests run again then.
RIGS: Final = frozenset({"faults", "years", "kill", "kill_pictures", "changed_bytes"})


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests of the long files first, and let ``make soak`` run the rigs."""
    if config.option.soak:
        for item in items:
            if item.path.stem.removeprefix("test_") in RIGS:
                item.add_marker("soak")
    ranks = {f"test_{name}": rank for rank, name in enumerate(LONG)}
    items.sort(key=lambda item: ranks.get(item.path.stem, len(ranks)))


#: The files whose crawls go on ways that tests of other files, or their own functions, have been
#: measured on: with coverage such a crawl takes more than twice as long.
UNMEASURED: Final = (
    "backoff", "demo_days", "encoding", "exchanged_files", "failure_reasons", "gone_articles",
    "hook_crawl", "incremental", "odd_input", "pictures_crawl", "politeness", "program",
    "rebuild", "reparse_run", "resume", "suspicious_pages", "symbolic_links", "warc_crawl",
    "comments_crawl", "kill_pictures", "faults", "years", "kill", "due_articles", "interrupt",
    "benchmarks",
)  # fmt: skip


@pytest.fixture(autouse=True, scope="session")
def can_be_interrupted() -> Iterator[None]:
    """Let commands know SIGINT: a shell lets what it starts in the background ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True, scope="module")
def unmeasured(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let coverage measure no command that a test of these files starts."""
    with pytest.MonkeyPatch.context() as patch:
        if request.path.stem.removeprefix("test_") in UNMEASURED:
            for name, value in commands.UNMEASURED.items():
                patch.setenv(name, value)
        yield


#: The lines of the corpus gate's table, shown below the results of the tests.
GATE = pytest.StashKey[list[str]]()


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print the table of the corpus gate (tests/test_corpus_floors.py)."""
    lines = terminalreporter.config.stash.get(GATE, [])
    if lines:
        terminalreporter.section("fidelity")
        for line in lines:
            terminalreporter.write_line(line)
