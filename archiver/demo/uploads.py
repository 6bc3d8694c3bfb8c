"""The files of the demo blog: small pictures made from their names, and what is wrong with some.

A name says the type, as on most blogs; on one it lies.
"""

import hashlib
import re
import struct
import zlib
from base64 import b64decode
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import ZipFile, ZipInfo

FILE = re.compile(r"/(?:usr/uploads|sci)/.+\.\w+")
#: The server has lost this one.
LOST = "/usr/uploads/2010/10/4082263385.jpg"
#: This one has moved to another host.
MOVED = "/sci/three/eight.gif"
ELSEWHERE = "https://img.example.org/eight.gif"
#: A WebP with the name of a JPEG.
MISNAMED = "/usr/uploads/2010/03/2290513771.jpg"
CHANGED = "Sun, 27 Sep 2026 00:00:00 GMT"

SIDE = 24
WEBP = b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
#: An archive without files.
RAR = bytes.fromhex("526172211a0700 c43d7b00400700")
PDF = b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
TYPES = {
    ".png": "image/png",
    ".gif": "image/gif",
    ".jpg": "image/jpeg",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
    ".rar": "application/x-rar-compressed",
}


def file_at(path: str) -> bytes | None:
    """The file at a path; None where there is none, or a script that makes a page."""
    ending = PurePosixPath(path).suffix.lower()
    if not FILE.fullmatch(path) or path in (LOST, MOVED) or ending not in TYPES:
        return None
    if path == MISNAMED:
        return WEBP
    red, green, blue = hashlib.sha256(path.encode()).digest()[:3]
    fixed = {".jpg": grey_jpeg(), ".pdf": PDF, ".rar": RAR, ".zip": zip_of(path)}
    made = {
        ".png": png(red, green, blue),
        ".gif": gif(red, green, blue),
        ".svg": svg(red, green, blue),
    }
    return (fixed | made)[ending]


def media_type(path: str) -> str:
    """What the server says of a file, by its name."""
    return TYPES[PurePosixPath(path).suffix.lower()]


def etag(data: bytes) -> str:
    """The mark by which the server tells whether a file has changed."""
    return f'"{hashlib.sha256(data).hexdigest()[:16]}"'


def png(red: int, green: int, blue: int) -> bytes:
    """A square of one colour."""
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    rows = (b"\0" + bytes((red, green, blue)) * SIDE) * SIDE
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def gif(red: int, green: int, blue: int) -> bytes:
    """One pixel of one colour."""
    head = b"GIF89a\1\0\1\0\x80\0\0" + bytes((red, green, blue)) + b"\0\0\0"
    return head + b",\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


def svg(red: int, green: int, blue: int) -> bytes:
    """A disc."""
    colour = f"rgb({red},{green},{blue})"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}">'
        f'<circle cx="12" cy="12" r="9" fill="{colour}"/></svg>\n'
    ).encode()


def grey_jpeg() -> bytes:
    """Eight pixels square, all grey: every JPEG of the demo blog has the same bytes."""
    parts = (
        b"\xdb\0" + bytes([1] * 64),  # quantisation
        b"\xc0\x08\0\x08\0\x08\1\1\x11\0",  # size, one component
        b"\xc4\0" + bytes([1] + [0] * 15) + b"\0",  # codes of the mean: 0
        b"\xc4\x10" + bytes([1] + [0] * 15) + b"\0",  # and of the rest: 0
        b"\xda\1\1\0\0\x3f\0",
    )
    coded = (b"\xff" + p[:1] + struct.pack(">H", len(p) + 1) + p[1:] for p in parts)
    return b"\xff\xd8" + b"".join(coded) + b"\x3f\xff\xd9"


def zip_of(path: str) -> bytes:
    """An archive with one text."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr(ZipInfo("readme.txt", (2026, 9, 27, 0, 0, 0)), f"{path}\n")
    return packed.getvalue()
