"""What the index of a WACZ file says of a record: a line of CDXJ."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from fastwarc.warc import WarcRecord

from archiver.pages.kind import is_gate
from archiver.reading.exports.wacz.url_key import url_key
from archiver.warc.http_message import media_type_of, status_of
from archiver.warc.member_walk import Member
from archiver.warc.record_reading import as_record, first_record

#: Interim answers, those that say that there is nothing new, and those by which a server says that
#: it does not answer now.
_NO_PAGES: Final = frozenset({*range(100, 200), 304, 429, *range(500, 600)})
#: Bytes. A longer answer is no page of the gate, also not one in chunks or packed.
_LARGEST_GATE: Final = 4000


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """An answer that can be shown."""

    key: str
    #: ``YYYYMMDDhhmmss``, UTC.
    timestamp: str
    #: The rest of the line, as JSON.
    fields: str


def index_entry(name: str, place: Member, member: bytes) -> IndexEntry | None:
    """The entry of a record of the file ``name``; ``None`` for one that is not to be shown.

    Shown are whole answers, also those that refer to an earlier one, and pages that say that there
    is nothing. Not shown are the gate, interim answers, those without a body that refer to what
    was fetched before (304), and those of a server that is overloaded: a reader who follows a link
    would get them in place of the page.
    """
    try:
        record = first_record(member)
    except OSError:
        return None
    answer = record.reader.read() if _is_whole_answer(record) else b""
    status = status_of(answer)
    if status is None or status in _NO_PAGES or _is_gate(answer):
        return None
    fields = record.headers
    url = fields.get("WARC-Target-URI") or ""
    told = {
        "url": url,
        "mime": "warc/revisit" if fields.get("WARC-Type") == "revisit" else media_type_of(answer),
        "status": str(status),
        "digest": fields.get("WARC-Payload-Digest") or "",
        "length": str(place.length),
        "offset": str(place.offset),
        "filename": name,
    }
    timestamp = re.sub(r"\D", "", fields.get("WARC-Date") or "")[:14]
    return IndexEntry(url_key(url), timestamp, json.dumps(told, ensure_ascii=False))


def _is_whole_answer(record: WarcRecord) -> bool:
    """True for an answer to a request over http or https that did not break off."""
    fields = record.headers
    is_answer = fields.get("WARC-Type") in {"response", "revisit"}
    is_http = (fields.get("WARC-Target-URI") or "").startswith(("http://", "https://"))
    return is_answer and is_http and fields.get("WARC-Truncated") is None


def _is_gate(answer: bytes) -> bool:
    if len(answer) > _LARGEST_GATE:
        return False
    try:
        record = first_record(as_record(answer))
        record.parse_http(auto_decode="all", quirks_mode=True)
        return is_gate(record.reader.read())
    except OSError:  # it cannot be unpacked
        return False
