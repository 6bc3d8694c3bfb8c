"""Compares the rows of ``captures`` with the records at their places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fastwarc.warc import WarcRecord

from archiver import site
from archiver.verify.chosen import Ids
from archiver.verify.fidelity.comparison import Point
from archiver.warc.http_message import status_of
from archiver.warc.plain_file import open_plain
from archiver.warc.record_reading import as_record, body_sha256, first_record

Row = Mapping[str, Any]
Fields = Mapping[str, str | None]

#: Above every ``DOWNLOAD_MAXSIZE`` that an archive may have been made with.
_LARGEST_BODY: Final = 1 << 31
#: The fields of a record that refers to another one, and what they name.
_REFERENCE: Final = (
    "WARC-Refers-To",
    "WARC-Refers-To-Target-URI",
    "WARC-Refers-To-Date",
    "WARC-Payload-Digest",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the record at the place of a capture is."""

    #: What is wrong with it by itself.
    fault: str | None = None
    #: The fields by which it refers to an earlier record, or would be referred to.
    reference: Fields | None = None


def see(row: Row, length: int, record: bytes) -> Seen:
    """Compare the record of a whole member, unpacked or not, with the capture that is there."""
    if row["length"] != length:
        return Seen(f"no whole record of this length; the one there has {length:,} bytes")
    try:
        found = first_record(record)
    except OSError as error:
        return Seen(f"no WARC record ({error})")
    expected = {
        "WARC-Type": "response" if row["refers_to"] is None else "revisit",
        "WARC-Target-URI": row["url"],
        "WARC-Date": _warc_date(row["fetched_at"]),
        "WARC-Truncated": row["truncated"],
    }
    if fault := _difference(expected, dict(found.headers.items())):
        return Seen(fault)
    reference = _names(row, found) if row["refers_to"] is None else _refers(found)
    return Seen(_fault_of_answer(row, found), reference)


def compare_captures(
    rows: Mapping[int, Row], seen: Mapping[int, Seen], folder: Path, ids: Ids | None = None
) -> Point:
    """The captures that are not what the table says, in the order of the rows by number.

    Each row has ``known_run``, which is ``None`` where its run is not in the table ``runs``. Those
    that were not seen are not in the WARC files of ``folder``. ``ids`` limits the articles.
    """
    point = Point("captures", "capture", 0)
    for row in rows.values():
        if ids is None or row["article_id"] in ids:
            point.compared += 1
            if fault := _fault(row, rows, seen, folder):
                point.note(1, f"{row['warc']}, byte {row['offset']:,}: {fault}")
    return point


def _fault(row: Row, rows: Mapping[int, Row], seen: Mapping[int, Seen], folder: Path) -> str | None:
    if row["known_run"] is None:
        return f"run {row['run_id']} is not in the table runs"
    found = seen.get(row["id"])
    if found is None:
        return _fault_of_place(folder / row["warc"])
    return found.fault or _fault_of_reference(row, found, rows, seen) or _fault_of_owner(row)


def _fault_of_place(path: Path) -> str:
    """The words for a place at which no whole record begins."""
    try:
        with open_plain(path):
            return "no whole record of this length"
    except FileNotFoundError:
        return "the file is missing; put it back"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"


def _fault_of_reference(
    row: Row, found: Seen, rows: Mapping[int, Row], seen: Mapping[int, Seen]
) -> str | None:
    """What is wrong with a record that refers to the payload of an earlier one."""
    if row["refers_to"] is None:
        return None
    first = rows.get(row["refers_to"])
    if first is None or first["refers_to"] is not None:
        return "it refers to a capture with another body"
    if first["body_sha256"] != row["body_sha256"]:
        return "it refers to a capture with another body"
    named = seen.get(first["id"], Seen()).reference
    if named is None:
        return (
            f"the record that it refers to is damaged ({first['warc']}, byte {first['offset']:,})"
        )
    return _difference(named, found.reference or {})


def _fault_of_answer(row: Row, record: WarcRecord) -> str | None:
    """What is wrong with status and body; that of a reference is not in its record."""
    answer = record.reader.read()
    status = status_of(answer)
    if status != row["status"]:
        return f"the status is {status}, not {row['status']}"
    if row["refers_to"] is not None or row["body_sha256"] is None:
        return None
    if row["body_sha256"] != body_sha256(first_record(as_record(answer)), _LARGEST_BODY):
        return "the body is not the one that was hashed"
    return None


def _fault_of_owner(row: Row) -> str | None:
    """The words for the page of one article that another one is said to be made of."""
    address = site.split_url(row["url"])
    shown = None if address is None else site.article_id(address.path)
    if shown is None or row["article_id"] in {None, shown}:
        return None
    return f"article {row['article_id']} was made of it, which is the page of article {shown}"


# --- Fields of records ----------------------------------------------------------------------------


def _names(row: Row, record: WarcRecord) -> Fields:
    fields = record.headers
    values = (
        fields.get("WARC-Record-ID"),
        row["url"],
        _warc_date(row["fetched_at"]),
        fields.get("WARC-Payload-Digest"),
    )
    return dict(zip(_REFERENCE, values, strict=True))


def _refers(record: WarcRecord) -> Fields:
    return {name: record.headers.get(name) for name in _REFERENCE}


def _difference(expected: Fields, found: Fields) -> str | None:
    for name, value in expected.items():
        if found.get(name) != value:
            return f"{name} is {found.get(name)}, not {value}"
    return None


def _warc_date(moment: str) -> str:
    return moment.removesuffix("+00:00") + "Z"
