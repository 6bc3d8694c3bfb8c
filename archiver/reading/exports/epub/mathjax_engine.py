"""MathJax without a browser: formulas as MathML, by the files that the pages of the site load.

V8 runs them (the package mini-racer). They see no network, no file and no clock of their own, and
have a limit of time and of memory.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Final

from py_mini_racer import JSOOMException, JSTimeoutException, MiniRacer

from archiver.body.markdown.maths import content_of
from archiver.items import Formula
from archiver.reading.exports.shown_body.long_formulas import LONGEST

#: In the order in which they need one another.
_FILES: Final = ("loader.js", "core.js", "adaptors/liteDOM.js", "input/tex-full.js")
_BEFORE: Final = "var global = this; var MathJax = {loader: {load: []}};"
#: Seconds for all formulas of an article: some, and more for each. One formula takes 2 ms.
_SECONDS: Final = 10.0
_MORE: Final = 0.05
#: Bytes. MathJax and an article of 20,000 formulas take 300 MB.
_MEMORY: Final = 1 << 30
#: So many formulas of an article may take too long; then all of it stays in LaTeX.
_MOST_STUCK: Final = 3


class MathJaxEngine:
    """A running MathJax, ended by ``close`` or at the end of ``with``."""

    def __init__(self, mathjax: Path, seconds: float = _SECONDS) -> None:
        scripts = [(mathjax / "es5" / name).read_text("utf-8") for name in _FILES]
        own = files(__package__).joinpath("static/mathml.js").read_text("utf-8")
        self._scripts = [_BEFORE, *scripts, own]
        self._seconds = seconds
        self._v8: MiniRacer | None = None

    def __enter__(self) -> MathJaxEngine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End V8 and its threads, which would keep the process from ending."""
        if self._v8 is not None:
            self._v8.close()
            self._v8 = None

    def convert(self, formulas: Sequence[Formula]) -> list[str | None]:
        """The MathML of the formulas of one article in their order.

        They share numbers, labels and macros, as on a page. ``None`` is in the place of one that
        MathJax cannot read, that is too long to be drawn, or that takes too much time or memory.
        """
        if not formulas:
            return []
        left_out = {place for place, one in enumerate(formulas) if len(one.latex) > LONGEST}
        for _ in range(_MOST_STUCK):
            made, stuck = self._try(formulas, left_out)
            if made is not None:
                return made
            if stuck is None:
                break
            left_out.add(stuck)
        return [None] * len(formulas)

    def _try(
        self, formulas: Sequence[Formula], left_out: set[int]
    ) -> tuple[list[str | None] | None, int | None]:
        """The MathML, or the place of the formula at which MathJax stays too long.

        ``None`` for both when memory is at its end: V8 does not say where.
        """
        given = [
            ("" if place in left_out else content_of(one.latex), one.display)
            for place, one in enumerate(formulas)
        ]
        v8 = self._started()
        limit = self._seconds + _MORE * len(given)
        try:
            said = str(v8.eval(f"kexue.convert({json.dumps(given)})", timeout_sec=limit))
        except JSTimeoutException:
            stuck = int(str(v8.eval("kexue.current()")))
            self.close()
            return None, stuck
        except JSOOMException:
            self.close()
            return None, None
        made: list[str | None] = json.loads(said)
        return [None if place in left_out else one for place, one in enumerate(made)], None

    def _started(self) -> MiniRacer:
        if self._v8 is None:
            self._v8 = MiniRacer()
            self._v8.set_hard_memory_limit(_MEMORY)
            for script in self._scripts:
                self._v8.eval(script)
        return self._v8
