"""Two versions side by side: what else differs, then the text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from archiver.reading.history.text_diff import compare_texts
from archiver.reading.history.diff_lines import Style, show_lines
from archiver.reading.history.history_lines import minute
from archiver.reading.history.versions import NAMES, Version, differing
from archiver.terminal.screen import shown

#: The last line of a text is then like all others, whatever is added behind it.
_END: Final = "\n\n"


def comparison_lines(article: int, old: Version, new: Version, style: Style) -> Iterator[str]:
    """How ``old`` has become ``new``; safe for a terminal, but for the marks of the style."""
    yield f"article {article}: {_named(old)} → {_named(new)}"
    if old.tags is None or new.tags is None:
        yield "author, day, category and tags of archives of that time were not kept"
    columns = differing(old.row, new.row)
    if not columns:
        yield "the two are the same"
        return
    for column in columns:
        if column != "body_html":
            yield f"{NAMES[column]}: {_value(old, column)} → {_value(new, column)}"
    yield ""
    yield _text(old, new, style) if "body_html" in columns else "the text is the same"


def _named(version: Version) -> str:
    name = f"version {version.number} ({minute(version.row['seen_at'])} UTC)"
    return shown(f"{name}, suspicious ({version.suspicious})" if version.suspicious else name)


def _value(version: Version, column: str) -> str:
    value = ", ".join(version.tags or ()) if column == "tags" else version.row[column]
    return shown(value or "none")


def _text(old: Version, new: Version, style: Style) -> str:
    if old.markdown == new.markdown:
        return "the Markdown is the same; the HTML differs, see --html"
    lines = compare_texts(shown(old.markdown) + _END, shown(new.markdown) + _END)
    return show_lines(lines, style) or "only line breaks differ"
