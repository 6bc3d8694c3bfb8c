"""The type of a file by its first bytes, whatever its name and the server's header say.

A picture, a document or an archive has a signature. What has none is a page when it begins like
one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

#: So many bytes at the beginning decide.
_HEAD: Final = 4096
#: What may stand behind the end mark of a file: so many bytes, or only these.
_TAIL: Final = 2048
_PADDING: Final = b"\0\r\n "
_SVG: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*"
    rb"(?:(?:<\?[^>]*>|<!--(?:(?!-->).)*-->|<!DOCTYPE\s+svg(?:\s*\[[^\]]*\]|[^>\[])*>)\s*)*"
    rb"<(?:svg:)?svg[\s>/]",
    re.DOTALL,
)
_PAGE: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--(?:(?!-->).)*-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|body|script|title)\b",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of file: its media type, and the ending of its name in the archive."""

    media_type: str
    extension: str

    @property
    def is_picture(self) -> bool:
        """True for what a browser shows as a picture."""
        return self.media_type.startswith("image/")


_PNG: Final = FileType("image/png", "png")
_JPEG: Final = FileType("image/jpeg", "jpg")
_GIF: Final = FileType("image/gif", "gif")
_WEBP: Final = FileType("image/webp", "webp")
_BMP: Final = FileType("image/bmp", "bmp")
_ICO: Final = FileType("image/x-icon", "ico")
_AVIF: Final = FileType("image/avif", "avif")
_TIFF: Final = FileType("image/tiff", "tif")
_PDF: Final = FileType("application/pdf", "pdf")
SVG: Final = FileType("image/svg+xml", "svg")
#: What a link leads to, and no signature tells.
UNKNOWN: Final = FileType("application/octet-stream", "bin")

#: Signature → type, for those that begin with the same bytes always.
_SIGNATURES: Final[tuple[tuple[bytes, FileType], ...]] = (
    (b"\x89PNG\r\n\x1a\n", _PNG),
    (b"\xff\xd8\xff", _JPEG),
    (b"GIF87a", _GIF),
    (b"GIF89a", _GIF),
    (b"II*\0", _TIFF),
    (b"MM\0*", _TIFF),
    (b"%PDF-", _PDF),
    (b"PK\x03\x04", FileType("application/zip", "zip")),
    (b"PK\x05\x06", FileType("application/zip", "zip")),
    (b"Rar!\x1a\x07", FileType("application/vnd.rar", "rar")),
    (b"7z\xbc\xaf\x27\x1c", FileType("application/x-7z-compressed", "7z")),
    (b"\x1f\x8b\x08", FileType("application/gzip", "gz")),
    (b"BZh", FileType("application/x-bzip2", "bz2")),
    (b"\xfd7zXZ\0", FileType("application/x-xz", "xz")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileType("application/x-ole-storage", "ole")),
    (b"%!PS", FileType("application/postscript", "ps")),
    (b"AT&TFORM", FileType("image/vnd.djvu", "djvu")),
)
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})


def file_type_of(data: bytes) -> FileType | None:
    """The type that a file's bytes tell; ``None`` when no signature is known."""
    for signature, found in _SIGNATURES:
        if data.startswith(signature):
            return found
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _WEBP
    if data[4:8] == b"ftyp" and _AVIF_BRANDS & _brands(data):
        return _AVIF
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0" and len(data) > 26:
        return _BMP
    if data[:4] == b"\0\0\x01\0" and data[4:6] != b"\0\0" and len(data) > 22:
        return _ICO
    return SVG if _SVG.match(data[:_HEAD]) else None


def is_page(data: bytes) -> bool:
    """True for an HTML page, which is never the file that was asked for."""
    return _PAGE.match(data[:_HEAD]) is not None


def is_cut_off(kind: FileType, data: bytes) -> bool:
    """True when a file lacks its end, as far as its type tells where that is."""
    rule = _ENDS.get(kind)
    return rule is not None and not rule(data)


def _brands(data: bytes) -> set[bytes]:
    """The brands of a file of the ISO base format: the major one, and the compatible ones."""
    size = min(int.from_bytes(data[:4], "big"), len(data), _HEAD)
    return {data[8:12], *(data[at : at + 4] for at in range(16, size - 3, 4))}


def _ends_with(mark: bytes) -> Callable[[bytes], bool]:
    """A rule: the mark stands at the end, or little else behind it."""
    return lambda data: mark in data[-_TAIL:]


_ENDS: Final[dict[FileType, Callable[[bytes], bool]]] = {
    _PNG: _ends_with(b"IEND"),
    _JPEG: lambda data: data.rstrip(_PADDING).endswith(b"\xff\xd9"),
    _GIF: lambda data: data.rstrip(_PADDING).endswith(b";"),
    _WEBP: lambda data: len(data) >= int.from_bytes(data[4:8], "little") + 8,
    _PDF: _ends_with(b"%%EOF"),
    SVG: _ends_with(b"svg>"),
}
