"""What the tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter
from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings

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


#: The lines of the corpus gate's table, shown below the results of the tests.
GATE = pytest.StashKey[list[str]]()


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print the table of the corpus gate (tests/test_gate.py)."""
    lines = terminalreporter.config.stash.get(GATE, [])
    if lines:
        terminalreporter.section("fidelity")
        for line in lines:
            terminalreporter.write_line(line)
