"""``scrapy series`` and ``scrapy search --series`` show series, and help with names."""

from __future__ import annotations

import json

import pytest
from archived import DAY1, an_article
from rig.commands import run

from archiver.extraction.series.recognition import recognise
from archiver.reading.series_list import in_ranges
from archiver.store.articles import save_article
from archiver.store.series_tables import links, save_series, titles
from archiver.store.sqlite import close_archive, open_archive

TITLES = (
    "最小熵原理（二）：词库",
    "最小熵原理（五）",
    "随机过程(1)",
    "随机过程(2)",
    "别的，也讲熵",
)


@pytest.fixture(scope="module")
def option(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The setting that names a data folder with an archive of two series."""
    folder = tmp_path_factory.mktemp("series")
    db = open_archive(folder / "kexue.db")
    for number, title in enumerate(TITLES, 1):
        save_article(db, an_article(number, title=title), DAY1)
    save_series(db, recognise(titles(db), links(db)))
    close_archive(db)
    return f"KEXUE_DATA_DIR={folder}"


def test_the_list(option: str) -> None:
    said = run("series", "-s", option)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout == (
        "2 series\n1  最小熵原理  2 parts  missing 1, 3–4\n3  随机过程    2 parts\n"
    )


@pytest.mark.parametrize("name", ["最小熵原理", "最小熵原理 ", "1"])
def test_the_parts(option: str, name: str) -> None:
    said = run("series", name, "-s", option)
    assert said.stdout == (
        "1  最小熵原理  2 parts  missing 1, 3–4\n"
        "  2  1  2022-01-18  最小熵原理（二）：词库\n"
        "  5  2  2022-01-18  最小熵原理（五）\n"
    )


def test_programs_get_json(option: str) -> None:
    one, other = json.loads(run("series", "--json", "-s", option).stdout)
    assert one == {"id": 1, "name": "最小熵原理", "parts": 2, "missing": [1, 3, 4]}
    assert "articles" not in other
    (one,) = json.loads(run("series", "3", "--json", "-s", option).stdout)
    assert [(part["number"], part["id"]) for part in one["articles"]] == [(1, 3), (2, 4)]


def test_a_search_in_one_series(option: str) -> None:
    """The name is folded as terms are."""
    for name in ("随机过程", "隨機過程", "3"):
        found = json.loads(run("search", "過程", "--series", name, "--json", "-s", option).stdout)
        assert sorted(hit["id"] for hit in found["hits"]) == [3, 4]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("series", "熵原理"), "scrapy series: there is no series 熵原理; there is 最小熵原理"),
        (("search", "熵", "--series", "最小墒原理"), "no series 最小墒原理; there is 最小熵原理"),
        (("series", "zz"), "there is no series zz; scrapy series lists all"),
        (("search", "熵", "--series", ""), "there is no series ; scrapy series lists all"),
        (("series", "--all"), "scrapy series: unknown option --all"),
    ],
)
def test_wrong_names(option: str, words: tuple[str, ...], sentence: str) -> None:
    said = run(*words, "-s", option)
    assert (said.returncode, said.stdout) == (2, "")
    assert sentence in said.stderr


@pytest.mark.parametrize(
    ("numbers", "words"), [([], ""), ([1], "1"), ([1, 2, 3, 5, 7, 8], "1–3, 5, 7–8")]
)
def test_ranges(numbers: list[int], words: str) -> None:
    assert in_ranges(numbers) == words
