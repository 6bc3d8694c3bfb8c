"""What the tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from _pytest.terminal import TerminalReporter
from rig.process import begin, end_all
from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings
from sqlite_utils import Database

from archiver.store.sqlite import close_archive, open_archive

ROOT = Path(__file__).parents[1]
#: Real pages and bodies that are not part of the project; they stand beside the checkout.
REAL = ROOT.parent / "shared"


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


#: Tests of a long rig, which goes on in a process of its own meanwhile: they come last.
_LONG: Final = {"test_faults": "rig.matrix", "test_years": "rig.years"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin the long rigs at once, and put off the tests of what they have found."""
    modules = {item: item.path.stem for item in items}
    items.sort(key=lambda item: list(_LONG).index(modules[item]) if modules[item] in _LONG else -1)
    if not config.option.collectonly:
        for name in _LONG:
            if name in modules.values():
                begin(_LONG[name])


def pytest_sessionfinish() -> None:
    """Let no rig outlive its tests."""
    end_all()


#: The lines of the corpus gate's table, shown below the results of the tests.
GATE = pytest.StashKey[list[str]]()


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print the table of the corpus gate (tests/test_corpus_floors.py)."""
    lines = terminalreporter.config.stash.get(GATE, [])
    if lines:
        terminalreporter.section("fidelity")
        for line in lines:
            terminalreporter.write_line(line)
