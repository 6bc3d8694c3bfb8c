"""The formulas that MathJax finds in a page, where the extra browser and Chromium are there."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final

from commands import ROOT

if TYPE_CHECKING:
    from mathjax import MathJax

_TESTS: Final = str(ROOT / "tests")


def formulas_of(pages: list[bytes]) -> list[list[str]] | None:
    """The formulas of each page's article, without delimiters and white space; ``None`` without it.

    It is the judge of the tests (``tests/mathjax.py``), which skips where something is missing.
    """
    try:
        opened, skipped = _judge()
    except ImportError:
        return None
    try:
        with opened as mathjax:
            return [[tex for _, tex in mathjax.formulas_of_page(page)] for page in pages]
    except skipped:
        return None


def _judge() -> tuple[AbstractContextManager[MathJax], type[BaseException]]:
    """MathJax, to be opened, and what is raised then where something is missing.

    The folder of the tests comes first for a moment: a package has the name ``mathjax`` too.
    """
    sys.path.insert(0, _TESTS)
    try:
        import pytest  # noqa: PLC0415 - of the extra test
        from mathjax import open_mathjax  # noqa: PLC0415
    finally:
        sys.path.remove(_TESTS)
    return open_mathjax(), pytest.skip.Exception
