"""Reads WARC files to the runs that they tell of; what cannot be used is told in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from fastwarc.warc import WarcRecord

from archiver.warc.exchange import Failed
from archiver.warc.exchange_reading import ExchangeReader
from archiver.warc.file_names import find_warc_files
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
_AT_BEGIN: Final = ("id", "started_at", "mode", "versions")


def read_runs(folder: Path) -> tuple[list[RecordedRun], list[str]]:
    """The runs of the WARC files of a folder in the order of time, and what is wrong with them."""
    reader = _Reader()
    for path in find_warc_files(folder):
        reader.read_file(path)
    runs = reader.all_runs()
    if runs:
        min(runs, key=lambda run: (run.started_at, run.id)).earlier = reader.earlier
    faults = [*reader.faults, *put_in_order(runs)]
    return runs, faults


@dataclass(slots=True)
class _Headless:
    """Records whose ``warcinfo`` was not found: it is damaged, or they are of another program."""

    path: Path
    run: RecordedRun
    records: int = 0


class _Reader:
    def __init__(self) -> None:
        self.faults: list[str] = []
        #: The exchanges of runs that are not told of.
        self.earlier: list[RecordedExchange] = []
        #: The runs by what their ``warcinfo`` says, and by its id; each file has one of its own.
        self._runs: dict[str, RecordedRun] = {}
        self._run_of_info: dict[str, RecordedRun] = {}
        self._headless: dict[tuple[Path, str], _Headless] = {}
        self._exchanges = ExchangeReader()

    def read_file(self, path: Path) -> None:
        """Read all records of a file."""
        try:
            for member in whole_members(path, self.faults):
                place = Place(path.name, member.offset, member.length)
                self._read_record(path, place)
        except OSError as error:
            self.faults.append(f"{path} cannot be read: {error.strerror or error}")
        self._exchanges.end()

    def all_runs(self) -> list[RecordedRun]:
        """The runs of all files; those without a ``warcinfo`` as far as their end tells of them."""
        for headless in self._headless.values():
            self._take_headless(headless)
        return list(self._runs.values())

    # --- Records ----------------------------------------------------------------------------------

    def _read_record(self, path: Path, place: Place) -> None:
        try:
            record = first_record(read_member(path, place.offset, place.length))
            fields = dict(record.headers.items())
            has_digest = "WARC-Block-Digest" in fields
            is_damaged = (has_digest and not record.verify_block_digest()) or not _has_date(fields)
        except (OSError, ValueError):
            is_damaged = True
        if is_damaged:
            self.faults.append(f"{path}, byte {place.offset:,}: no whole WARC record")
        elif fields.get("WARC-Type") == "warcinfo":
            self._note_info(path, record, fields)
        else:
            run = self._run(path, fields.get("WARC-Warcinfo-ID", ""))
            self._note(run, record, fields, place)

    def _run(self, path: Path, info_id: str) -> RecordedRun:
        """The run of a record; one without a head where its ``warcinfo`` tells of none."""
        if (run := self._run_of_info.get(info_id)) is not None:
            return run
        headless = self._headless.setdefault((path, info_id), _Headless(path, _headless_run()))
        headless.records += 1
        return headless.run

    def _note_info(self, path: Path, record: WarcRecord, fields: Mapping[str, str]) -> None:
        told, info_id = _fields_of(record), fields.get("WARC-Record-ID", "")
        text = told.get(RUN, "")
        run = self._runs.get(text) or _run_told(_from_json(text))
        if run is None:
            self._run(path, info_id)
            return
        run.settings = run.settings or _from_json(told.get("settings", ""))
        self._runs[text] = self._run_of_info[info_id] = run

    def _note(
        self, run: RecordedRun, record: WarcRecord, fields: Mapping[str, str], place: Place
    ) -> None:
        kind = fields.get("WARC-Type")
        if kind in _ANSWERS:
            self._exchanges.add_answer(run, record, fields, place)
        elif kind == "request":
            self._exchanges.add_request(run, fields)
        elif kind == "metadata":
            told = _fields_of(record)
            if (failed := _failed(told.get(FAILED, ""))) is not None:
                self._exchanges.add_failure(run, failed, fields)
            elif RUN in told:
                _note_end(run, _from_json(told[RUN]))

    # --- Records without a head -------------------------------------------------------------------

    def _take_headless(self, headless: _Headless) -> None:
        run = headless.run
        if not run.row:
            self.earlier += run.exchanges
            self.faults.append(
                f"{headless.path}: {headless.records:,} records are left out, as they do not say to"
                " which run they belong: an earlier version or another program has written them"
            )
            return
        known = [other for other in self._runs.values() if other.row == run.row]
        if known:  # it goes on in another file, whose head is whole
            known[0].exchanges += run.exchanges
            known[0].end = run.end
            return
        others = sorted(self._runs.values(), key=lambda other: abs(other.id - run.id))
        run.settings = dict(others[0].settings) if others else {}
        self._runs[json.dumps(run.row)] = run
        self.faults.append(
            f"{headless.path}: the record of the settings of run {run.id} is damaged; they are"
            " taken to be those of the run next to it"
        )


def _headless_run() -> RecordedRun:
    return RecordedRun(row={}, arguments={}, settings={}, captures=0, previous=None)


def _run_told(about: Mapping[str, Any]) -> RecordedRun | None:
    """The run that is told of; ``None`` when it is none."""
    row, arguments = as_row(about.get("row")), about.get("arguments")
    if row is None or not isinstance(about.get("captures"), int):
        return None
    return RecordedRun(
        row={name: row.get(name) for name in _AT_BEGIN},
        arguments=arguments if isinstance(arguments, dict) else {},
        settings={},
        captures=about["captures"],
        previous=as_row(about.get("previous")),
        asked=_numbers(about.get("asked")),
    )


def _note_end(run: RecordedRun, about: Mapping[str, Any]) -> None:
    """Take over the row of a run at its end, and where its head is lost how it began."""
    run.end = as_row(about.get("row"))
    told = _run_told(about)
    if not run.row and told is not None:
        run.row, run.arguments = told.row, told.arguments
        run.captures, run.previous, run.asked = told.captures, told.previous, told.asked


def _numbers(value: object) -> dict[int, int]:
    """A JSON object of numbers by number; what is none is left out."""
    if not isinstance(value, Mapping):
        return {}
    return {int(k): v for k, v in value.items() if k.isdecimal() and isinstance(v, int)}


def _failed(text: str) -> Failed | None:
    told = _from_json(text)
    return Failed(str(told["kind"]), str(told.get("reason", ""))) if "kind" in told else None


def _has_date(fields: Mapping[str, str]) -> bool:
    """True when the moment of a record can be read; raises ``ValueError`` when it is none."""
    moment = datetime.fromisoformat(fields.get("WARC-Date", ""))
    return moment.tzinfo is not None


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
