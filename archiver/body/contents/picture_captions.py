"""The captions of pictures: which words of a body belong to which picture.

The blog has these forms (seen 2009 to 2026): a picture with a caption block, one with an empty
caption, floated ones whose caption is a ``<p>`` without a class at several depths of ``div``, one
without a caption block, a bare ``<img>``, and several captioned ones in one container.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from archiver.body.contents.text import words_of
from archiver.body.events.event import Close, Events, Open, Text

_CAPTION_CLASS = re.compile(r"(?:^|\s)typecho-caption-text(?:\s|\Z)")
_BOX_CLASS = re.compile(r"(?:^|\s)(?:pic-container|typecho-caption)(?:\s|\Z)")


@dataclass(frozen=True, slots=True)
class Caption:
    """The element of a caption, the picture that it belongs to, and its text on one line."""

    element: Open
    picture: Open
    text: str


def captions_of(events: Events) -> list[Caption]:
    """The captions of a body: each belongs to the last ``<img>`` before it in its box.

    A ``figcaption`` that stands first belongs to the first picture behind it. A picture has one
    caption at most; a second one is text.
    """
    if not any(opened.tag == "img" for opened in events.elements):
        return []
    found = _Captions(events).read()
    return [Caption(one, picture, words_of(events, one)) for one, picture in found.items()]


class _Captions:
    """Finds captions in one pass over the elements."""

    def __init__(self, events: Events) -> None:
        self.events = events
        #: Each caption with its picture.
        self.found: dict[Open, Open] = {}
        self.taken: set[Open] = set()
        #: The last picture, and the end of the outermost box that it is in.
        self.picture: Open | None = None
        self.box_end = 0
        self.texts = _Texts(events)

    def read(self) -> dict[Open, Open]:
        for opened in self.events.elements:
            if opened.tag == "img" and _is_picture(opened):
                self.picture = opened
                self.box_end = max((up.end for up in opened.around() if _is_box(up)), default=0)
            elif opened.tag == "figcaption" or (
                opened.start < self.box_end and _may_be_caption(opened)
            ):
                self._caption(opened)
        return self.found

    def _caption(self, opened: Open) -> None:
        picture = self._picture_of(opened)
        if picture is not None and picture not in self.taken:
            self.found[opened] = picture
            self.taken.add(picture)

    def _picture_of(self, caption: Open) -> Open | None:
        """The picture that an element is the caption of, if it is one."""
        if caption.tag == "figcaption":
            return self._picture_of_figure(caption)
        inside = self.events.inside(caption)
        if self.picture is None or any(type(it) is Open and it.tag == "img" for it in inside):
            return None
        is_caption = _is_marked(caption) or self._is_alone(caption, self.picture)
        return self.picture if is_caption else None

    def _picture_of_figure(self, caption: Open) -> Open | None:
        figure = next((up for up in caption.around() if up.tag == "figure"), None)
        if figure is None:
            return None
        if self.picture is not None and figure in self.picture.around():
            return self.picture
        inside = self.events.inside(figure)
        return next((it for it in inside if type(it) is Open and _is_picture(it)), None)

    def _is_alone(self, caption: Open, picture: Open) -> bool:
        """True when a ``<p>`` ends the innermost element around it and its picture.

        However deep that is in the box; another picture may stand behind. Where it is the box
        itself, nothing else may be in it but pictures with captions.
        """
        around = set(caption.around())
        shared = next(up for up in picture.around() if up in around)
        if not words_of(self.events, caption) or not self._ends(caption, shared):
            return False
        if not _is_box(shared):
            return True
        self.texts.read(caption.start)
        before = self.texts.before
        is_first = before is None or (shared is not before and shared not in before.around())
        return not self.texts.is_behind and (is_first or before in self.found)

    def _ends(self, caption: Open, top: Open) -> bool:
        """True when no text follows a caption in ``top``, or a picture does first.

        Inside what follows, the text behind an element counts before what is in the element.
        """
        outer = {top, *caption.around()}
        for event in self.events.all[caption.end + 1 : top.end]:
            if type(event) is Text:
                if not event.text.isspace():
                    return False
            elif type(event) is Open:
                if _is_picture(event):
                    return True
                if event.parent not in outer and self._has_text_behind(event):
                    return False
        return True

    def _has_text_behind(self, opened: Open) -> bool:
        """True when text follows right behind the end of an element."""
        behind = self.events.all[opened.end + 1]
        return isinstance(behind, Text) and not behind.text.isspace()


class _Texts:
    """Where the texts around the last picture stand, read as far as somebody asks."""

    def __init__(self, events: Events) -> None:
        self.events = events
        self.position = 0
        self.around: Open | None = None
        #: What the last text before the picture stands in, and the last one behind it.
        self.before: Open | None = None
        self.behind: Open | None = None
        self.is_behind = False

    def read(self, stop: int) -> None:
        """Go on to the event of this number."""
        for event in self.events.all[self.position : stop]:
            if type(event) is Text:
                if not event.text.isspace():
                    self.behind, self.is_behind = self.around, True
            elif type(event) is Open:
                self.around = event
                if _is_picture(event):
                    if self.is_behind:
                        self.before = _line_of(self.behind)
                    self.behind, self.is_behind = None, False
            elif type(event) is Close:
                self.around = event.opened.parent
        self.position = stop


def _line_of(around: Open | None) -> Open | None:
    """What may be the caption that a text stands in; else the element around the text."""
    opened = around
    while opened is not None and not _may_be_caption(opened):
        opened = opened.parent
    return around if opened is None else opened


def _is_picture(opened: Open) -> bool:
    return opened.tag == "img" and bool(opened.attributes.get("src"))


def _may_be_caption(opened: Open) -> bool:
    return opened.tag in {"p", "figcaption"} or _is_marked(opened)


def _is_marked(opened: Open) -> bool:
    """True for the blog's own class of captions."""
    classes = opened.attributes.get("class")
    return classes is not None and _CAPTION_CLASS.search(classes) is not None


def _is_box(opened: Open) -> bool:
    """True for what holds a picture and its caption."""
    classes = opened.attributes.get("class", "")
    return opened.tag == "figure" or _BOX_CLASS.search(classes) is not None
