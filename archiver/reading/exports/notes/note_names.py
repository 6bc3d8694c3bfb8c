"""The file name of an article's note: legal on every file system and in links of Obsidian."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

from wcwidth import iter_graphemes

#: Bytes in UTF-8. File systems take 255; programs that copy and synchronise add endings of theirs.
LONGEST: Final = 200
_END: Final = ".md"
#: What Windows forbids (``<>:"/\|?*``), and what Obsidian forbids in names that are linked to
#: (``#^[]|``), with characters that look the same. The order of the two lists is the same.
_FORBIDDEN: Final = str.maketrans('<>:"/\\|?*#^[]', "＜＞：＂／＼｜？＊＃＾［］")
#: Control characters, halves of surrogate pairs and invisible ones; two of these make emoji.
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs"})
_JOINERS: Final = frozenset({"\u200d", "\ufe0f"})
_SPACE: Final = re.compile(r"\s+")


def note_name(article: int, title: str) -> str:
    """The id, a hyphen and the title, with the ending ``.md``; without a title the id alone.

    Two articles never have one name, also where upper and lower case are the same: the number at
    the beginning is that of one article. For the same reason no name is one that Windows reserves.
    """
    text = _cut(_legal(title), LONGEST - len(f"{article}-{_END}"))
    return f"{article}-{text}{_END}" if text else f"{article}{_END}"


def note_link(name: str, fragment: str = "") -> str:
    """A relative address of a note, percent-encoded as Obsidian, GitHub and VS Code read it."""
    return f"{quote(name)}#{quote(fragment)}" if fragment else quote(name)


def _legal(title: str) -> str:
    """A title without characters that a name cannot have; no dot or blank at its ends."""
    spaced = _SPACE.sub(" ", title)
    seen = "".join(c for c in spaced if c in _JOINERS or unicodedata.category(c) not in _INVISIBLE)
    return unicodedata.normalize("NFC", seen).translate(_FORBIDDEN).strip(" .")


def _cut(text: str, size: int) -> str:
    """The beginning of a text in so many bytes, cut between two characters as people see them."""
    if len(text.encode()) <= size:
        return text
    kept = ""
    for grapheme in iter_graphemes(text):
        if len(f"{kept}{grapheme}".encode()) > size:
            break
        kept += grapheme
    return kept.rstrip(" .")
