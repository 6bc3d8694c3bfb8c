"""What a text has kept of an article: each function counts ``(kept, of how many)``.

What occurs twice in the article must occur twice in the text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import unquote, urlsplit

#: How the blog's pages mark a formula, longest first; an environment stands without a mark.
_MARKS: Final = (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]"))


def count_formulas(formulas: Iterable[str], output: str) -> tuple[int, int]:
    """Count formulas that are there to the letter, with delimiters; white space does not count.

    A formula comes with the delimiters that the page has, or without any, as MathJax lists it.
    """
    text = _packed(output)
    return _kept(Counter(_bare(_packed(tex)) for tex in formulas), lambda tex: _marked(tex, text))


def _marked(tex: str, text: str) -> int:
    """How often a formula stands in a text between delimiters, or as an environment."""
    if tex.startswith(r"\begin{"):
        return text.count(tex)
    inline = sum(text.count(f"{start}{tex}{end}") for start, end in _MARKS[1:])
    return max(inline, text.count(f"$${tex}$$"))


def _bare(tex: str) -> str:
    for start, end in _MARKS:
        if tex.startswith(start) and tex.endswith(end) and len(tex) >= len(start) + len(end):
            return tex[len(start) : len(tex) - len(end)]
    return tex


def _packed(text: str) -> str:
    return "".join(text.split())


def count_links(links: Iterable[dict[str, Any]], output: str) -> tuple[int, int]:
    """Count links whose address is there as the target of one."""
    return _kept(Counter(_path(link["url"]) for link in links), _decoded(output).count)


def count_pictures(pictures: Iterable[dict[str, Any]], output: str) -> tuple[int, int]:
    """Count pictures whose address is there."""
    return _kept(Counter(_path(picture["url"]) for picture in pictures), _decoded(output).count)


def _path(url: str) -> str:
    """The path of an address with what follows it: pages of the blog leave the host out."""
    parts = urlsplit(url)
    if not parts.path.strip("/"):
        return unquote(url)
    return unquote(parts._replace(scheme="", netloc="").geturl()).rstrip("/")


def _decoded(output: str) -> str:
    return unquote(output)


def _kept(wanted: Counter[str], occurrences: Callable[[str], int]) -> tuple[int, int]:
    return sum(min(count, occurrences(text)) for text, count in wanted.items()), wanted.total()
