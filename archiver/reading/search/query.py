"""What a person types to search, as terms."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archiver.reading.search.folding import fold

#: A phrase in quotes, or a word; a hyphen in front leaves out the articles that have it.
_TERM = re.compile(r"""(?P<without>-(?=[^\s-]))?(?:"(?P<phrase>[^"]+)"(?=\s|$)|(?P<word>\S+))""")
#: Half of a pair of UTF-16, as Python reads bytes that are no UTF-8.
_HALF = re.compile("[\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """True when a text of an archive can have a term in it: all of them are UTF-8."""
    return not _HALF.search(text)


@dataclass(frozen=True, slots=True)
class Query:
    """Folded terms: all of ``wanted`` must occur, none of ``unwanted`` may."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Query:
        """Read a query; nothing that a person can type is wrong.

        Terms are separated by white space. ``"two words"`` is one term, also ``-"two words"``. What
        is no pair of quotes or no hyphen before a term is searched as written, so ``C++``,
        ``don't``, ``"`` and ``--`` are terms. Each term counts once.
        """
        wanted: dict[str, None] = {}
        unwanted: dict[str, None] = {}
        for match in _TERM.finditer(text):
            kind = unwanted if match["without"] else wanted
            kind[fold(match["phrase"] or match["word"])] = None
        return cls(tuple(wanted), tuple(unwanted))
