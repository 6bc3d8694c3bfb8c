"""The text of a ``<pre>``: white space as it is, and a line for each line that a browser shows.

Plug-ins for code make each line a ``div``, ``li``, ``p`` or row, or a ``code`` shown as a block.
Such a line ends with a line feed; none is doubled where the source has one between two of them.
"""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement

from archiver.tree.display import CELLS, has_block_style, has_lines, is_hidden, is_medium
from archiver.tree.traversal import Traversal

#: A line, and shown as one, also when nothing is in it.
_ITEMS = frozenset({"li", "tr"})
#: White space between what stands in these is never shown.
_HOLD_ITEMS = frozenset({"ol", "ul", "menu", "dir", "table", "thead", "tbody", "tfoot", "tr"})


def preformatted(pre: HtmlElement, stop: etree._Element | None = None) -> str:
    """The text of a ``<pre>``, up to the element or comment ``stop`` if it is in there."""
    text = _Text()
    text.add(pre.text, pre)
    traversal = Traversal(pre)
    for event, element in traversal:
        if element is stop:
            break
        if event == "start" and is_hidden(element):
            traversal.skip()
            text.is_due = text.is_due or (has_block_style(element) and is_medium(element))
        elif event == "start":
            text.start(element)
            text.add(element.text, element)
        else:
            if event == "end" and not is_hidden(element):
                text.end(element)
            text.add(element.tail, element.getparent())
    return "".join(text.pieces)


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

    def add(self, text: str | None, parent: HtmlElement) -> None:
        """Add a text node."""
        if not text or (parent.tag in _HOLD_ITEMS and not text.strip()):
            return
        if self.has_ended:
            rest = text.removeprefix("\n")
            text = rest if rest.strip() else "\n" * rest.count("\n")
        self.has_ended = False
        if text:
            self._put(text)

    def start(self, element: HtmlElement) -> None:
        """Begin an element."""
        if element.tag == "br":
            self._put("\n")
        elif element.tag in CELLS:
            if element.getprevious() is not None:
                is_row_empty = bool(self.items) and self.items[-1] == len(self.pieces)
                self.is_due = self.is_due and is_row_empty
                self._put("\t")
        elif has_lines(element):
            self.is_due = True
        else:
            return
        self.has_ended = False
        if element.tag in _ITEMS:
            self.items.append(len(self.pieces))

    def end(self, element: HtmlElement) -> None:
        """End an element."""
        if element.tag in _ITEMS and self.items.pop() == len(self.pieces):
            self._put("\n")
        if has_lines(element):
            self.is_due = self.has_ended = True

    def _put(self, text: str) -> None:
        if self.is_due and self.pieces and not self.pieces[-1].endswith("\n"):
            self.pieces.append("\n")
        self.is_due = False
        self.pieces.append(text)
