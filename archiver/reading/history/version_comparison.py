"""Two versions side by side: the other columns that differ, then the text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from archiver.reading.history.diff_display import Style, format_diff
from archiver.reading.history.text_diff import compare_texts
from archiver.reading.history.versions import COLUMN_NAMES, Version, differing_columns
from archiver.reading.times import format_time
from archiver.terminal.printable import printable

#: Ends both texts, so that text added after the last line leaves that line unchanged.
_END: Final = "\n\n"


def comparison_lines(article: int, old: Version, new: Version, style: Style) -> Iterator[str]:
    """How ``old`` became ``new``; all but the marks of the style is safe for a terminal."""
    yield f"article {article}: {_heading(old)} → {_heading(new)}"
    if old.tags is None or new.tags is None:
        yield "author, day, category and tags of archives of that time were not kept"
    columns = differing_columns(old.row, new.row)
    if not columns:
        yield "the two are the same"
        return
    for column in columns:
        if column != "body_html":
            yield f"{COLUMN_NAMES[column]}: {_value(old, column)} → {_value(new, column)}"
    yield ""
    yield _text_diff(old, new, style) if "body_html" in columns else "the text is the same"


def _heading(version: Version) -> str:
    name = f"version {version.number} ({format_time(version.row['seen_at'])} UTC)"
    return printable(f"{name}, suspicious ({version.suspicious})" if version.suspicious else name)


def _value(version: Version, column: str) -> str:
    value = ", ".join(version.tags or ()) if column == "tags" else version.row[column]
    return printable(value or "none")


def _text_diff(old: Version, new: Version, style: Style) -> str:
    if old.body.markdown == new.body.markdown:
        return "the Markdown is the same; the HTML differs, see --html"
    texts = (printable(version.body.markdown) + _END for version in (old, new))
    return format_diff(compare_texts(*texts), style) or "only line breaks differ"
