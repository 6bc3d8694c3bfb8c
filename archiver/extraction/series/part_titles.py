"""What one title says of a series: its name, and which part of it the article is.

Of several numbers the first is that of the part (``3. 特征提取(2)`` is part 3). What is a number,
but none of a part, has no form that is read here: years, versions, dimensions, amounts, arguments
of functions. How much a form proves is judged where the titles of all articles are at hand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from archiver.extraction.series.numerals import ARABIC, CHINESE, ROMAN, parse_numeral


class Form(Enum):
    """How the number of a part is written."""

    #: ``（一）``: nothing else is written so.
    CHINESE = auto()
    #: ``(1)``, ``（II）``, ``：3、``, ``之二``, ``第二篇``.
    NUMBERED = auto()
    #: ``（上）``, ``下篇``.
    HALF = auto()
    #: ``素数之美2：``, ``《新理解矩阵3》``.
    BARE = auto()
    #: No number: the title is the name, or goes on with ``（续）``, ``（补充）``, ``（番外）``.
    FIRST = auto()
    CONTINUED = auto()


@dataclass(frozen=True, slots=True)
class PartTitle:
    """A title that names a part of a series."""

    #: What stands before the number, as written but for brackets and punctuation at its ends.
    name: str
    number: int | None
    form: Form
    #: The name in brackets at the beginning, where the number stands at the end: ``《书》:题(一)``.
    column: str | None = None


_N: Final = f"(?:{CHINESE}|{ARABIC})"
_UNIT: Final = "(?:部分|篇|讲|回|弹|章|节)"
_HAN: Final = "[\u4e00-\u9fff]"
_BEHIND: Final = "[】》⋅·:—]"
_IN_BRACKETS: Final = rf"\(\s*(?:[之第]?(?P<n>{{}}){_UNIT}?)\s*\)"
#: Behind the number in brackets the name is over; a title goes on only behind a mark before it.
_APART: Final = rf"(?:(?<={_BEHIND})|(?<={_BEHIND}\s)|(?=\([^()]*\)(?:\W|$)))"
_OVER: Final = r"(?=\s*(?:$|[:(]|——))"

_FORMS: Final = tuple(
    (form, re.compile(pattern))
    for form, pattern in (
        (Form.CHINESE, _APART + _IN_BRACKETS.format(CHINESE)),
        (Form.NUMBERED, _APART + _IN_BRACKETS.format(f"{ARABIC}|{ROMAN}")),
        (Form.NUMBERED, rf"(?<={_BEHIND})\s*(?P<n>{_N})\s*[.、](?!\d)"),
        (Form.NUMBERED, rf"(?<={_BEHIND})\s*第(?P<n>{_N}){_UNIT}"),
        (Form.NUMBERED, rf"之(?P<n>{_N})(?=$|[:\s,(]|——)"),
        (Form.NUMBERED, rf"\s?第(?P<n>{_N}){_UNIT}{_OVER}"),
        (Form.HALF, r"\((?P<n>[上中下])[篇集部]?\)(?=\W|$)"),
        (Form.HALF, rf"(?P<n>[上中下])篇{_OVER}"),
        (Form.BARE, rf"(?<={_HAN})(?P<n>{ARABIC})(?=\s*(?:$|:|——|[》】”]))"),
        (Form.BARE, rf"(?<={_HAN})\s?(?P<n>{ROMAN})(?=\s*(?:$|:|——|[》】”]))"),
    )
)
#: A formula, or what a function is applied to: ``SO(3)``. A number in wide brackets is neither.
_FORMULA: Final = re.compile(r"\$[^$]*\$|(?<=[A-Za-z0-9}^_])\(\d+\)")
_CONTINUED: Final = re.compile(
    r"(?P<name>.{2,}?)(?::|(?P<bracket>\())(?:续|续篇|补充|番外|番外篇|后记)"
    r"(?(bracket)(?:,[^()]*)?\))$"
)
_TAG: Final = re.compile(r"\s*\[[^\[\]]{1,8}\](?=.{2})")
_COLUMN: Final = re.compile(r"《[^《》]{2,}》|【[^【】]{2,}】")
_PAIRS: Final = {"《": "》", "【": "】", "“": "”", "「": "」", "『": "』", "(": ")", "（": "）"}
_EDGES: Final = " \t\u3000:：—–-·⋅・,，、.。|｜!！?？…~～"
#: Ends of a date, or of an amount: what follows in brackets is a weekday.
_DATES: Final = ("年", "月", "日", "号", "周")


def read_part(title: str) -> PartTitle | None:
    """What a title says of a series; ``None`` for one that names no part."""
    text, places = _plain(title)
    found = [(match.start("n"), form, match) for form, match in _matches(text)]
    for _, form, match in sorted(found, key=lambda one: one[0]):
        number = parse_numeral(match["n"])
        name = tidy_name(title[: places[match.start()]])
        if number is not None and len(series_key(name)) > 1 and not name.endswith(_DATES):
            is_last = not text[match.end() :].strip(_EDGES)
            return PartTitle(name, number, form, _column(title, name) if is_last else None)
    return None


def read_continuation(title: str) -> PartTitle | None:
    """What a title without a number says that ends with ``（续）`` or the like, or ``None``."""
    text, places = _plain(title)
    match = _CONTINUED.fullmatch(text)
    if match is None:
        return None
    return PartTitle(tidy_name(title[: places[match.end("name")]]), None, Form.CONTINUED)


@lru_cache(maxsize=1 << 16)  # the same names are compared again and again
def series_key(name: str) -> str:
    """A name without what titles of a series write now so, now so: case, width, punctuation."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in folded if c == "#" or unicodedata.category(c)[0] not in "PZC")


def tidy_name(name: str) -> str:
    """A name without a tag before it, punctuation at its ends, and brackets that only wrap it."""
    name = _TAG.sub("", name, count=1) if _TAG.match(name) else name
    name = name.strip().rstrip(_EDGES)
    closing = _PAIRS.get(name[:1])
    if closing is not None and closing not in name[:-1]:
        name = name[1:].removesuffix(closing)
    return name.strip(_EDGES)


def _matches(text: str) -> Iterator[tuple[Form, re.Match[str]]]:
    for form, pattern in _FORMS:
        if match := pattern.search(text):
            yield form, match


def _column(title: str, name: str) -> str | None:
    """The brackets with which a title begins, when its name is more than they hold."""
    match = _COLUMN.match(_TAG.sub("", title, count=1).lstrip())
    return tidy_name(match[0]) if match and series_key(match[0]) != series_key(name) else None


def _plain(title: str) -> tuple[str, list[int]]:
    """A title in NFKC without formulas, and the place in it of each character and of the end."""
    title = _FORMULA.sub(lambda match: "\0" * len(match[0]), title)
    folded = [unicodedata.normalize("NFKC", character) for character in title]
    places = [place for place, text in enumerate(folded) for _ in text]
    return "".join(folded), [*places, len(title)]
