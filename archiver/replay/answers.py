"""The answers of WARC files as the archive and Scrapy get them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastwarc.warc import WarcRecord

from archiver.store.captures import Capture
from archiver.warc.http_message import body_start, status_of
from archiver.warc.record_reading import (
    as_record,
    body_sha256,
    first_record,
    read_member,
    read_payload,
)
from archiver.warc.recorded_runs import Place, RecordedExchange, RecordedRun

#: Header lines of the connection, which Scrapy does not see.
_OF_CONNECTION: Final = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "trailers",
     "transfer-encoding", "upgrade"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as Scrapy's own handler gives it out."""

    status: int
    headers: list[tuple[str, str]]
    #: The body without chunk borders, compressed as it came.
    payload: bytes


class RecordedAnswers:
    """Reads the answers of the exchanges in the WARC files of a folder.

    ``places`` has the place of each record that another may refer to, by its ``WARC-Record-ID``.
    """

    def __init__(self, folder: Path, runs: list[RecordedRun]) -> None:
        self.folder = folder
        self._earlier = {id(exchange) for run in runs for exchange in run.earlier}
        self._exchanges = {
            exchange.record_id: exchange
            for run in runs
            for exchange in (*run.earlier, *run.exchanges)
            if exchange.record_id is not None
        }

    def place_of_body(self, exchange: RecordedExchange) -> Place | None:
        """Where the body of a whole answer is; ``None`` where there is none."""
        if not exchange.is_whole:
            return None
        try:
            first = self._first_of(exchange)
        except OSError:
            return None
        return exchange.answer if first is None else first.answer

    def earlier_of(self, exchange: RecordedExchange) -> RecordedExchange | None:
        """The exchange that another refers to, if it is of a run that the files do not tell of."""
        first = self._exchanges.get(exchange.refers_to or "")
        return first if id(first) in self._earlier else None

    def capture(self, exchange: RecordedExchange, run_id: int, most: int) -> Capture:
        """The row of ``captures`` of an exchange; raises ``OSError`` for a damaged record.

        A body of more than ``most`` bytes has no hash, as in the crawl.
        """
        assert exchange.answer is not None
        first = self._first_of(exchange)
        whole = exchange if first is None else first
        block = self._block(exchange)
        body = block if first is None else self._block(whole)
        digest = None
        if exchange.truncated is None:
            digest = body_sha256(first_record(as_record(body)), most)
        return Capture(
            id=exchange.capture,
            url=exchange.url,
            fetched_at=exchange.sent_at,
            status=status_of(block),
            body_sha256=digest,
            warc=exchange.answer.warc,
            offset=exchange.answer.offset,
            length=exchange.answer.length,
            run_id=run_id,
            refers_to=None if first is None else first.capture,
            truncated=exchange.truncated,
        )

    def read(self, exchange: RecordedExchange) -> Answer:
        """The answer of an exchange; raises ``OSError`` for one that is damaged, or is none."""
        block = self._block(exchange)
        first = self._first_of(exchange)
        record = first_record(as_record(block[: body_start(block)]))
        record.parse_http(auto_decode="none", quirks_mode=True)
        if record.http_headers is None or record.http_headers.status_code is None:
            raise OSError("what came does not begin as an answer")
        body = block if first is None else self._block(first)
        return Answer(
            status=record.http_headers.status_code,
            headers=_lines(record),
            payload=read_payload(first_record(as_record(body))),
        )

    def _first_of(self, exchange: RecordedExchange) -> RecordedExchange | None:
        """The exchange whose payload another has; ``None`` for one with a payload of its own."""
        if exchange.refers_to is None:
            return None
        first = self._exchanges.get(exchange.refers_to)
        if first is None:
            raise OSError("the record that it refers to is missing")
        return first

    def _block(self, exchange: RecordedExchange) -> bytes:
        if exchange.answer is None:
            raise OSError("no answer")
        place = exchange.answer
        return read_block(self.folder / place.warc, place)


def read_block(path: Path, place: Place) -> bytes:
    """The block of a record: an HTTP message as it came; raises ``OSError`` for a damaged one."""
    record = first_record(read_member(path, place.offset, place.length))
    if not record.verify_block_digest():
        raise OSError(f"{path}, byte {place.offset:,}: the record is damaged")
    return bytes(record.reader.read())


def _lines(record: WarcRecord) -> list[tuple[str, str]]:
    headers = record.http_headers
    assert headers is not None
    return [(name, value) for name, value in headers if name.lower() not in _OF_CONNECTION]
