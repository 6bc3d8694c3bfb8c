"""The text of a ``<pre>``: white space as it is, and a line for each line that a browser shows.

Plug-ins for code make each line a ``div``, ``li``, ``p`` or row, or a ``code`` shown as a block.
Such a line ends with a line feed; none is doubled where the source has one between two of them.
"""

from __future__ import annotations

from archiver.body.events.event import Close, Comment, Event, Open, Text
from archiver.tree.display import CELLS

#: A line, and shown as one, also when nothing is in it.
_ITEMS = frozenset({"li", "tr"})
#: White space between what stands in these is never shown.
_HOLD_ITEMS = frozenset({"ol", "ul", "menu", "dir", "table", "thead", "tbody", "tfoot", "tr"})


def preformatted(events: list[Event], pre: Open, stop: int | None = None) -> str:
    """The text of a ``<pre>``, up to the event of number ``stop`` if that is in there."""
    text = _Text()
    end = pre.end if stop is None else min(stop, pre.end)
    position = pre.start + 1
    parents = [pre.tag]
    while position < end:
        event = events[position]
        position += 1
        if isinstance(event, Text):
            text.add(event.text, parents[-1])
        elif isinstance(event, Close):
            parents.pop()
            text.end(event.opened)
        elif isinstance(event, Comment):
            continue
        elif event.display.is_hidden:
            position = event.end + 1
            end = pre.end if position > end else end  # what is hidden ends nothing
            text.is_due = text.is_due or shows_block(event)
        else:
            parents.append(event.tag)
            text.start(event)
    return "".join(text.pieces)


def shows_block(opened: Open) -> bool:
    """True for a picture or player that stands on lines of its own."""
    return opened.display.is_medium and opened.display.has_block_style


def is_first(opened: Open) -> bool:
    """True for an element that has no element or comment before it."""
    return opened.element.getprevious() is None


class _Text:
    """The text so far."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        #: A line ends here, unless it has ended already.
        self.is_due = False
        #: A block has just ended: a line feed here is the end of its line.
        self.has_ended = False
        #: How much text there was where each open item began.
        self.items: list[int] = []

    def add(self, text: str, parent: str) -> None:
        """Add a text node in an element of this name."""
        if parent in _HOLD_ITEMS and not text.strip():
            return
        if self.has_ended:
            rest = text.removeprefix("\n")
            text = rest if rest.strip() else "\n" * rest.count("\n")
        self.has_ended = False
        if text:
            self._put(text)

    def start(self, opened: Open) -> None:
        """Begin an element."""
        if opened.tag == "br":
            self._put("\n")
        elif opened.tag in CELLS:
            if not is_first(opened):
                is_row_empty = bool(self.items) and self.items[-1] == len(self.pieces)
                self.is_due = self.is_due and is_row_empty
                self._put("\t")
        elif opened.display.has_lines:
            self.is_due = True
        else:
            return
        self.has_ended = False
        if opened.tag in _ITEMS:
            self.items.append(len(self.pieces))

    def end(self, opened: Open) -> None:
        """End an element."""
        if opened.tag in _ITEMS and self.items.pop() == len(self.pieces):
            self._put("\n")
        if opened.display.has_lines:
            self.is_due = self.has_ended = True

    def _put(self, text: str) -> None:
        if self.is_due and self.pieces and not self.pieces[-1].endswith("\n"):
            self.pieces.append("\n")
        self.is_due = False
        self.pieces.append(text)
