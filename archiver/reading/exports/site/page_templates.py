"""Pages from templates: every value is escaped but what is safe HTML already."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final
from unicodedata import category

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from archiver.reading.exports.site import page_names
from archiver.reading.exports.title_formulas import split_title
from archiver.reading.times import format_time

#: Where the own scripts and styles lie in the folder of the site.
ASSETS: Final = "assets"
_TEMPLATES: Final = "templates"
_STATIC: Final = "static"
#: Nothing is loaded from anywhere but the folder, nothing is sent, and no script in a page runs. In
#: a page from a disk ``'self'`` is nothing in some browsers, so the scheme ``file:`` is named; on a
#: web server it allows nothing. MathJax and the styles of bodies need styles in the page.
_POLICY: Final = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file: 'unsafe-inline';"
    " font-src 'self' file:; img-src 'self' file: data:; form-action 'self' file:;"
    " base-uri 'none'"
)
#: Letters and symbols that are drawn as nothing: fillers of Hangul, the empty pattern of Braille.
_BLANK: Final = "\u115f\u1160\u3164\uffa0\u2800"
_FORMULA: Final = re.compile(r"\$|\\[(\[]|\\begin\s*\{|\\(?:eq)?ref\s*\{")
#: Formulas in a title that stand between other marks.
_NO_DOLLARS: Final = re.compile(r"\$\$|\\\[|\\begin\s*\{|\\(?:eq)?ref\s*\{")


class Pages:
    """Makes pages; all of them know what the site is called and how its pages are named."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FunctionLoader(_template),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"names": page_names, "policy": _POLICY}
        self._environment.filters |= {"time": format_time, "number": _number, "titled": _titled}
        self._environment.tests |= {"with_formulas": has_title_formulas}

    def make(self, template: str, page: str, **values: Any) -> bytes:
        """A page of the site by its name, in UTF-8; there is a mark for what no page may have."""
        found = self._environment.get_template(template)
        values = {"page": page, "root": page_names.way_up(page), "has_formulas": False} | values
        text = found.render(values)
        return text.replace("\0", "\ufffd").encode("utf-8", "replace")


def safe_html(html: str) -> Markup:
    """HTML that is not escaped again: that of the archive is sanitised before it is stored."""
    return Markup(html)  # noqa: S704


def may_have_formulas(*texts: str) -> bool:
    """True when MathJax may find a formula in one of some texts."""
    return any(_FORMULA.search(text) for text in texts)


def has_title_formulas(title: str) -> bool:
    """True when MathJax finds a formula in a title: a single dollar is none."""
    is_formula = any(latex is not None for _, latex in split_title(title))
    return is_formula or bool(_NO_DOLLARS.search(title))


def static_files() -> Iterator[tuple[str, bytes]]:
    """The own scripts and styles, each with its name in the folder of the site."""
    for file in sorted(_folder(_STATIC).iterdir(), key=lambda file: file.name):
        if Path(file.name).suffix in {".js", ".css"}:
            yield f"{ASSETS}/{file.name}", file.read_bytes()


def _template(name: str) -> str:
    return _folder(_TEMPLATES).joinpath(name).read_text("utf-8")


def _folder(name: str) -> Traversable:
    return files(__package__).joinpath(name)


def _number(value: int | None) -> str:
    """A count with a comma at each thousand; empty when it is not known."""
    return "" if value is None else f"{value:,}"


def _titled(title: str) -> str:
    """A title, or words for one of which nothing is seen."""
    return title if any(map(_is_seen, title)) else "（无题）"


def _is_seen(character: str) -> bool:
    """True for letters, numbers, punctuation and symbols, but for those that are blank."""
    return category(character)[0] in "LNPS" and character not in _BLANK
