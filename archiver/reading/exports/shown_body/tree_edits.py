"""Small changes of a tree that several steps of a page's body need."""

from __future__ import annotations

from lxml.html import HtmlElement

from archiver.tree.lexbor_copy import new_element


def made(tag: str, css_class: str, text: str = "", **attributes: str) -> HtmlElement:
    """An element with a class and a text."""
    element = new_element(tag)
    element.set("class", css_class)
    for name, value in attributes.items():
        element.set(name, value)
    element.text = text or None
    return element


def replace(old: HtmlElement, new: HtmlElement) -> None:
    """Put an element in the place of another one; the text behind it stays."""
    parent = old.getparent()
    assert parent is not None
    new.tail, old.tail = old.tail, None
    parent.replace(old, new)


def wrap(inner: HtmlElement, outer: HtmlElement) -> None:
    """Put an element around another one; the text behind it stays behind both."""
    replace(inner, outer)
    outer.append(inner)


def is_in_link(element: HtmlElement) -> bool:
    """True when an element stands inside a link."""
    return next(element.iterancestors("a"), None) is not None
