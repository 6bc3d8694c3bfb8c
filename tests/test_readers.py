"""What the readers of Markdown that people use make of ``body_markdown``: the author's text."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from readers import READERS, reader_named
from readers.shown import Shown, shown_by_author, shown_by_reader
from scrapy.utils.project import get_project_settings
from test_gate import fixtures, real

from archiver.extracting import Extractor

pytestmark = pytest.mark.readers


@cache
def articles() -> dict[str, dict[str, Any]]:
    """The item of each article at hand: fixtures, demo blog, real ones."""
    extractor = Extractor(get_project_settings())
    found = {}
    for name, page, url in [*fixtures(), *real()]:
        _, (item, *_) = extractor.extract(page, url)
        found[name] = item
    return found


@cache
def expected() -> dict[str, Shown]:
    return {
        name: shown_by_author(item["body_html"], [f["latex"] for f in item["formulas"]])
        for name, item in articles().items()
        if item["body_html"] is not None
    }


@pytest.mark.parametrize("reader", READERS)
def test_articles(reader: str, tmp_path: Path) -> None:
    read = reader_named(reader, tmp_path)
    names = list(expected())
    got = read([articles()[name]["body_markdown"] for name in names])
    differences = []
    for name, html in zip(names, got, strict=True):
        want, have = asdict(expected()[name]), asdict(shown_by_reader(html))
        for part in want:
            if want[part] != have[part]:
                differences.append(f"{name} {part}: {first_difference(want[part], have[part])}")
    assert differences == []


def first_difference(want: Any, have: Any) -> str:
    """Where two texts or lists begin to differ."""
    i = next((i for i, (a, b) in enumerate(zip(want, have)) if a != b), min(len(want), len(have)))
    j = max(0, i - 15) if isinstance(want, str) else i
    k = i + 25 if isinstance(want, str) else i + 1
    return f"{want[j:k]!r} != {have[j:k]!r}"
