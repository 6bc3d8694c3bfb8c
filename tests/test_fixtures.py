"""Every saved page gives its expected output: one result for each field of each case."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from archiver.extraction.saved_page import Extracted, extract
from archiver.pages.kind import Kind, kind_of_page, kind_of_text
from archiver.pages.listing import parse_listing
from archiver.tree.document import parse_page
from archiver.tree.unexpected import UnexpectedPage

CASES = ROOT / "fixtures" / "cases"
NO_ITEM = {Kind.NOT_FOUND, Kind.GATE, Kind.CUT_OFF, Kind.OTHER}


def read(case: str, name: str) -> Any:
    return json.loads((CASES / case / name).read_text("utf-8"))


def page_bytes(case: str) -> bytes:
    return next((CASES / case).glob("page.*")).read_bytes()


@cache
def extracted(case: str) -> Extracted:
    return extract(page_bytes(case), read(case, "case.json")["url"])


def lines(text: str) -> str:
    """A text between line feeds, so that a part ``"\\n…\\n"`` is whole lines of it everywhere."""
    return f"\n{text}\n"


def cases_of(*kinds: str) -> list[str]:
    return sorted(
        path.parent.name
        for path in CASES.glob("*/case.json")
        if json.loads(path.read_text("utf-8"))["kind"] in kinds
    )


def fields(*kinds: str) -> list[tuple[str, str]]:
    """(case, field) for everything that the cases of these kinds expect."""
    return [(case, key) for case in cases_of(*kinds) for key in read(case, "expected.json")]


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_kind(case: str) -> None:
    text = page_bytes(case).decode("utf-8")
    kind = kind_of_text(text) or kind_of_page(parse_page(text))
    assert kind == read(case, "case.json")["kind"]


@pytest.mark.parametrize(("case", "field"), fields("article", "protected"))
def test_article(case: str, field: str) -> None:
    """``…_has`` and ``…_lacks`` tell parts of a text, every other field is compared as a whole."""
    expected = read(case, "expected.json")[field]
    (item,) = extracted(case).rows
    if field.endswith("_has"):
        text = lines(item[field.removesuffix("_has")])
        assert [part for part in expected if part not in text] == []
    elif field.endswith("_lacks"):
        text = lines(item[field.removesuffix("_lacks")])
        assert [part for part in expected if part in text] == []
    else:
        assert item[field] == expected


@pytest.mark.parametrize("case", cases_of("listing", "index", "feed"))
def test_entries(case: str) -> None:
    expected = read(case, "expected.json")["entries"]
    items = extracted(case).rows
    shown = [{key: item[key] for key in entry} for item, entry in zip(items, expected, strict=True)]
    assert shown == expected


@pytest.mark.parametrize("case", cases_of("listing"))
def test_next_page(case: str) -> None:
    page = parse_page(page_bytes(case).decode("utf-8"))
    assert parse_listing(page).next_page == read(case, "expected.json")["next_page"]


@pytest.mark.parametrize("case", cases_of("not-found", "gate", "cut-off", "other"))
def test_no_item_from(case: str) -> None:
    """A page that is no article is refused with a reason, never stored."""
    with pytest.raises(UnexpectedPage, match=r"\w"):
        extracted(case)


def test_every_kind_has_a_case() -> None:
    assert {read(case.name, "case.json")["kind"] for case in CASES.iterdir()} == set(Kind)


def test_no_case_is_empty() -> None:
    """A case without expectations would pass whatever the code does."""
    empty = [
        path.parent.name
        for path in CASES.glob("*/expected.json")
        if not json.loads(path.read_text("utf-8"))
        and read(path.parent.name, "case.json")["kind"] not in NO_ITEM
    ]
    assert empty == []


@pytest.mark.parametrize("case", cases_of("article"))
def test_article_tells_of_every_list(case: str) -> None:
    """A case that leaves a list out would not notice what is found too much."""
    expected = read(case, "expected.json")
    assert {"formulas", "pictures", "links"} <= expected.keys()
    assert len(expected["formulas"]) == expected["formula_count"]
    assert len(expected["pictures"]) == expected["picture_count"]


def test_saved_page_gives_the_formulas_of_the_served_one() -> None:
    """The delimiters of inline formulas aside: a browser keeps only the LaTeX between them."""
    (served,), (saved,) = (
        extracted(case).rows for case in ("article-served-twin", "article-saved-from-browser")
    )
    assert [inner(formula) for formula in saved["formulas"]] == [
        inner(formula) for formula in served["formulas"]
    ]


def inner(formula: dict[str, Any]) -> tuple[str, bool, str | None]:
    latex = formula["latex"]
    if latex.startswith(("$$", "\\(", "\\[")):
        latex = latex[2:-2]
    return latex.strip("$"), formula["display"], formula["label"]


def test_cases_are_at_hand() -> None:
    assert isinstance(CASES, Path)
    assert len(list(CASES.iterdir())) >= 74
