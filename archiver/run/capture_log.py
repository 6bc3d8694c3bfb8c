"""Keeps what goes over the wire: in the WARC files, and in the table that says where it is."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from archiver import clock
from archiver.network.requests import CAPTURE
from archiver.network.stop import Stop
from archiver.run.recorder import cannot_write
from archiver.run.warc_options import WarcOptions
from archiver.store.archive import Archive
from archiver.store.captures import Capture
from archiver.store.errors import StoreError
from archiver.store.sqlite import check_folder, close_archive, remember_sound
from archiver.warc.exchange import Exchange
from archiver.warc.http_message import (
    body_start,
    is_plain_header,
    split_answers,
    status_of,
)
from archiver.warc.own_file import is_own
from archiver.warc.plain_file import open_plain
from archiver.warc.record_reading import (
    as_record,
    body_sha256,
    first_record,
    read_fields,
    read_member,
    read_payload,
)
from archiver.warc.warc_records import Earlier
from archiver.warc.warc_writer import Place, WarcWriter

if TYPE_CHECKING:
    from scrapy import Request

logger = logging.getLogger(__package__)
#: A shorter payload is stored again: the reference to it would be as long.
_SHORTEST: Final = 1000


class CaptureLog:
    """Writes every exchange of a run to the WARC files, and hands its capture to the archive.

    What was left half done is mended when it is made: a torn end of the newest file is cut off, and
    captures that a file does not have (an older copy of it was put back) are forgotten. Raises
    ``StoreError`` and ``sqlite3.Error`` then; later, an error stops the run.
    """

    def __init__(self, archive: Archive, options: WarcOptions, stop: Stop) -> None:
        check_folder(options.folder)
        self._archive = archive
        self._options = options
        self._stop = stop
        self._last = archive.last_capture()
        self._writer: WarcWriter | None = WarcWriter(
            options.folder, most=options.most, about=options.about, known=self._mended_ends()
        )
        #: The run that receives.
        self.run_id = 0

    def begin(self, run_id: int, arguments: Mapping[str, Any]) -> None:
        """Write what a run begins with, so that it can be made again from the WARC files.

        ``arguments`` are those of the spider. What the runs before have left is told as well, since
        a killed one could not write it: how far captures are stored (``captures``), the record of
        the last run (``previous``), and the pages that were asked for in vain (``asked``). Stops
        the run when it cannot be written.
        """
        self.run_id = run_id
        row = self._archive.runs.row(run_id) or {}
        about = {
            "row": row,
            "arguments": dict(arguments),
            "captures": self._last,
            "previous": self._archive.runs.before(run_id),
            "asked": self._archive.unanswered_requests(),
        }
        if self._writer is not None:
            try:
                self._writer.begin_run(datetime.fromisoformat(self._archive.writes.now()), about)
            except StoreError as error:
                self._stop.call(str(error))

    def end(self) -> str | None:
        """Write how the run has ended, as the archive has it; returns the sentence of an error."""
        if self._writer is None or not self.run_id:
            return None
        try:
            row = self._archive.runs.row(self.run_id)
            if row is not None:
                self._writer.end_run(clock.now(), row)
        except StoreError as error:
            return str(error)
        except sqlite3.Error as error:
            return cannot_write(error)
        return None

    def keep(self, request: Request, exchange: Exchange) -> None:
        """Store an exchange, and note its capture in ``meta`` of the request.

        Raises ``Stopped`` when it cannot be stored: nothing may be made of it then.
        """
        request.meta[CAPTURE] = None
        if self._writer is None or not (exchange.request or exchange.failed):
            return
        try:
            request.meta[CAPTURE] = self._save(self._writer, exchange)
        except StoreError as error:
            self._stop.call(str(error))
            self._stop.check()
        except sqlite3.Error as error:
            self._stop.call(cannot_write(error))
            self._stop.check()

    def close(self) -> str | None:
        """End the files; returns a sentence when the last one is not as it was written."""
        if self._writer is None:
            return None
        sentence = self._writer.find_exchanged()
        self._writer.close()
        self._writer = None
        return sentence

    def _save(self, writer: WarcWriter, exchange: Exchange) -> int | None:
        """Write an exchange; returns the number of its capture, ``None`` where nothing came."""
        answer = split_answers(bytes(exchange.response))[-1]
        status, digest = status_of(answer), self._digest(exchange, answer)
        same, earlier = self._same(exchange.url, status, digest, answer)
        place = writer.append(exchange, earlier)
        if place is None:
            return None
        capture = self._capture(exchange, place, status, digest, same)
        self._archive.writes.unsaved.append(capture)
        return capture.id

    def _digest(self, exchange: Exchange, answer: bytes) -> str | None:
        """SHA-256 of the body; ``None`` for one that broke off, or cannot be unpacked.

        Neither has one of which readers would not agree where it begins.
        """
        if exchange.truncated is not None or not is_plain_header(answer[: body_start(answer)]):
            return None
        return body_sha256(first_record(as_record(answer)), self._options.largest_body)

    def _capture(
        self,
        exchange: Exchange,
        place: Place,
        status: int | None,
        digest: str | None,
        same: Capture | None,
    ) -> Capture:
        self._last += 1
        return Capture(
            id=self._last,
            url=exchange.url,
            fetched_at=exchange.sent_at.isoformat(timespec="seconds"),
            status=status,
            body_sha256=digest,
            warc=place.warc,
            offset=place.offset,
            length=place.length,
            run_id=self.run_id,
            refers_to=None if same is None else same.id,
            truncated=exchange.truncated,
        )

    # --- Answers that came before ---------------------------------------------------------------

    def _same(
        self, url: str, status: int | None, digest: str | None, answer: bytes
    ) -> tuple[Capture, Earlier] | tuple[None, None]:
        """The earlier capture whose payload has the same bytes, chunk borders apart.

        The stored record is read: what it does not say is not referred to. Another compression of
        the same body is another payload.
        """
        if status is None or digest is None or len(answer) - (body_start(answer) or 0) < _SHORTEST:
            return None, None
        found = self._archive.same_capture(url, status, digest)
        try:
            earlier = None if found is None else self._as_earlier(found, answer)
        except (OSError, KeyError):  # moved away, or damaged: scrapy verify names it
            earlier = None
        return (None, None) if found is None or earlier is None else (found, earlier)

    def _as_earlier(self, capture: Capture, answer: bytes) -> Earlier | None:
        """What a reference to a capture says; ``None`` when it has another payload.

        Raises ``OSError`` or ``KeyError`` when it is not as this program has written it.
        """
        path = self._options.folder / capture.warc
        member = read_member(path, capture.offset, capture.length)
        if _payload(member) != _payload(as_record(answer)):
            return None
        fields = read_fields(member)
        return Earlier(
            url=capture.url,
            date=fields["WARC-Date"],
            record_id=fields["WARC-Record-ID"],
            payload_digest=fields["WARC-Payload-Digest"],
        )

    # --- What was left half done ----------------------------------------------------------------

    def _mended_ends(self) -> dict[str, int]:
        """Where the last record of each file ends, with captures forgotten that have none."""
        for name, end in self._archive.warc_ends().items():
            path = self._options.folder / name
            size = _own_size(path)
            if size is not None and size < end:
                lost = self._archive.forget_lost_captures(name, size)
                logger.warning(
                    "%s is shorter than it was; %d captures are forgotten; was an older copy of it"
                    " put back?", path, lost,
                )  # fmt: skip
        return self._archive.warc_ends()


def check_writable(database: Path, options: WarcOptions | None) -> None:
    """Open archive and WARC files as a run does, and close them; raises ``StoreError``."""
    archive = Archive.open(database)
    try:
        if options is not None:
            CaptureLog(archive, options, Stop()).close()
    except sqlite3.Error as error:
        raise StoreError(cannot_write(error)) from error
    finally:
        close_archive(archive.db)
    remember_sound(database)


def _payload(record: bytes) -> bytes:
    return read_payload(first_record(record))


def _own_size(path: Path) -> int | None:
    """The size of a WARC file; ``None`` where it was moved away, or another one has its name.

    It may come back.
    """
    try:
        with open_plain(path) as file:
            return file.seek(0, 2) if is_own(file, path.name) else None
    except OSError:
        return None
