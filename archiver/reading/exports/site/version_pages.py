"""The versions of an article, and how each became the next, for its page of versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from markupsafe import Markup, escape

from archiver.reading.history.diff_display import Style, format_diff
from archiver.reading.history.text_diff import compare_texts
from archiver.reading.history.versions import History, Version, differing_columns
from archiver.reading.times import format_time
from archiver.tree.unexpected import UnexpectedPage

#: Characters that no text has (Unicode keeps them for the inner use of programs), for the marks
#: around what was removed and added: the text is escaped with them in it.
_MARKS: Final = "\ufdd0\ufdd1\ufdd2\ufdd3"
_STYLE: Final = Style(
    (_MARKS[0], _MARKS[1]), (_MARKS[2], _MARKS[3]), (_MARKS[0], _MARKS[1]), (_MARKS[2], _MARKS[3])
)
_ELEMENTS: Final = dict(zip(_MARKS, ("<del>", "</del>", "<ins>", "</ins>"), strict=True))
_NO_MARKS: Final = str.maketrans("", "", _MARKS)
#: Ends both texts, so that text added after the last line leaves that line unchanged.
_END: Final = "\n\n"
#: The columns of a version in the words of the site.
_NAMES: Final = {
    "title": "标题", "body_html": "正文", "author": "作者", "published": "日期",
    "category": "分类", "tags": "标签",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """How one version became another: columns with both values, and the text with its changes.

    ``text`` is empty where the text has not changed, ``remark`` says what else is to be known.
    """

    old: int
    new: int
    columns: list[tuple[str, str, str]]
    text: Markup
    remark: str


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version in the table of its page; times are in UTC, to the minute."""

    number: int
    seen_at: str
    #: ``None`` where the formulas of the version cannot be told from its text.
    characters: int | None
    changed: str
    suspicious: str | None
    is_current: bool


def shown_versions(history: History) -> Iterator[ShownVersion]:
    """All versions by number."""
    for version in history.versions:
        text = _text(version)
        yield ShownVersion(
            version.number,
            format_time(version.row["seen_at"]),
            None if text is None else len(text),
            "、".join(_NAMES[column] for column in history.changed_columns(version)),
            version.suspicious,
            version.number == history.current,
        )


def differences(history: History) -> Iterator[Difference]:
    """How each version that was taken became the next one that was, the newest first."""
    taken = [version for version in history.versions if version.suspicious is None]
    for old, new in reversed(list(pairwise(taken))):
        columns = differing_columns(old.row, new.row)
        named = [
            (_NAMES[column], _value(old, column), _value(new, column))
            for column in columns
            if column != "body_html"
        ]
        text, remark = Markup(""), ""
        if "body_html" in columns:
            text, remark = _changes(_text(old), _text(new))
        yield Difference(old.number, new.number, named, text, remark)


def diff_html(old: str, new: str) -> Markup:
    """How one text became another, as HTML with ``del`` and ``ins``; empty when nothing differs."""
    texts = (text.translate(_NO_MARKS) + _END for text in (old, new))
    html = str(escape(format_diff(compare_texts(*texts), _STYLE)))
    for mark, element in _ELEMENTS.items():
        html = html.replace(mark, element)
    return Markup(html)  # noqa: S704 - escaped above


def _value(version: Version, column: str) -> str:
    value = "、".join(version.tags or ()) if column == "tags" else version.row[column]
    return str(value or "（无）")


def _changes(old: str | None, new: str | None) -> tuple[Markup, str]:
    """How one text became another, and what is to be said where that shows nothing."""
    if old is None or new is None:
        return Markup(""), "其中一版的公式无法辨认，不能比较。"
    text = diff_html(old, new)
    return text, "" if text else "文字相同，只有版式不同。"


def _text(version: Version) -> str | None:
    """The Markdown of a version; ``None`` for one that a damaged archive only has."""
    try:
        return version.body.markdown
    except UnexpectedPage:
        return None
