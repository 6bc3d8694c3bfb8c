"""Escapes: an author's characters that Markdown would take for markup.

Rules: https://spec.commonmark.org/0.31.2/, with GFM's tables and strikethrough and the dollars of
formulas added. An escape is written where a reader could go wrong, not everywhere.
"""

from __future__ import annotations

import re
from typing import Final

#: Most pieces of text have none of these, and are done with one search.
_SPECIAL = re.compile(r"[\\`*<$~_&\[\]]")
#: Always escaped: they open code, emphasis, HTML, strikethrough and formulas anywhere in a line.
#: (A tilde behind a slash, as in ``/~name``, opens nothing that a space would end.)
_ANYWHERE = re.compile(r"[\\`*<$]|(?<!/)~")
#: An underscore between two letters or digits is no emphasis.
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_ENTITY = re.compile(r"&(?=#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{0,40};)")
#: What makes brackets a link, a footnote, a task or a definition; plain ones are left alone.
_LINK_LIKE = re.compile(r"\]\(|\]\[|\]:|\[\^|\[\[|\[@|\[[ xX]\]|!\[")
_BRACKETS = re.compile(r"[\[\]]")

_LINE_START = re.compile(
    r"(?P<before>#{1,6}(?=\s|\Z)|[-+](?=\s|\Z)|>|=+\s*\Z|\d{1,9}(?=[.)](?:\s|\Z)))|[-|:][-|:\s]*\Z"
)
_LAST_HASHES = re.compile(r"((?:\A|\s)#*)#\Z")


def escape_text(text: str, *, all_brackets: bool = False) -> str:
    """Text of a paragraph; ``all_brackets`` inside links and alternative texts."""
    if not _SPECIAL.search(text):
        return text
    text = _ANYWHERE.sub(r"\\\g<0>", text)
    text = _UNDERSCORE.sub(r"\\_", text)
    text = _ENTITY.sub("&amp;", text)
    if all_brackets or needs_brackets(text):
        text = _BRACKETS.sub(r"\\\g<0>", text)
    return text


def needs_brackets(text: str) -> bool:
    """Could the brackets of a text be read as a link or the like?"""
    if "[" not in text and "]" not in text:
        return False
    return text.count("[") != text.count("]") or _LINK_LIKE.search(text) is not None


def escape_line(line: str) -> str:
    """A finished line of a paragraph, so that its beginning starts no block."""
    match = _LINE_START.match(line)
    if match is not None:
        split = match.end() if match["before"] and match["before"].isdigit() else 0
        line = f"{line[:split]}\\{line[split:]}"
    return _with_edges(line)


def escape_heading(line: str) -> str:
    """A finished heading: hashes at its end are text, not the close of the heading."""
    return _LAST_HASHES.sub(r"\1\\#", line)


def _with_edges(line: str) -> str:
    """A line with the wide spaces at its ends as entities: readers of Markdown cut them off."""
    inner = line.strip()
    if inner == line:
        return line
    start = len(line) - len(line.lstrip())
    before, after = line[:start], line[start + len(inner) :]
    return f"{_as_entities(before)}{inner}{_as_entities(after)}"


def _as_entities(space: str) -> str:
    return "".join(f"&#{ord(character)};" for character in space)


_BARE_URL: Final = re.compile(r"[^\s<>()\\&\x00-\x1f\x7f][^\s<>()\\\x00-\x1f\x7f]*\Z")


def destination(url: str) -> str:
    """The address of a link or picture, as written, in a form that reads back the same."""
    url = _ENTITY.sub("&amp;", re.sub(r"[\t\r\n]", "", url))
    if _BARE_URL.match(url):
        return url
    escaped = re.sub(r"[<>]|\\(?=[!-/:-@\[-`{-~])", r"\\\g<0>", url)
    return f"<{escaped}>"


def title(text: str) -> str:
    """The title of a link or picture with the space before it; nothing for an empty text."""
    text = " ".join(text.split())
    escaped = _ENTITY.sub("&amp;", re.sub(r'[\\"]', r"\\\g<0>", text))
    return f' "{escaped}"' if escaped else ""


def attribute(text: str) -> str:
    """The value of an attribute of inline HTML."""
    text = " ".join(text.split())
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
