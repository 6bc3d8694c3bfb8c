"""MathJax without a browser: formulas as MathML, by the files that the pages of the site load.

V8 runs them (the package mini-racer). They see no network, no file and no clock of their own, and
have a limit of time and of memory.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Final

from py_mini_racer import (
    JSEvalException,
    JSOOMException,
    JSTimeoutException,
    LibNotFoundError,
    MiniRacer,
)

from archiver.body.markdown.maths import content_of
from archiver.items import Formula
from archiver.reading.exports.shown_body.long_formulas import LONGEST
from archiver.store.errors import StoreError

#: In the order in which they need one another.
_FILES: Final = ("loader.js", "core.js", "adaptors/liteDOM.js", "input/tex-full.js")
_ADVICE: Final = (
    "pip install --force-reinstall django-static-mathjax mini-racer, in versions that"
    " pyproject.toml allows"
)
_UNUSABLE: Final = f"MathJax does not run here, {_ADVICE}"
_BEFORE: Final = "var global = this; var MathJax = {loader: {load: []}};"
#: Seconds for one formula. It takes 1 ms.
_SECONDS: Final = 5.0
#: For an article this many times that, and so many seconds for each formula.
_MOST_SLOW: Final = 6
_MORE: Final = 0.05
#: Milliseconds after which a call of MathJax returns when a formula is done.
_TURN: Final = 100
#: Bytes. MathJax and an article of 20,000 formulas take 300 MB.
_MEMORY: Final = 1 << 30
#: So many formulas may need more memory than there is; then all of the article stays LaTeX.
_MOST_LARGE: Final = 3


class MathJaxEngine:
    """A running MathJax, ended by ``close`` or at the end of ``with``.

    Calls wait in a thread of their own: one that goes on when the program is interrupted is waited
    for, so that the package does not complain of it. V8 itself starts in the thread of the program:
    started in two threads, one after the other, it crashes.
    """

    def __init__(self, mathjax: Path, seconds: float = _SECONDS, memory: int = _MEMORY) -> None:
        """Set the limits, in seconds for a formula, and in bytes; V8 starts when it is needed.

        Raises ``StoreError`` when a file of MathJax is not there.
        """
        try:
            scripts = [(mathjax / "es5" / name).read_text("utf-8") for name in _FILES]
        except OSError as error:
            raise StoreError(
                f"cannot read {error.filename}: {error.strerror}; {_ADVICE}"
            ) from error
        own = files(__package__).joinpath("static/mathml.js").read_text("utf-8")
        self._scripts = [_BEFORE, *scripts, own]
        self._seconds = seconds
        self._memory = memory
        self._thread = ThreadPoolExecutor(1, "mathjax")
        self._v8: MiniRacer | None = None
        #: The place of the formula that MathJax reads next.
        self._current = 0

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
        self._thread.shutdown()
        self._stop()

    def convert(self, formulas: Sequence[Formula]) -> list[str | None]:
        """The MathML of the formulas of one article in their order; raises ``StoreError``.

        They share numbers, labels and macros, as on a page. ``None`` is in the place of one that
        MathJax cannot read, that is too long to be drawn, or that takes too much time or memory.
        """
        if not formulas:
            return []
        left_out = {place for place, one in enumerate(formulas) if len(one.latex) > LONGEST}
        turn = _TURN
        for _ in range(1 + _MOST_LARGE):
            given = [
                ("" if place in left_out else content_of(one.latex), one.display)
                for place, one in enumerate(formulas)
            ]
            try:
                made = self._made(given, turn)
            except JSOOMException:
                self._stop()
                if turn == 0:
                    left_out.add(self._current)
                turn = 0  # to know where it happens
            else:
                return [None if place in left_out else one for place, one in enumerate(made)]
        return [None] * len(formulas)

    def _made(self, given: Sequence[tuple[str, bool]], turn: int) -> list[str | None]:
        """The MathML of formulas without dollars; raises ``JSOOMException``.

        MathJax returns after each ``turn``, and goes on. What it has not read at the end of the
        article's time is left out.
        """
        self._current, left = 0, 3 * len(given)
        self._ask(f"begin({json.dumps(given)})")
        end = time.monotonic() + _MOST_SLOW * self._seconds + _MORE * len(given)
        while left:
            if time.monotonic() > end:
                self._ask("skip()")
            try:
                left = int(self._ask(f"go({turn})", self._seconds))
            except JSTimeoutException:  # that formula is left out
                left = int(self._ask("left()"))
            self._current = -left % len(given)
        made: list[str | None] = json.loads(self._ask("made()"))
        return made

    def _ask(self, call: str, seconds: float | None = None) -> str:
        """What a function of ``mathml.js`` returns; raises ``StoreError`` when there is none."""
        try:
            return self._eval(self._started(), f"kexue.{call}", seconds)
        except (JSOOMException, JSTimeoutException):
            raise
        except (JSEvalException, LibNotFoundError) as error:
            raise StoreError(f"{_UNUSABLE}: {str(error).strip().splitlines()[-1]}") from error

    def _eval(self, v8: MiniRacer, script: str, seconds: float | None = None) -> str:
        return str(self._thread.submit(v8.eval, script, timeout_sec=seconds).result())

    def _started(self) -> MiniRacer:
        if self._v8 is None:
            self._v8 = MiniRacer()
            self._v8.set_hard_memory_limit(self._memory)
            for script in self._scripts:
                self._eval(self._v8, script)
        return self._v8

    def _stop(self) -> None:
        if self._v8 is not None:
            self._v8.close()
            self._v8 = None
