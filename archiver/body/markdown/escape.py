"""Escapes: an author's characters that Markdown would take for markup.

Rules: https://spec.commonmark.org/0.31.2/, with GFM's tables, strikethrough and bare addresses, the
dollars of formulas, and what pandoc's own Markdown adds (https://pandoc.org/MANUAL.html). An escape
is written where a reader could go wrong, not everywhere.
"""

from __future__ import annotations

import re
from typing import Final

from archiver.body.markdown import marks

#: Most paragraphs have none of these, and are done with one search; ``w`` is that of ``www.``.
SPECIAL: Final = re.compile(r"[\\`*<$~^{_&\[\]@:Ww]")
#: Always escaped: they open code, emphasis, HTML, strikethrough, formulas, attributes, citations,
#: and raised and lowered text anywhere in a line. pandoc's lists see a ``\\<!--`` as a comment.
_ANYWHERE: Final = [(it, f"\\{it}") for it in "\\`*<$~^{@"] + [("<!--", "<\\!--")]
_EMOJI = re.compile(r":(?=(?:100|1234|\d*[a-z_+-][a-z0-9_+-]*):)")
#: The character of a bare address or mail address without which no reader makes it a link; at that
#: of a mail address the backslash before it.
_ADDRESS = re.compile(
    r"[:.\\](?:(?:(?<=http:)|(?<=https:)|(?<=ftp:))(?=//)|(?<=www\.)|(?<=[\w.+-]\\)(?=@[\w.-]))",
    re.IGNORECASE,
)
#: Shows nothing, and parts two texts: an escape does not, where links are made of finished text.
NOTHING: Final = "<!-- -->"
#: An underscore between two letters or digits is no emphasis.
_UNDERSCORE = re.compile(r"_(?:(?<![^\W_]_)|(?![^\W_]))")
_ENTITY = re.compile(r"&(?=#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{0,40};)")
_MARKS = re.compile(f"[{marks.ALL}]")
#: What makes brackets a link, a footnote, a task or a definition; plain ones are left alone.
_LINK_LIKE = re.compile(r"\]\(|\]\[|\]:|\[[\^\[@!]|\[[ xX]\]|!\[")

#: What begins a block: a backslash goes before it, or behind the number (also ``(a)``, ``ii.`` and
#: ``#.``) of an item and the ``Table`` of a caption.
_LINE_START = re.compile(
    r"#{1,6}(?=\s|\Z)|[-+](?=\s|\Z)|\+[-=]|[>:%]|\|(?=\s|\Z)|=+\s*\Z|[-|:][-|:\s]*\Z"
    r"|(?P<number>\((?:\d+|[A-Za-z]|[ivxlcdm]+|[IVXLCDM]+|#)(?=\)(?:\s|\Z))"
    r"|(?:\d+|[a-z]|[ivxlcdm]+|[IVXLCDM]{2,}|#)(?=[.)](?:\s|\Z))|[A-Z](?=\)(?:\s|\Z)|\.\Z)"
    r"|[Tt]able(?=:))"
)
#: A task; pandoc looks for it in finished text.
_TASK = re.compile(r"(\\?\[)(?=[ xX]\\?\](?:\s|\Z))")
_LAST_HASH = re.compile(r"((?:\A|[^\\])(?:\\\\)*)#\Z")


def escape_text(text: str, *, all_brackets: bool = False, in_link: bool = False) -> str:
    """Text of a paragraph; ``all_brackets`` beside links, ``in_link`` for the text of one."""
    if not SPECIAL.search(text):
        return text
    all_brackets = all_brackets or _needs_brackets(text)
    for characters, escaped in _ANYWHERE:
        text = text.replace(characters, escaped)
    if ":" in text:
        text = _EMOJI.sub(r"\\:", text)
    text = _ADDRESS.sub(_escaped_address if in_link else _parted_address, text)
    if "_" in text:
        text = _UNDERSCORE.sub(r"\\_", text)
    if "&" in text:
        text = _ENTITY.sub("&amp;", text)
    if all_brackets:
        text = text.replace("[", "\\[").replace("]", "\\]")
    return text


def _parted_address(match: re.Match[str]) -> str:
    return f"{NOTHING}{match[0]}"


def _escaped_address(match: re.Match[str]) -> str:
    """In a link most readers make no other one; for the rest a backslash is enough."""
    return f"\\{match[0].removeprefix(chr(92))}"


def _needs_brackets(text: str) -> bool:
    """True when the brackets of a text could be read as a link or the like."""
    if "[" not in text and "]" not in text:
        return False
    return _LINK_LIKE.search(text) is not None or any(
        piece.count("[") != piece.count("]") for piece in _MARKS.split(text)
    )


def escape_line(line: str) -> str:
    """A finished line of a paragraph, so that its beginning starts no block."""
    first = line[:1]
    if first != "$" and (first <= "\x7f" or first.isdecimal()):  # few lines of a Chinese text
        match = _LINE_START.match(line)
        line = _TASK.sub(rf"\1{NOTHING}", line, count=1) if _TASK.match(line) else line
        if match is not None:
            split = match.end() if match["number"] else 0
            line = f"{line[:split]}\\{line[split:]}"
    inner = line.strip()
    return line if inner == line else _with_edges(line, inner)


def escape_heading(line: str) -> str:
    """A finished heading: hashes at its end are text, not the close of the heading."""
    return _LAST_HASH.sub(r"\1\\#", line) if line.endswith("#") else line


def _with_edges(line: str, inner: str) -> str:
    """A line with the wide spaces at its ends as entities: readers of Markdown cut them off."""
    start = len(line) - len(line.lstrip())
    before, after = line[:start], line[start + len(inner) :]
    return f"{_as_entities(before)}{inner}{_as_entities(after)}"


def _as_entities(space: str) -> str:
    return "".join(f"&#{ord(character)};" for character in space)


_BARE_URL: Final = re.compile(r"[^\s<>()\\&\x00-\x1f\x7f][^\s<>()\\\x00-\x1f\x7f]*\Z")


def destination(url: str) -> str:
    """The address of a link or picture, as written, in a form that reads back the same."""
    for space in "\t\r\n":
        url = url.replace(space, "")
    if "&" in url:
        url = _ENTITY.sub("&amp;", url)
    if _BARE_URL.match(url):
        return url
    escaped = re.sub(r"[<>]|\\(?=[!-/:-@\[-`{-~])", r"\\\g<0>", url)
    return f"<{escaped}>"


def title(text: str) -> str:
    """The title of a link or picture with the space before it; nothing for an empty text."""
    if not text:
        return ""
    text = " ".join(text.split())
    escaped = _ENTITY.sub("&amp;", re.sub(r'[\\"]', r"\\\g<0>", text))
    return f' "{escaped}"' if escaped else ""


def attribute(text: str) -> str:
    """The value of an attribute of inline HTML."""
    text = " ".join(text.split())
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
