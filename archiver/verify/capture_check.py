"""Compares the rows of ``captures`` with the records at their places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from fastwarc.warc import WarcRecord
from archiver import site
from archiver.verify.chosen import Ids
from archiver.verify.fidelity.comparison import Point
from archiver.warc.record_reading import body_sha256, first_record

Row = Mapping[str, Any]

#: Above every ``DOWNLOAD_MAXSIZE`` that an archive may have been made with.
_LARGEST_BODY: Final = 1 << 31
#: The fields of a record that refers to another one, and what they name.
_REFERENCE: Final = (
    "WARC-Refers-To",
    "WARC-Refers-To-Target-URI",
    "WARC-Refers-To-Date",
    "WARC-Payload-Digest",
)


class CaptureCheck:
    """Is shown the records of the WARC files, and then says which captures are not among them.

    ``rows`` are those of ``captures``, each with ``known_run``, which is ``None`` where its run is
    not in the table ``runs``.
    """

    def __init__(self, rows: Iterable[Row], folder: Path) -> None:
        self._folder = folder
        self._rows = {row["id"]: row for row in rows}
        self._places = {(row["warc"], row["offset"]): row for row in self._rows.values()}
        self._faults: dict[int, str | None] = {}
        #: Capture → the fields by which another record refers to its record.
        self._named: dict[int, dict[str, str | None]] = {}
        #: Capture → the same fields, as its own record refers to an earlier one.
        self._referring: dict[int, dict[str, str | None]] = {}

    def see(self, warc: str, offset: int, length: int, record: bytes) -> None:
        """Compare the record of a whole member, unpacked or not, with the capture there, if any."""
        row = self._places.get((warc, offset))
        if row is None:
            return
        if row["length"] != length:
            self._faults[row["id"]] = f"no whole record of this length; the one there has {length:,} bytes"
            return
        try:
            self._faults[row["id"]] = self._fault(row, first_record(record))
        except OSError as error:
            self._faults[row["id"]] = f"no WARC record ({error})"

    def result(self, ids: Ids | None = None) -> Point:
        """What differs, in the order of the rows; ``ids`` limits the articles."""
        point = Point("captures", "capture", 0)
        for number, row in self._rows.items():
            if ids is None or row["article_id"] in ids:
                point.compared += 1
                if fault := self._whole_fault(number, row):
                    point.note(1, f"{row['warc']}, byte {row['offset']:,}: {fault}")
        return point

    def _whole_fault(self, number: int, row: Row) -> str | None:
        if row["known_run"] is None:
            return f"run {row['run_id']} is not in the table runs"
        if number not in self._faults:
            return self._fault_of_place(row)
        fault = self._faults[number]
        return fault or self._fault_of_reference(number, row) or _fault_of_owner(row)

    def _fault_of_place(self, row: Row) -> str:
        """The words for a place at which no whole record begins."""
        try:
            with (self._folder / row["warc"]).open("rb"):
                return "no whole record of this length"
        except FileNotFoundError:
            return "the file is missing; put it back"
        except OSError as error:
            return f"cannot be read: {error.strerror or error}"

    def _fault(self, row: Row, record: WarcRecord) -> str | None:
        expected = {
            "WARC-Type": "response" if row["refers_to"] is None else "revisit",
            "WARC-Target-URI": row["url"],
            "WARC-Date": _warc_date(row["fetched_at"]),
            "WARC-Truncated": row["truncated"],
        }
        if fault := _difference(expected, record.headers):
            return fault
        if row["refers_to"] is None:
            self._named[row["id"]] = _names(row, record)
        else:
            self._referring[row["id"]] = {name: record.headers.get(name) for name in _REFERENCE}
        return _fault_of_answer(row, record)

    def _fault_of_reference(self, number: int, row: Row) -> str | None:
        """What is wrong with a record that refers to the payload of an earlier one."""
        if row["refers_to"] is None:
            return None
        first = self._rows.get(row["refers_to"])
        if first is None or first["refers_to"] is not None:
            return "it refers to a capture with another body"
        if first["body_sha256"] != row["body_sha256"]:
            return "it refers to a capture with another body"
        if first["id"] not in self._named:
            place = f"{first['warc']}, byte {first['offset']:,}"
            return f"the record that it refers to is damaged ({place})"
        return _difference(self._named[first["id"]], self._referring[number])


def _names(row: Row, record: WarcRecord) -> dict[str, str | None]:
    fields = record.headers
    values = (
        fields.get("WARC-Record-ID"),
        row["url"],
        _warc_date(row["fetched_at"]),
        fields.get("WARC-Payload-Digest"),
    )
    return dict(zip(_REFERENCE, values, strict=True))


def _fault_of_answer(row: Row, record: WarcRecord) -> str | None:
    """What is wrong with status and body; that of a reference is not in its record."""
    record.parse_http(auto_decode="none", quirks_mode=True)
    status = record.http_headers.status_code if record.http_headers else None
    if status != row["status"]:
        return f"the status is {status}, not {row['status']}"
    if row["refers_to"] is None and row["body_sha256"] not in {
        None,
        body_sha256(record, _LARGEST_BODY),
    }:
        return "the body is not the one that was hashed"
    return None


def _fault_of_owner(row: Row) -> str | None:
    """The words for the page of one article that another one is said to be made of."""
    address = site.split_url(row["url"])
    shown = None if address is None else site.article_id(address.path)
    if shown is None or row["article_id"] in {None, shown}:
        return None
    return f"article {row['article_id']} was made of it, which is the page of article {shown}"


def _difference(expected: Mapping[str, str | None], found: Mapping[str, str]) -> str | None:
    for name, value in expected.items():
        if found.get(name) != value:
            return f"{name} is {found.get(name)}, not {value}"
    return None


def _warc_date(moment: str) -> str:
    return moment.removesuffix("+00:00") + "Z"
