"""Captures read again: what becomes a correction, an edit, none; and that it is what a crawl makes.

A reading without network must give what a crawl of this version would have stored at that time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from captured import ID, Captured
from hypothesis import given
from hypothesis import strategies as some

from archiver.body.contents import text as text_of_body
from archiver.body.read import Body, read_body
from archiver.pages import fields
from archiver.store.corrections import Correction

Patch = pytest.MonkeyPatch
Older = Callable[[Patch], None]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Captured]:
    with Captured(tmp_path) as captured:
        yield captured


# --- Older extractions ----------------------------------------------------------------------------


def without_tags(patch: Patch) -> None:
    patch.setattr(fields, "parse_tags", lambda tools: [])


def without_category(patch: Patch) -> None:
    patch.setattr(fields, "parse_category", lambda tools: None)


def without_labels(patch: Patch) -> None:
    """One that lost the end of a title."""
    parse = fields.parse_title
    patch.setattr(fields, "parse_title", lambda post: (parse(post) or "")[:2] or None)


def without_quotes(patch: Patch) -> None:
    """One whose clean body has no block quotes, so that their text is lost."""

    def read_less(served: Any, *rest: Any, **named: Any) -> Body:
        for quote in list(served.iter("blockquote")):
            quote.drop_tree()
        return read_body(served, *rest, **named)

    patch.setattr("archiver.extraction.article_body.read_body", read_less)


def without_pictures(patch: Patch) -> None:
    patch.setattr(Body, "pictures", property(lambda body: []))


def with_another_text(patch: Patch) -> None:
    plain = text_of_body.plain_text
    patch.setattr("archiver.body.read.plain_text", lambda *given: plain(*given).replace("，", ","))


OLDER: list[Older] = [
    without_tags, without_category, without_labels, without_quotes, without_pictures,
    with_another_text,
]  # fmt: skip
each_older = pytest.mark.parametrize("older", OLDER, ids=lambda older: older.__name__)

# --- The property ---------------------------------------------------------------------------------

LONG = "<p>" + "一二三四五六七八九十" * 12 + '$x$<img src="/a.png"></p>'
MORE = '<p>甲<a href="/archives/1">一</a></p><!--more-->' + LONG
QUOTE = LONG + "<blockquote>引文$y$</blockquote>"
EDITS: list[Any] = [
    lambda c: c.edit(body=LONG),
    lambda c: c.edit(body=MORE),
    lambda c: c.edit(body=QUOTE),
    lambda c: c.edit(body=QUOTE.replace("引文", "引语")),
    lambda c: c.edit(title="短文新题"),
    lambda c: c.edit(title="短文旧题"),
    lambda c: c.edit(tags=("甲", "乙")),
    lambda c: c.edit(tags=()),
    lambda c: c.edit(author="访客"),
    lambda c: c.edit(readers=99_999, comments=7),
    lambda c: c.edit(state="protected"),
    lambda c: c.edit(state="published"),
    lambda c: c.read(),
    lambda c: c.mark_gone(),
]


def live(kept: Captured, life: list[int]) -> None:
    kept.read()
    for step in life:
        EDITS[step](kept)


@given(
    some.lists(some.integers(0, len(EDITS) - 1), max_size=8),
    some.integers(0, 8),
    some.sampled_from(OLDER),
    some.booleans(),
)
def test_it_is_what_this_version_would_have_made(
    life: list[int], later: int, older: Older, is_listed: bool
) -> None:
    """Whatever an older version has lost, and whenever the archive was updated to this one."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Captured(Path(folder, "kept"), is_listed=is_listed) as kept,
        Captured(Path(folder, "wanted"), is_listed=is_listed) as wanted,
    ):
        with Patch.context() as patch:
            older(patch)
            live(kept, life[:later])
        for step in life[later:]:
            EDITS[step](kept)
        live(wanted, life)
        assert isinstance(kept.reparse(), Correction)
        assert kept.state() == wanted.state()
        assert kept.reparse() == Correction(ID)
