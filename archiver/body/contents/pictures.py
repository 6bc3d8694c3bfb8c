"""The pictures of a body, each with its alternative text and its caption."""

from __future__ import annotations

from lxml.html import HtmlElement

from archiver.body.contents.picture_captions import Caption, captions_of
from archiver.body.events.event import Events
from archiver.body.events.reader import read_events
from archiver.items import Picture


def list_pictures(top: HtmlElement) -> list[Picture]:
    """All pictures below ``top``, where nothing else is wanted of it."""
    events = read_events(top)
    return pictures_of(events, captions_of(events))


def pictures_of(events: Events, captions: list[Caption]) -> list[Picture]:
    """All pictures of a body with absolute addresses, in document order."""
    texts = {caption.picture: caption.text for caption in captions}
    return [
        Picture(url, " ".join(opened.attributes.get("alt", "").split()), texts.get(opened) or None)
        for opened in events.elements
        if opened.tag == "img" and (url := opened.attributes.get("src"))
    ]
