"""Formulas in Markdown: ``$…$`` in a line, ``$$…$$`` as a block of its own.

These are the two forms that GitHub, Obsidian, pandoc and Jupyter share. The LaTeX between the
delimiters is the author's; what changes is white space at places where TeX gives it no meaning,
comments whose line break cannot stay, and the dollars of a formula inside another one.
"""

from __future__ import annotations

import re

from archiver.items import Formula

_DELIMITERS = (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"))
_LINE_BREAK = re.compile(r"\r\n?|\n")
#: An argument that MathJax shows as text (or takes as an address): no ``%`` in it is a comment.
_TEXT = (
    r"\\(?:text[a-z]*|[fhm]box|tag\*?|href|url|style|class|cssId)\s*"
    r"\{(?:[^{}\\]|\\.|\{(?:[^{}\\]|\\.|\{[^{}]*\})*+\})*+\}"
)
_COMMENT = re.compile(
    rf"(?P<kept>{_TEXT}|\\verb\*?([!-)+-@[-`|~]).*?\2|\\.)|%[^\r\n]*(?:\r\n?|\n)[ \t]*",
    re.DOTALL,
)
#: A formula that stays as it is.
_PLAIN = re.compile(r"\$[^\s$](?:[^\r\n$]*[^\s\\$])?\$\Z")
_DOLLAR = re.compile(r"(\\.)|\$", re.DOTALL)
#: Beginnings of lines that a reader without a maths plug-in would take for a list, heading, ….
_BLOCK_START = re.compile(r"[-+*](?=\s|\Z)|=+\s*\Z|-+\s*\Z|#{1,6}(?=\s|\Z)|[>|<~`]|\d{1,9}[.)]")


def content_of(latex: str) -> str:
    """The LaTeX between the delimiters; an environment or reference has none and stays whole."""
    for opening, closing in _DELIMITERS:
        long_enough = len(opening) + len(closing)
        if latex.startswith(opening) and latex.endswith(closing) and len(latex) >= long_enough:
            return latex[len(opening) : len(latex) - len(closing)]
    return latex


def inline(formula: Formula) -> str:
    """A formula in a line of text; in a heading a displayed one too."""
    if _PLAIN.match(formula.latex):
        return formula.latex
    content = _trimmed(_on_one_line(content_of(formula.latex)))
    content = _without_dollars(content) if "$" in content else content
    return f"${content or ' '}$"


def block(formula: Formula) -> str:
    """A displayed formula as a block: on one line, or on several between two lines of dollars."""
    content = content_of(formula.latex)
    if "$$" in content:
        content = _without_dollars(content)
    if "\n" not in content and "\r" not in content and not content.startswith("\\begin"):
        return f"$${_trimmed(content) or ' '}$$"
    return f"$$\n{_lines(content) or ' '}\n$$"


def _lines(content: str) -> str:
    """The lines of a formula, without empty ones and without beginnings of Markdown blocks."""
    lines: list[str] = []
    for line in content.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        words = line.strip()
        if not words:
            continue
        if lines and _BLOCK_START.match(words):
            lines[-1] = f"{_on_one_line(f'{lines[-1]}{chr(10)}')}{words}"
        else:
            lines.append(line.rstrip())
    return "\n".join(lines)


def _on_one_line(content: str) -> str:
    """LaTeX without line breaks, and so without the comments that they end."""

    def replace(match: re.Match[str]) -> str:
        is_behind_space = content[match.start() - 1 : match.start()] in {" ", "\t"}
        return match["kept"] or ("" if is_behind_space else " ")

    if _LINE_BREAK.search(content):
        content = _COMMENT.sub(replace, content)
    return _LINE_BREAK.sub(" ", content)


def _trimmed(content: str) -> str:
    r"""LaTeX without white space at its ends; the space of ``\ `` is a command."""
    trimmed = content.strip()
    backslashes = len(trimmed) - len(trimmed.rstrip("\\"))
    return f"{trimmed} " if backslashes % 2 else trimmed


def _without_dollars(content: str) -> str:
    r"""Formulas inside a formula (``\text{若$y$}``) with ``\(…\)``, which means the same there."""
    marks = iter(range(content.count("$")))

    def replace(match: re.Match[str]) -> str:
        if match[1] is not None:
            return match[1]
        return "\\)" if next(marks) % 2 else "\\("

    return _DOLLAR.sub(replace, content)
