"""Reads WARC files to the runs that they tell of; what cannot be used is told in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from fastwarc.warc import WarcRecord

from archiver.warc.exchange import Failed
from archiver.warc.file_names import find_warc_files
from archiver.warc.http_message import status_of
from archiver.warc.record_reading import first_record, read_member
from archiver.warc.recorded_runs import (
    Place,
    RecordedExchange,
    RecordedRun,
    as_row,
    put_in_order,
)
from archiver.warc.salvage import whole_members
from archiver.warc.warc_records import FAILED, RUN

_ANSWERS: Final = frozenset({"response", "revisit"})


def read_runs(folder: Path) -> tuple[list[RecordedRun], list[str]]:
    """The runs of the WARC files of a folder in the order of time, and what is wrong with them."""
    reader = _Reader(folder)
    for path in find_warc_files(folder):
        reader.read_file(path)
    runs = list(reader.runs.values())
    faults = [*reader.faults, *put_in_order(runs)]
    return runs, faults


class _Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[str] = []
        #: The runs by what their ``warcinfo`` says.
        self.runs: dict[str, RecordedRun] = {}
        self._run_of_info: dict[str, RecordedRun] = {}
        #: The answer whose request has not come yet, and its run.
        self._answer: tuple[RecordedRun, RecordedExchange] | None = None
        #: The exchange whose request came last, and the id of that request.
        self._last: tuple[str, RecordedExchange] | None = None

    def read_file(self, path: Path) -> None:
        """Read all records of a file."""
        foreign = 0
        try:
            for member in whole_members(path, self.faults):
                place = Place(path.name, member.offset, member.length)
                foreign += not self._read_record(path, place)
        except OSError as error:
            self.faults.append(f"{path} cannot be read: {error.strerror or error}")
        self._end_answer()
        if foreign:
            self.faults.append(
                f"{path}: {foreign:,} records are left out, as they do not say to which run they"
                " belong: an earlier version or another program has written them"
            )

    def _read_record(self, path: Path, place: Place) -> bool:
        """Take over a record; ``False`` when it belongs to no run that is known."""
        try:
            record = first_record(read_member(path, place.offset, place.length))
        except OSError:
            return False
        fields: Mapping[str, str] = record.headers
        kind = fields.get("WARC-Type", "")
        if kind == "warcinfo":
            return self._read_info(record)
        run = self._run_of_info.get(fields.get("WARC-Warcinfo-ID", ""))
        if run is None:
            return False
        if not record.verify_block_digest():
            self.faults.append(f"{path}, byte {place.offset:,}: the record is damaged")
        elif kind in _ANSWERS:
            self._note_answer(run, record, place)
        elif kind == "request":
            self._note_request(run, fields)
        elif kind == "metadata":
            self._note_metadata(run, record)
        return True

    # --- What a run begins and ends with --------------------------------------------------------

    def _read_info(self, record: WarcRecord) -> bool:
        told = _fields_of(record)
        run = self.runs.get(told.get(RUN, "")) or _run_of(told)
        if run is not None:
            self.runs.setdefault(told[RUN], run)
            self._run_of_info[record.headers.get("WARC-Record-ID", "")] = run
        return run is not None

    def _note_metadata(self, run: RecordedRun, record: WarcRecord) -> None:
        told = _fields_of(record)
        if RUN in told:
            run.end = as_row(_from_json(told[RUN])) or run.end
        elif (failed := _failed(told.get(FAILED, ""))) is not None:
            request = record.headers.get("WARC-Concurrent-To")
            if request is not None and self._last is not None and self._last[0] == request:
                self._last[1].failed = failed
            else:
                exchange = _exchange(record.headers)
                exchange.failed = failed
                run.exchanges.append(exchange)

    # --- Exchanges --------------------------------------------------------------------------------

    def _note_answer(self, run: RecordedRun, record: WarcRecord, place: Place) -> None:
        status = status_of(record.reader.read())
        if status is not None and status < 200 and status != 101:
            return  # an answer before the answer
        self._end_answer()
        fields = record.headers
        exchange = _exchange(fields)
        exchange.answer = place
        exchange.record_id = fields.get("WARC-Record-ID", "")
        exchange.refers_to = fields.get("WARC-Refers-To")
        exchange.truncated = fields.get("WARC-Truncated")
        self._answer = run, exchange

    def _note_request(self, run: RecordedRun, fields: Mapping[str, str]) -> None:
        answered = fields.get("WARC-Concurrent-To")
        if self._answer is None or self._answer[1].record_id != answered:
            self._end_answer()
            self._answer = run, _exchange(fields)
        exchange = self._answer[1]
        self._end_answer()
        self._last = fields.get("WARC-Record-ID", ""), exchange

    def _end_answer(self) -> None:
        """Take over the last answer, also where the record of its request is lost."""
        if self._answer is not None:
            run, exchange = self._answer
            run.exchanges.append(exchange)
        self._answer = None


def _exchange(fields: Mapping[str, str]) -> RecordedExchange:
    moment = fields.get("WARC-Date", "").removesuffix("Z") + "+00:00"
    return RecordedExchange(fields.get("WARC-Target-URI", ""), moment)


def _run_of(told: Mapping[str, str]) -> RecordedRun | None:
    """The run that a ``warcinfo`` tells of; ``None`` when it tells of none."""
    about, settings = _from_json(told.get(RUN, "")), _from_json(told.get("settings", ""))
    row = as_row(about.get("row"))
    if row is None or not isinstance(about.get("captures"), int):
        return None
    arguments = about.get("arguments")
    return RecordedRun(
        row=row,
        arguments=arguments if isinstance(arguments, dict) else {},
        settings=settings,
        captures=about["captures"],
        previous=as_row(about.get("previous")),
    )


def _failed(text: str) -> Failed | None:
    told = _from_json(text)
    return Failed(str(told["kind"]), str(told.get("reason", ""))) if "kind" in told else None


def _from_json(text: str) -> dict[str, Any]:
    """The JSON object in a text; an empty one where there is none."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _fields_of(record: WarcRecord) -> dict[str, str]:
    """The fields of an ``application/warc-fields`` block; each is on one line."""
    text = record.reader.read().decode("utf-8", "replace")
    lines = (line.partition(": ") for line in text.split("\r\n"))  # JSON may hold other line ends
    return {name: value for name, colon, value in lines if colon}
