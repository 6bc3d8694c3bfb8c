"""The files of a book from templates: every value is escaped but what is XHTML already."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from archiver.reading.times import format_time
from archiver.tree.xml_text import xml_text

_NO_TITLE: Final = "（无题）"


class BookTemplates:
    """Fills templates of the folder ``templates``."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FunctionLoader(_template),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_finalize,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"time": format_time, "titled": titled}

    def fill(self, template: str, **values: Any) -> str:
        """The text of a template with values."""
        return self._environment.get_template(template).render(**values)


def titled(title: str) -> str:
    """A title on one line, or words for one of which nothing is seen."""
    return " ".join(xml_text(title).split()) or _NO_TITLE


def safe_xhtml(text: str) -> Markup:
    """XHTML that is not escaped again: bodies are sanitised before they are stored."""
    return Markup(text)  # noqa: S704


def style_sheet() -> str:
    """The style sheet of all pages of a book."""
    return files(__package__).joinpath("static/book.css").read_text("utf-8")


def _template(name: str) -> str:
    return files(__package__).joinpath("templates", name).read_text("utf-8")


def _finalize(value: object) -> object:
    """A value without the characters that XML cannot hold."""
    return xml_text(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
