"""Reads one stored record: its header fields, its payload, the body in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from fastwarc.warc import ArchiveIterator, WarcRecord

from archiver.warc.http_message import without_chunks
from archiver.warc.plain_file import open_plain

_PIECE: Final = 1 << 16
#: The compressions that FastWARC takes off; it gives out others as they are.
_CODINGS: Final = frozenset({"gzip", "deflate", "br", "zstd"})


def read_member(path: Path, offset: int, length: int) -> bytes:
    """The bytes of a stored record as they are in the file; raises ``OSError``."""
    with open_plain(path) as file:
        file.seek(offset)
        return file.read(length)


def as_record(answer: bytes) -> bytes:
    """An HTTP answer as the record that the functions below read."""
    length = len(answer)
    return b"WARC/1.1\r\nWARC-Type: response\r\n%b\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n" % (
        b"Content-Type: application/http; msgtype=response",
        length,
        answer,
    )


def body_sha256(record: WarcRecord, most: int) -> str | None:
    """SHA-256 in hex of the body of an HTTP record, without chunk borders and compression.

    ``None`` when it cannot be unpacked, or has more than ``most`` bytes then.
    """
    try:
        return hashlib.sha256(unpack(read_payload(record), record, most)).hexdigest()
    except OSError:
        return None


def unpack(payload: bytes, record: WarcRecord, most: int) -> bytes:
    """A payload without the compression that the header of its record names.

    Raises ``OSError`` when it cannot be unpacked, or has more than ``most`` bytes then.
    """
    body = bytearray()
    for piece in _unpacked(payload, record):
        body += piece
        if len(body) > most:
            raise OSError(f"the body has more than {most:,} bytes")
    return bytes(body)


def read_payload(record: WarcRecord) -> bytes:
    """The body of an HTTP record without chunk borders, compressed as it came; raises ``OSError``.

    The record must be as an iterator has given it out; what is read of it is gone then.
    """
    record.parse_http(auto_decode="none", quirks_mode=True)
    body = record.reader.read()
    return without_chunks(body) if "chunked" in _values(record, "Transfer-Encoding") else body


def _unpacked(payload: bytes, record: WarcRecord) -> Iterator[bytes]:
    """A payload in pieces without its compression, which FastWARC takes off; raises ``OSError``."""
    named = [name for name in _values(record, "Content-Encoding") if name != "identity"]
    codings = ["gzip" if name == "x-gzip" else name for name in named]
    if not codings:
        yield payload
        return
    if not _CODINGS.issuperset(codings):
        raise OSError(f"nobody knows the content encoding {', '.join(codings)}")
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {', '.join(codings)}\r\n\r\n"
    packed = first_record(as_record(head.encode("latin-1") + payload))
    packed.parse_http(auto_decode="content")
    while piece := packed.reader.read(_PIECE):
        yield piece


def _values(record: WarcRecord, name: str) -> list[str]:
    """The values of a field of the HTTP header, those of all its lines, in small letters."""
    lines = record.http_headers.get_multiple(name) if record.http_headers else ()
    return [value.strip().lower() for line in lines for value in line.split(",") if value.strip()]


def first_record(data: bytes) -> WarcRecord:
    """The first record in some bytes, compressed or not; raises ``OSError`` when there is none."""
    for record in ArchiveIterator(BytesIO(data), parse_http=False):
        return record
    raise OSError("no WARC record")


def read_fields(member: bytes) -> dict[str, str]:
    """The WARC header fields of a record; none where there is no record."""
    try:
        return dict(first_record(member).headers.items())
    except OSError:
        return {}
