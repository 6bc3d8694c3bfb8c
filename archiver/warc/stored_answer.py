"""An answer that is in a WARC file: its status, its header lines and its body."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fastwarc.warc import WarcRecord

from archiver.store.captures import Capture
from archiver.warc.record_reading import first_record, read_member, read_payload, unpack


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """A whole answer as it came."""

    status: int
    #: Name and value of each line, in their order, as ISO 8859-1.
    headers: tuple[tuple[str, str], ...]
    #: The body without chunk borders, compressed as it came.
    payload: bytes
    #: The body without compression.
    body: bytes


def read_answer(
    folder: Path, capture: Capture, first: Capture | None = None, *, most: int
) -> StoredAnswer:
    """The answer of a capture, from the WARC files of ``folder``.

    ``first`` is the capture that it refers to, if any: the body is there, the header here. Raises
    ``OSError`` with the reason when it is not whole, damaged, another one than the capture says, or
    has a body of more than ``most`` bytes.
    """
    if capture.truncated is not None:
        raise OSError(f"the answer is not whole ({capture.truncated})")
    if capture.refers_to != (None if first is None else first.id):
        raise OSError(f"capture {capture.id} refers to {capture.refers_to}")
    record = _record_of(folder, capture)
    if first is None:
        payload = read_payload(record)
    else:
        record.parse_http(auto_decode="none", quirks_mode=True)
        payload = read_payload(_record_of(folder, first))
    if record.http_headers is None or record.http_headers.status_code is None:
        raise OSError("what came does not begin as an answer")
    return StoredAnswer(
        status=record.http_headers.status_code,
        headers=tuple(record.http_headers),
        payload=payload,
        body=unpack(payload, record, most),
    )


def _record_of(folder: Path, capture: Capture) -> WarcRecord:
    """The record of a capture, whose digest is right; raises ``OSError``."""
    record = first_record(read_member(folder / capture.warc, capture.offset, capture.length))
    if record.headers.get("WARC-Target-URI") != capture.url:
        raise OSError(f"{capture.warc}, byte {capture.offset:,} is the record of another address")
    if not record.verify_block_digest():
        raise OSError(f"{capture.warc}, byte {capture.offset:,}: the record is damaged")
    return record
