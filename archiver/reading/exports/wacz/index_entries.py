"""What the index of a WACZ file says of a record: a line of CDXJ."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from fastwarc.warc import WarcRecord

from archiver.pages.kind import is_gate
from archiver.reading.exports.wacz.url_key import url_key
from archiver.warc.member_walk import Member
from archiver.warc.record_reading import first_record

#: Interim answers, and those by which a server says that it does not answer now.
_NO_PAGES: Final = frozenset({*range(100, 200), 429, *range(500, 600)})
#: Bytes of a stored body; a longer one is no page of the gate, also not in chunks or packed.
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
    is nothing. Not shown are the gate, interim answers, and those of a server that is overloaded:
    a reader who follows a link would get them in place of the page of the same minute.
    """
    try:
        record = first_record(member)
        fields = record.headers
        kind, url = fields.get("WARC-Type"), fields.get("WARC-Target-URI") or ""
        if kind not in {"response", "revisit"} or fields.get("WARC-Truncated") is not None:
            return None
        record.parse_http(auto_decode="all", quirks_mode=True)
        if not _is_shown(record) or not url.startswith(("http://", "https://")):
            return None
    except OSError:
        return None
    told = {
        "url": url,
        "mime": "warc/revisit" if kind == "revisit" else record.http_content_type or "",
        "status": str(record.http_headers.status_code),
        "digest": fields.get("WARC-Payload-Digest", ""),
        "length": str(place.length),
        "offset": str(place.offset),
        "filename": name,
    }
    timestamp = re.sub(r"\D", "", fields.get("WARC-Date") or "")[:14]
    return IndexEntry(url_key(url), timestamp, json.dumps(told, ensure_ascii=False))


def _is_shown(record: WarcRecord) -> bool:
    status = record.http_headers.status_code if record.http_headers else None
    if status is None or status in _NO_PAGES:
        return False
    is_short = record.content_length < _LARGEST_GATE
    return not (is_short and is_gate(_body(record)))


def _body(record: WarcRecord) -> bytes:
    """The body of an answer; nothing where it cannot be unpacked."""
    try:
        return bytes(record.reader.read())
    except OSError:
        return b""
