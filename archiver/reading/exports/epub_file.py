"""``scrapy export epub FILE``: articles as one book (EPUB 3.3), with formulas and pictures.

Not written by the package ebooklib (0.20): it holds all chapters and pictures in memory until the
end, writes the time of the clock into the file, and is under the AGPL.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from archiver.reading.exports.epub.sealed_zip import SealedZip, seal_of
from archiver.reading.exports.folder_lock import folder_locked
from archiver.reading.exports.job import Job, Outcome
from archiver.reading.exports.mathjax_files import mathjax_folder
from archiver.reading.exports.owned_text import place_of
from archiver.store.atomic import replacing_bytes
from archiver.store.errors import StoreError
from archiver.terminal.plural import plural
from archiver.terminal.program import typed

#: What only this kind imports, by the names of the packages.
_NEEDED: Final = {"Jinja2": "jinja2", "Pygments": "pygments", "mini-racer": "py_mini_racer"}
_MATHJAX: Final = "django-static-mathjax"
_INSTALL: Final = (
    "pip install -U 'kexue-archiver[epub]', or with pipx:"
    f" pipx inject kexue-archiver jinja2 pygments mini-racer {_MATHJAX}"
)
#: So many articles are named whose formulas stand as LaTeX.
_MOST_NAMED: Final = 5


class _SameBook(Exception):
    """What was to be written is there already."""


def write_epub(job: Job) -> Outcome:
    """Write the articles of a job as a book; raises ``StoreError``.

    What stands in the place of the file stays until the new one is whole. A book that says the same
    is left as it is, also when a later run has found nothing new.
    """
    mathjax = _checked_mathjax()
    place = place_of(job.target)
    with folder_locked(place.parent):
        old = seal_of(place)
        if old is not None and not old.said and not job.is_forced:
            return Outcome(edited=[place.name])
        outcome = Outcome()
        try:
            _replace(job, place, mathjax, old.said if old else "", outcome)
        except _SameBook:
            outcome.unchanged = 1
        else:
            outcome.written = 1
        return outcome


def _replace(job: Job, place: Path, mathjax: Path, old: str, outcome: Outcome) -> None:
    """Write the book; raises ``_SameBook`` when it says what the hash ``old`` is of."""
    try:
        from archiver.reading.exports.epub.book_writer import BookWriter  # noqa: PLC0415 - an extra
        from archiver.reading.exports.epub.mathjax_engine import MathJaxEngine  # noqa: PLC0415
    except ImportError as error:  # a version that is too old, for instance
        raise StoreError(f"a book cannot be made here: {error}; {_INSTALL}") from error
    with (
        MathJaxEngine(mathjax) as engine,
        replacing_bytes(place) as file,
        SealedZip(file) as zip_file,
    ):
        book = BookWriter(job, zip_file, engine.convert)
        book.write()
        outcome.notes += _notes(book.counts.articles, book.counts.formulas, book.counts.pictures)
        outcome.notes += _unread(book.counts.unread)
        outcome.incomplete += _damaged(book.counts.damaged)
        if zip_file.finish().said == old:
            raise _SameBook


def _notes(articles: int, formulas: int, pictures: int) -> list[str]:
    return [
        f"{plural(articles, 'article')}, {plural(formulas, 'formula')},"
        f" {plural(pictures, 'picture')}"
    ]


def _unread(unread: dict[int, int]) -> list[str]:
    """The sentence about formulas that stand as LaTeX; none when there are none."""
    if not unread:
        return []
    count = sum(unread.values())
    names = ", ".join(map(str, list(unread)[:_MOST_NAMED]))
    more = f" and {len(unread) - _MOST_NAMED:,} more" if len(unread) > _MOST_NAMED else ""
    verb = "stands" if count == 1 else "stand"
    return [
        f"{plural(count, 'formula')} {verb} as LaTeX, since MathJax cannot set"
        f" {'it' if count == 1 else 'them'}: article {names}{more}"
    ]


def _damaged(paths: list[str]) -> list[str]:
    """The sentence about pictures that are left out; none when there are none."""
    if not paths:
        return []
    return [
        f"{plural(len(paths), 'picture')} of the archive with other bytes than were stored:"
        f" {paths[0]}; left out, {typed('verify')} says what to do"
    ]


def _checked_mathjax() -> Path:
    """The folder of MathJax; raises ``StoreError`` when something of the extra is missing."""
    mathjax = mathjax_folder()
    missing = [name for name, module in _NEEDED.items() if find_spec(module) is None]
    if missing or mathjax is None:
        names = ", ".join([*missing, *([_MATHJAX] if mathjax is None else [])])
        raise StoreError(f"a book needs {names}, not installed here: {_INSTALL}", wrong_use=True)
    return mathjax
