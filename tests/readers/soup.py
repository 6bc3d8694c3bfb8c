"""Nasty text: what one reader of Markdown or the other takes for markup, in random order."""

from __future__ import annotations

import html
from random import Random
from typing import Final

#: Each is the beginning of something in one of the readers.
NASTY: Final = (
    *("http://e.cn", "https://e.com/x_y*z", "HTTP://E.CN", "ftp://e.org", "www.e.com", "a@b.com"),
    *("mailto:a@b.cn", "xmpp:a@b.cn", "a@.cn", "//e.cn", "e.cn/b?c=1&d=2", "<http://e.cn>"),
    *("^_^", "x^2^", "~s~", "~~x~~", "==y==", "*a*", "**b**", "_c_", "__d__", "`e`", "```", "~~~"),
    *("(1) ", "1. ", "1) ", "a. ", "a) ", "(a) ", "A) ", "A.  ", "i) ", "iv. ", "IV. ", "#. "),
    *("(@) ", "(@x) ", "@x ", "[@x]", "[-@x]", "@x [1]", "[^1]", "[^1]: ", "^[x]", "[!NOTE] "),
    *("[x](y)", "![x](y)", "[x]: y", "[x][y]", "[[x]]", "[x]{.y}", "`x`{=html}", "{.c}", "{#d}"),
    *("[ ] ", "[x] ", "- ", "+ ", "* ", "> ", "# ", "## ", " #", ": ", "::: ", ":smile:", ":100:"),
    *("| a", "|-|-|", "+---+", "---", "***", "===", "--- ---", "Table: ", "table: ", "% ", "---\n"),
    *("&amp;", "&copy;", "&#35;", "<b>", "</b>", "<br>", "<!--", "-->", "<?x", "\\", "\\|", "\\("),
    *("\\begin{x}", "\\[", "$", "$$", "5$ ", "'q'", '"q"', "--", "...", "10:30:20", "\u00a0", "　"),
)
_PLAIN: Final = (*"注意力。：（）“”…、—！", *"!?*_`~[]()<>&#-+=|.:;/^{}@%'\", 12ab", *(" " * 6))


def soup(random: Random) -> str:
    """A short text as HTML, without formulas."""
    kinds = random.choices((NASTY, _PLAIN), (2, 3), k=random.randint(1, 8))
    text = "".join(random.choice(kind) for kind in kinds)
    return html.escape(text.replace("$", ""), quote=False)


def document(random: Random) -> str:
    """One to three blocks."""
    return "".join(_block(random) for _ in range(random.randint(1, 3)))


def _line(random: Random) -> str:
    return "".join(
        random.choices(
            (
                soup(random),
                f"<b>{soup(random)}</b>",
                f"<em>{soup(random)}</em>",
                f"<u>{soup(random)}</u>",
                f'<a href="http://k.cn/a">{soup(random)}</a>',
                f"<code>{soup(random)}</code>",
                f" {random.choice(('$x_1$', '$a*b$', '$|x|$'))}",
                "<br>",
            ),
            (11, 2, 2, 1, 2, 2, 2, 2),
            k=random.randint(1, 4),
        )
    )


def _block(random: Random) -> str:
    kind = random.choice(("p", "p", "p", "h2", "blockquote", "ul", "ol", "table"))
    if kind in {"ul", "ol"}:
        start = random.choice(("", "", ' start="3"', ' start="-2"', " reversed", ' type="a"'))
        items = (f"<li{_value(random)}>{_line(random)}</li>" for _ in range(3))
        return f"<{kind}{start}>{''.join(items)}</{kind}>"
    if kind == "table":
        row = f"<tr><td>{_line(random)}</td><td>{_line(random)}</td></tr>"
        return f"<table>{row}{row}</table>"
    return f"<{kind}>{_line(random)}</{kind}>"


def _value(random: Random) -> str:
    return random.choice(("", "", "", ' value="7"', ' value="x"'))
