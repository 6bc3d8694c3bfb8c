"""Pictures and players in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from archiver.body.contents.picture_captions import Caption
from archiver.body.events.event import Events, Open, Text
from archiver.body.markdown import escape

#: A caption with one of these says more than the title of a picture can hold.
_RICH: Final = frozenset({"a", "code", "pre", "img"})
_PLAYER_ATTRIBUTES: Final = ("src", "poster", "controls")


class PictureWriter:
    """The pictures of a body and their captions.

    A caption of plain text becomes the title of its picture and is not text of the Markdown; one
    with formulas, links or code stays a paragraph below the picture.
    """

    def __init__(self, events: Events, captions: list[Caption]) -> None:
        plain = [caption for caption in captions if _is_plain(events, caption.element)]
        self.plain_captions = {caption.element for caption in plain}
        self._titles = {caption.picture: caption.text for caption in plain}

    def markdown(self, picture: Open) -> str:
        """``![alt](url "caption")``; nothing for a picture without an address."""
        url = picture.attributes.get("src")
        if not url:
            return ""
        words = " ".join(picture.attributes.get("alt", "").split())
        alt = escape.escape_text(words, all_brackets=True, in_link=True)
        title = escape.title(self._titles.get(picture, ""))
        return f"![{alt}]({escape.destination(url)}{title})"


def player(events: Events, opened: Open) -> str:
    """An ``audio`` or ``video`` element as inline HTML, with its sources."""
    inside = [event for event in events.inside(opened) if isinstance(event, Open)]
    sources = [it for it in inside if it.tag == "source" and it.attributes.get("src")]
    inner = "".join(f"<source{_attributes(source.attributes)}>" for source in sources)
    return f"<{opened.tag}{_attributes(opened.attributes)}>{inner}</{opened.tag}>"


def _attributes(given: Mapping[str, str]) -> str:
    return "".join(
        f' {name}="{escape.attribute(given[name])}"' for name in _PLAYER_ATTRIBUTES if name in given
    )


def _is_plain(events: Events, caption: Open) -> bool:
    """True for a caption of nothing but text, which the title of a picture can hold."""
    return caption.tag not in _RICH and not any(
        (isinstance(event, Text) and event.parts is not None)
        or (isinstance(event, Open) and event.tag in _RICH)
        for event in events.inside(caption)
    )
