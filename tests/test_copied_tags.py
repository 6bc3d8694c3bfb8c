"""What a parser opens again: followed closely enough to refuse the pages on which it multiplies."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archiver.tree.copied_tags import MOST_ATTRIBUTES, check_copied
from archiver.tree.open_formatting import (
    ELEMENT,
    FORMATTING,
    reopened_at_most,
    reopened_characters,
)
from archiver.tree.unexpected import UnexpectedPage

ENDLESS = 10**12


def copies(text: str) -> int:
    """How many formatting elements Lexbor makes above those that have a tag."""
    document: Any = LexborHTMLParser(f"<!DOCTYPE html><body>{text}")
    made = sum(len(document.css(name)) for name in FORMATTING)
    return made - sum(text.count(f"<{name} ") for name in FORMATTING)


def followed(text: str) -> float:
    return reopened_characters(text, ENDLESS) / ELEMENT


@pytest.mark.parametrize(
    "unit",
    [
        "<p><b k=%d>x</p>",
        "<div><font k=%d>x</div>",
        "<p><i k=%d>",
        "<ul><li><em k=%d>x</ul>",
        "<li><u k=%d>x",
        "<dl><dd><s k=%d>x</dl>",
        "<h2><tt k=%d>x</h2>",
        "<table><b k=%d></table>",
        "<p><table><u k=%d>",
        "<table><tr><b k=%d>x",
        "<blockquote><p><code k=%d>x</blockquote>",
    ],
)
def test_these_multiply(unit: str) -> None:
    text = "".join(unit % n for n in range(100))
    assert copies(text) == pytest.approx(100 * 99 / 2, rel=0.05)
    assert copies(text) <= followed(text) <= 1.3 * copies(text)
    assert followed(text) <= reopened_at_most(text) / ELEMENT


@pytest.mark.parametrize(
    "unit",
    [
        "<p><b k=%d>x</b></p>",
        "<p><b k=%d>x</p>\n",
        "<font k=%d>x",
        "<table><tr><td><font k=%d>x</table>",
        "<object><i k=%d>x</object>",
        "<p><a k=%d>x</p>",
        "<p><span k=%d>x</p>",
        "<b k=%d><i></b>x</i>",
        "<td><b k=%d>x</b>",
    ],
)
def test_these_do_not(unit: str) -> None:
    text = "".join(unit % n for n in range(100))
    assert copies(text) <= 200
    assert followed(text) <= 2_000


PIECES = [
    "<p>", "</p>", "<div>", "</div>", "<li>", "<ul>", "</ul>", "<table>", "<tr>", "<td>",
    "</table>", "x", "x", "\n", "<br>", "<h2>", "</h2>", "<span>", "</span>", "<blockquote>",
    "</blockquote>", "<pre>", "<dt>", "<dl>", "</dl>", "<object>", "</object>", "<hr>",
]  # fmt: skip
NAMES = ["b", "i", "font", "strong", "u", "a"]


@st.composite
def soups(draw: st.DrawFn, ends: bool) -> list[str]:
    """Formatting tags, all with other attributes, between a few kinds of other pieces."""
    pieces = draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6))
    names = draw(st.lists(st.sampled_from(NAMES if ends else NAMES[:-1]), min_size=1, max_size=4))
    formatting = [f"<{name} k=%d>" for name in names]
    closing = [f"</{name}>" for name in names] if ends else []
    drawn = draw(
        st.lists(st.sampled_from(pieces + formatting + closing), min_size=40, max_size=200)
    )
    return [piece.replace("%d", str(number)) for number, piece in enumerate(drawn)]


@given(soups(ends=True))
@limits(max_examples=150)
def test_no_soup_multiplies_unseen(soup: list[str]) -> None:
    text = "".join(soup)
    assert copies(text) <= 3 * followed(text) + 3 * len(soup)


@given(soups(ends=False))
@limits(max_examples=150)
def test_what_is_followed_is_there(soup: list[str]) -> None:
    text = "".join(soup)
    assert followed(text) <= 3 * copies(text) + 3 * len(soup)
    assert copies(text) <= reopened_at_most(text) / ELEMENT


@given(soups(ends=True))
@limits(max_examples=150)
def test_the_limit_is_never_too_low(soup: list[str]) -> None:
    """But for what end tags clone: for up to eight blocks four elements each."""
    text = "".join(soup)
    assert copies(text) <= reopened_at_most(text) / ELEMENT + 8 * 4 * text.count("</")


@pytest.mark.parametrize("cell", ["td", "th", "caption"])
def test_an_end_tag_in_a_cell_closes_nothing_outside(cell: str) -> None:
    unit = f"<p><b k=%d>x</p><table><{cell}></b></table>"
    text = "".join(unit % n for n in range(100))
    assert copies(text) == 100 * 99 / 2
    assert copies(text) <= reopened_at_most(text) / ELEMENT
    assert copies(text) <= followed(text) <= 1.3 * copies(text)


def test_the_limit_of_a_page_whose_tags_are_closed_is_low() -> None:
    text = "".join(f"<p><b k={n}>x</b><a href={n}><i>y</i></a></p>" for n in range(1_000))
    assert reopened_at_most(text) == 0


@pytest.mark.parametrize("name", sorted(FORMATTING - {"a"}))
@pytest.mark.parametrize("is_upper", [False, True])
def test_each_name_is_looked_at(name: str, is_upper: bool) -> None:
    tag = name.upper() if is_upper else name
    text = "".join(f"<p><{tag} k={n}>x</p>" for n in range(1_000))
    with pytest.raises(UnexpectedPage, match="multiply"):
        check_copied(text, text.count("<"), may_have_long_tag=False)


@pytest.mark.parametrize("tag", ["html", "body", "HTML", "Body"])
def test_attributes_of_the_root(tag: str) -> None:
    text = "".join(f"<{tag} k{n}=1>" for n in range(MOST_ATTRIBUTES + 1))
    with pytest.raises(UnexpectedPage, match="in all"):
        check_copied(text, text.count("<"), may_have_long_tag=False)
