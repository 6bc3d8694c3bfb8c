"""A body as a list of events: what stands in it, in document order, and how it is shown."""

from __future__ import annotations

import pytest

from archiver.body.events.event import Close, Comment, Event, Open, Text
from archiver.body.events.reader import read_events
from archiver.body.read import Body
from archiver.tree.display import Display, display_of
from archiver.tree.document import parse_fragment


def words(event: Event) -> str:
    """An event in short."""
    if isinstance(event, Text):
        return f"{'…' if event.is_tail else ''}{event.text}"
    if isinstance(event, Open):
        return f"<{event.tag}>"
    return f"</{event.opened.tag}>" if isinstance(event, Close) else "<!-->"


def test_events_stand_in_document_order() -> None:
    events = read_events(parse_fragment("甲<p>乙<b>丙<br></b></p><!--注-->丁<i></i>"))
    assert list(map(words, events.all)) == [
        *("甲", "<p>", "乙", "<b>", "丙", "<br>", "</br>", "</b>", "</p>"),
        *("<!-->", "…丁", "<i>", "</i>"),
    ]


def test_elements_and_comments_know_their_places() -> None:
    events = read_events(parse_fragment("<p>乙<b>丙</b>丁</p><!--注--><p></p>"))
    for opened in events.elements:
        end = events.all[opened.end]
        assert events.all[opened.start] is opened
        assert isinstance(end, Close)
        assert end.opened is opened
    assert [events.all[comment.place] for comment in events.comments] == events.comments
    assert isinstance(events.comments[0], Comment)
    assert [[up.tag for up in opened.around()] for opened in events.elements] == [[], ["p"], []]
    assert list(map(words, events.inside(events.elements[0]))) == [
        *("乙", "<b>", "丙", "</b>", "…丁"),
    ]


@pytest.mark.parametrize(
    ("tag", "attributes", "shown"),
    [
        ("b", {}, ()),
        ("p", {}, ("is_block", "has_lines")),
        ("li", {}, ("has_lines",)),
        ("span", {"style": "display: block"}, ("has_lines", "has_block_style")),
        ("p", {"hidden": ""}, ("is_hidden", "is_made_invisible", "is_block", "has_lines")),
        ("b", {"style": "color:red;visibility:hidden"}, ("is_hidden", "is_made_invisible")),
        ("script", {}, ("is_hidden",)),
        ("a", {"href": "/x", "class": "embed"}, ("is_hidden",)),
        ("a", {"href": "/x", "class": "other"}, ()),
        ("img", {"src": "/a"}, ("is_hidden", "is_medium")),
        ("img", {"src": "/a", "hidden": ""}, ("is_hidden", "is_made_invisible")),
        ("type", {}, ()),
    ],
)
def test_how_an_element_is_shown(tag: str, attributes: dict[str, str], shown: tuple[str]) -> None:
    display = display_of(tag, attributes)
    assert tuple(name for name in Display.__slots__ if getattr(display, name) is True) == shown


@pytest.mark.parametrize(
    ("html", "excerpt"),
    [
        ("<p>一</p><pre>a\nb<!--more-->\nc</pre>二", "一\n\na\nb"),
        ("<p>一</p><p hidden>隐<!--more--></p><p>二</p>", "一\n\n二"),
        ("<pre>a<b hidden>x<!--more--></b>c</pre>二", "ac"),
        ("<ul><li>一</li><li>二<!--more-->三</li></ul>", "一\n二"),
        ("<p>$x<!--more-->y$二</p>", "$x"),
    ],
)
def test_an_excerpt_ends_at_its_mark_wherever_it_stands(html: str, excerpt: str) -> None:
    """What is hidden ends nothing: a mark in there leaves the text whole."""
    assert Body("", parse_fragment(html)).excerpt == excerpt
