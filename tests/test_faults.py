"""Whatever the server does: the archive is complete and right, or the report says what is missing.

Each case is one storm over a small blog (rig/matrix.py). All of them run in one process of their
own, as a reactor runs once in a process. ``make soak`` has the storms that are not so telling, too.
"""

from __future__ import annotations

import json

import pytest
from rig.matrix import TELLING, Case, cases
from rig.process import result_of


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One result for each storm."""
    if "name" in metafunc.fixturenames:
        found = cases(is_long=metafunc.config.getoption("soak"))
        metafunc.parametrize("name", [name for _, (name, _, _) in found])


@pytest.fixture(scope="module")
def weather(pytestconfig: pytest.Config) -> dict[str, Case]:
    words = ["--all"] if pytestconfig.getoption("soak") else []
    found = [Case(**values) for values in json.loads(result_of("rig.matrix", *words))]
    return {case.name: case for case in found}


def test_complete_or_truthful(weather: dict[str, Case], name: str) -> None:
    assert weather[name].wrong == []


def test_the_next_run_in_calm_weather_heals(weather: dict[str, Case], name: str) -> None:
    assert weather[name].statuses[1::2] == [0, 0], weather[name].problems


def test_the_storms_were_storms(weather: dict[str, Case]) -> None:
    """Else the other tests prove nothing."""
    assert weather.keys() >= set(TELLING)
    for case in weather.values():
        assert case.faults >= 3, case


def test_what_is_always_broken_is_reported(weather: dict[str, Case]) -> None:
    harmless = {"drip 100%"}  # slow, but whole
    broken = [c for c in weather.values() if c.name.endswith("100%") and c.name not in harmless]
    assert [case.name for case in broken if case.statuses[0] != 1] == []
    assert [case.name for case in broken if not case.problems[0]] == []


def test_what_passes_is_survived(weather: dict[str, Case]) -> None:
    """A quarter of all answers lost, and the archive is complete all the same."""
    for sort in ("429", "503", "reset", "cut", "longer", "drip", "invalid-utf8", "not-html"):
        assert weather[f"{sort} 25%"].statuses == [0, 0, 0, 0], weather[f"{sort} 25%"]


def test_nobody_is_stormed_back(weather: dict[str, Case]) -> None:
    """A server that answers nothing is left alone after a few requests."""
    sorts = ("429", "500", "503", "reset", "cut", "timeout")
    stormed = [found for sort in sorts if (found := weather.get(f"{sort} 100%")) is not None]
    assert len(stormed) >= 3
    assert [case for case in stormed if case.requests > 2 * 10 + 2 * 20] == []
