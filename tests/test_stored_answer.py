"""What was received is read back from the WARC files: header, payload and body of a capture."""

from __future__ import annotations

import gzip
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.store.captures import Capture
from archiver.warc.exchange import Exchange
from archiver.warc.record_reading import read_fields
from archiver.warc.stored_answer import StoredAnswer, read_answer
from archiver.warc.warc_records import Earlier
from archiver.warc.warc_writer import Place, WarcWriter

PAGE = "正文".encode() * 500
PACKED = gzip.compress(PAGE)
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nX-Day: %b\r\nTransfer-Encoding: chunked\r\n\r\n"
)
URL = "https://kexue.fm/archives/6583"
MOST = 10**6


def an_exchange(day: bytes) -> Exchange:
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(PACKED), PACKED)
    exchange = Exchange(URL, datetime(2026, 11, 26, tzinfo=UTC))
    exchange.request = b"GET /archives/6583 HTTP/1.1\r\n\r\n"
    exchange.response += HEAD % day + chunks
    return exchange


def capture_of(number: int, place: Place, refers_to: int | None = None) -> Capture:
    return Capture(
        number, URL, "2026-11-26T00:00:00+00:00", 200, None, place.warc, place.offset,
        place.length, 1, refers_to, None,
    )  # fmt: skip


@pytest.fixture
def captures(tmp_path: Path) -> tuple[Capture, Capture]:
    """An answer, and the same one a day later, which refers to the payload of the first."""
    writer = WarcWriter(tmp_path, most=MOST, about={}, known={})
    first = writer.append(an_exchange(b"1"))
    assert first is not None
    fields = read_fields(first.member)
    names = ("WARC-Date", "WARC-Record-ID", "WARC-Payload-Digest")
    second = writer.append(an_exchange(b"2"), Earlier(URL, *(fields[name] for name in names)))
    assert second is not None
    writer.close()
    return capture_of(1, first), capture_of(2, second, refers_to=1)


def read(folder: Path, capture: Capture, first: Capture | None = None) -> StoredAnswer:
    return read_answer(folder, capture, first, most=MOST)


def test_an_answer_is_read_back(tmp_path: Path, captures: tuple[Capture, Capture]) -> None:
    """Header lines in their order; the payload without chunk borders; the body unpacked."""
    answer = read(tmp_path, captures[0])
    assert answer.status == 200
    assert answer.headers[:2] == (("Content-Encoding", "gzip"), ("X-Day", "1"))
    assert answer.payload == PACKED
    assert answer.body == PAGE


def test_a_revisit_has_its_own_header_and_the_body_of_the_first(
    tmp_path: Path, captures: tuple[Capture, Capture]
) -> None:
    first, second = captures
    answer = read(tmp_path, second, first)
    assert ("X-Day", "2") in answer.headers
    assert answer.payload == PACKED
    assert answer.body == PAGE
    with pytest.raises(OSError, match="capture 2 refers to 1"):
        read(tmp_path, second)


def test_what_is_not_that_answer_is_refused(
    tmp_path: Path, captures: tuple[Capture, Capture]
) -> None:
    first, second = captures
    with pytest.raises(OSError, match="not whole"):
        read(tmp_path, replace(first, truncated="disconnect"))
    with pytest.raises(OSError, match="another address"):
        read(tmp_path, replace(first, url=URL + "0"))
    with pytest.raises(OSError, match="WARC"):
        read(tmp_path, replace(first, offset=first.offset + 1))
    with pytest.raises(FileNotFoundError):
        read(tmp_path, replace(first, warc="gone.warc.gz"))
    with pytest.raises(OSError, match="more than 10 bytes"):
        read_answer(tmp_path, second, first, most=10)


@pytest.mark.parametrize("place", range(0, 1000, 83))
def test_a_changed_byte_is_no_answer(
    tmp_path: Path, captures: tuple[Capture, Capture], place: int
) -> None:
    """It is found, or stands where it changes nothing (the time in the header of gzip)."""
    (first, _), (path,) = captures, tmp_path.glob("*.warc.gz")
    good = read(tmp_path, first)
    content = bytearray(path.read_bytes())
    content[first.offset + place % first.length] ^= 0x55
    path.write_bytes(content)
    with suppress(OSError):
        assert read(tmp_path, first) == good
