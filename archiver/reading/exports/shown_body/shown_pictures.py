"""The pictures and players of an article: a page asks no server for anything.

A picture of the archive is a file of the site, and one inside its own address (``data:image/…``) is
there too. Of any other its address and its alternative text are shown, and so is the address of
what a player would play.
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.clean.safe_addresses import is_inline_picture
from archiver.reading.exports.shown_body.tree_edits import is_in_link, made, replace

_PLAYERS = ("audio", "video")


def show_pictures(top: HtmlElement, files: Mapping[str, str]) -> None:
    """Let the pictures of a body be files of the site, in place; replace others, and players.

    ``files`` are names in the folder of the site by the addresses of pictures.
    """
    for player in list(top.iter(*_PLAYERS)):
        sources = [one.get("src") for one in player.iter(*_PLAYERS, "source") if one.get("src")]
        kind = "音频" if player.tag == "audio" else "视频"
        replace(player, _place(kind, "", list(dict.fromkeys(sources)), is_in_link(player)))
    for stray in list(top.iter("source", "track")):
        stray.drop_tree()
    for picture in list(top.iter("img")):
        _show(picture, files)
    for element in top.iter(etree.Element):
        element.attrib.pop("poster", None)


def _show(picture: HtmlElement, files: Mapping[str, str]) -> None:
    address = picture.get("src") or ""
    text = " ".join((picture.get("alt") or "").split())
    picture.attrib.pop("usemap", None)
    if address in files:
        picture.set("src", f"../{files[address]}")
        picture.set("loading", "lazy")
    elif not is_inline_picture(address):
        addresses = [address] if address else []
        replace(picture, _place("图片", text, addresses, is_in_link(picture)))
        return
    picture.set("alt", text)


def _place(kind: str, text: str, addresses: list[str], in_link: bool) -> HtmlElement:
    """The box that names a picture; its addresses are links where they do not stand in one."""
    box = made("span", "s-picture tex2jax_ignore")
    box.append(made("span", "s-picture-name", f"{kind}：{text}" if text else kind))
    for address in addresses:
        if in_link:
            box.append(made("span", "s-picture-address", address))
        else:
            box.append(made("a", "s-picture-address", address, href=address))
    return box
