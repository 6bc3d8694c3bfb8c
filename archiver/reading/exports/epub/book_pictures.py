"""The pictures of a book: those of the archive, and those that stand inside a body's addresses."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes

from sqlite_utils import Database

from archiver.pages.file_types import file_type_of, is_cut_off
from archiver.reading.exports.epub.svg_drawings import only_draws
from archiver.store.errors import StoreError
from archiver.store.stored_files import STORED_PATH, FileFolder

#: Where they lie in the book, and in the data folder.
FOLDER: Final = "pictures"
_STORED: Final = "files"
_PICTURES: Final = """
    SELECT DISTINCT pictures.url, files.path, files.bytes, files.media_type, files.sha256
    FROM pictures JOIN files ON files.sha256 = pictures.sha256
    WHERE article_id = ?
"""
_PIECE: Final = 1 << 20
#: Digits of the hash in the name of a picture.
_DIGITS: Final = 20
_SVG: Final = "image/svg+xml"
#: What each reader of EPUB 3.3 draws: https://www.w3.org/TR/epub-33/#sec-core-media-types
_EXTENSIONS: Final = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", _SVG: "svg",
}  # fmt: skip
_INLINE: Final = re.compile(r"data:[^,;]*(?P<base64>(?:;[^,;]*)*?;base64)?[^,]*,", re.IGNORECASE)
_LARGEST_SVG: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a book: its name in the folder of the package, its type, its source."""

    name: str
    media_type: str
    source: Path | bytes

    def pieces(self) -> Iterator[bytes]:
        """Its bytes; raises ``StoreError`` when they cannot be read."""
        if isinstance(self.source, bytes):
            yield self.source
            return
        try:
            with self.source.open("rb") as file:
                yield from iter(partial(file.read, _PIECE), b"")
        except OSError as error:
            raise StoreError(f"cannot read {self.source}: {error.strerror or error}") from error


class BookPictures:
    """Finds the pictures of articles, each once, whatever number of articles shows it."""

    def __init__(self, db: Database, data: Path | None) -> None:
        self._db = db
        self._data = data
        self._known: set[str] = set()
        #: By the path in the archive.
        self._usable: dict[str, bool] = {}
        #: The paths of files with other bytes than were stored, which are left out.
        self.damaged: list[str] = []

    def find(self, article: int, addresses: Iterable[str]) -> tuple[dict[str, str], list[Picture]]:
        """The names of an article's pictures by their addresses, and the pictures that are new.

        Left out are those that the archive does not have, and those of types that not each reader
        draws.
        """
        found = {url: one for url in dict.fromkeys(addresses) if (one := _inline_picture(url))}
        found.update(self._archived(article))
        new = {one.name: one for one in found.values() if one.name not in self._known}
        self._known |= new.keys()
        return {url: one.name for url, one in found.items()}, list(new.values())

    def _archived(self, article: int) -> Iterator[tuple[str, Picture]]:
        if self._data is None:
            return
        for url, path, size, kind, sha256 in self._db.execute(_PICTURES, [article]).fetchall():
            if kind in _EXTENSIONS and self._is_at_hand(path, size, kind, sha256):
                yield url, _picture(sha256, kind, self._data / path)

    def _is_at_hand(self, path: str, size: int, kind: str, sha256: str) -> bool:
        """True for a picture that the archive has, with the bytes that were stored, and may show.

        The archive may be one that somebody has changed: no other file gets into the book.
        """
        if path not in self._usable:
            self._usable[path] = self._check(path, size, kind, sha256)
        return self._usable[path]

    def _check(self, path: str, size: int, kind: str, sha256: str) -> bool:
        assert self._data is not None
        match, place = STORED_PATH.fullmatch(path), self._data / path
        if match is None or match["sha256"] != sha256:
            return False
        if not FileFolder(self._data / _STORED).has(path, size):
            return False
        if _hash_of(place) != sha256:
            self.damaged.append(path)
            return False
        return kind != _SVG or (size <= _LARGEST_SVG and only_draws(place.read_bytes()))


def _hash_of(place: Path) -> str:
    """The hash of a file; raises ``StoreError`` when it cannot be read."""
    try:
        with place.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StoreError(f"cannot read {place}: {error.strerror or error}") from error


def _picture(sha256: str, media_type: str, source: Path | bytes) -> Picture:
    name = f"{FOLDER}/{sha256[:_DIGITS]}.{_EXTENSIONS[media_type]}"
    return Picture(name, media_type, source)


def _inline_picture(address: str) -> Picture | None:
    """The picture in an address ``data:image/…``; ``None`` where there is none to show."""
    match = _INLINE.match(address.strip())
    if match is None:
        return None
    data = unquote_to_bytes(address.strip()[match.end() :])
    try:
        data = base64.b64decode(data) if match["base64"] else data
    except binascii.Error:
        return None
    kind = file_type_of(data)
    if kind is None or kind.media_type not in _EXTENSIONS or is_cut_off(kind, data):
        return None
    if kind.media_type == _SVG and not only_draws(data):
        return None
    return _picture(hashlib.sha256(data).hexdigest(), kind.media_type, data)
