"""The scripts that the search of a site reads: the rules and texts of the archive, split."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from archived import DAY1, DAY2, an_article
from sqlite_utils import Database

from archiver.reading.exports.job import Job
from archiver.reading.exports.site import search_scripts, site_writer
from archiver.reading.exports.site_folder import write_site
from archiver.reading.search import ranking, snippets
from archiver.reading.search.folding import spellings
from archiver.store.articles import save_article


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the files of MathJax out, which take longest to write."""
    monkeypatch.setattr(site_writer, "mathjax_files", lambda _folder: [])


def arguments(script: bytes) -> list[Any]:
    """What a script hands over."""
    line = script.decode("utf-8")
    values = json.loads(f"[{line[line.index('(') + 1 : line.rindex(')')]}]")
    assert isinstance(values, list)
    return values


def test_rules_are_those_of_the_search() -> None:
    (rules,) = arguments(search_scripts.rules_script())
    assert rules["spellings"] == spellings()
    assert (rules["nearest"], rules["half"]) == (ranking.NEAREST, ranking.HALF)
    assert (rules["length"], rules["before"]) == (snippets.LENGTH, snippets.BEFORE)
    assert set(" \t\n\u3000\x85\x1c") <= set(rules["spaces"])
    assert "\ufeff" not in rules["spaces"]  # of JavaScript's white space, not of Python's


def scripts(folder: Path) -> dict[str, list[Any]]:
    return {path.name: arguments(path.read_bytes()) for path in folder.glob("search/*.js")}


def test_texts_stand_in_the_order_of_the_articles(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new article changes the last group only."""
    monkeypatch.setattr(search_scripts, "GROUP", 2)
    for number in (30, 4, 11):
        save_article(db, an_article(number, text=f"正文</script>{number}\u2028", links=[]), DAY1)
    job = Job(db, tmp_path / "site")
    write_site(job)
    found = scripts(job.target)
    ids = [row[0] for row in found["articles.js"][0]["articles"]]
    assert (ids, found["articles.js"][0]["groups"]) == ([4, 11, 30], 2)
    assert found["texts-000.js"] == [0, ["正文</script>4\u2028", "正文</script>11\u2028"]]
    assert found["texts-001.js"] == [1, ["正文</script>30\u2028"]]
    first = (job.target / "search/texts-000.js").stat().st_ino
    save_article(db, an_article(31, links=[]), DAY2)
    write_site(job)
    assert (job.target / "search/texts-000.js").stat().st_ino == first
    assert len(scripts(job.target)["texts-001.js"][1]) == 2


def test_an_article_has_what_the_filters_ask_for(db: Database, tmp_path: Path) -> None:
    save_article(db, an_article(1, tags=["乙", "甲"], links=[]), DAY1)
    save_article(db, an_article(2, tags=[], category=None, published=None, links=[]), DAY1)
    db.table("series").insert({"id": 1, "name": "系", "parts": 1, "missing": "[]"})
    db.table("series_articles").insert(
        {"series_id": 1, "article_id": 1, "number": 1, "position": 0}
    )
    write_site(Job(db, tmp_path / "site"))
    (known,) = scripts(tmp_path / "site")["articles.js"]
    assert known["categories"] == ["信息时代"]
    assert known["series"] == [[1, "系"]]
    assert [known["tags"][place] for place in known["articles"][0][4]] == ["乙", "甲"]
    assert known["articles"][0][5] == 1
    assert known["articles"][1] == [2, "标题", "", -1, [], 0, "published"]
