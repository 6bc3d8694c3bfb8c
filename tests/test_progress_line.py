"""The line of progress: on a terminal only, seldom, and gone at the end."""

from __future__ import annotations

from io import StringIO

from archiver.terminal.printable import ERASE_LINE
from archiver.terminal.progress_line import ProgressLine


class Screen(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_it_five_times_a_second() -> None:
    screen, times = Screen(), iter([0.0, 0.1, 0.3, 0.3, 0.4, 5.0, 5.0])
    line = ProgressLine(screen, "articles", lambda: next(times))
    for done in range(1, 5):
        line.advance(done * 1000, 15000)
    line.clear()
    shown = ["2,000/15,000 articles", "4,000/15,000 articles", ""]
    assert screen.getvalue().split(ERASE_LINE) == ["", *shown]


def test_a_pipe_or_closed_stream_gets_nothing() -> None:
    pipe = StringIO()
    for stream in (pipe, None):
        line = ProgressLine(stream, "articles")
        line.advance(1, 2)
        line.clear()
    assert pipe.getvalue() == ""


def test_a_terminal_that_is_gone_stops_nothing() -> None:
    class Gone(Screen):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    ProgressLine(Gone(), "articles").clear()
