"""Makes WARC 1.1 records, each a gzip member of its own.

Block and payload digests are those that warcio and FastWARC verify: of the block, and of what
stands behind the HTTP header as it is stored. Where a body came in chunks, the standard means the
body without their borders; no reader that was tried does.
"""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archiver.warc.exchange import Exchange, Failed
from archiver.warc.http_message import body_start, is_plain_header, split_answers

_SAME_PAYLOAD: Final = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_FIELDS: Final = "application/warc-fields"
_REQUEST: Final = "application/http; msgtype=request"
_RESPONSE: Final = "application/http; msgtype=response"
#: The fields of ``metadata`` records: why an exchange has failed, and the row of a run at its end.
FAILED: Final = "failed"
RUN: Final = "run"
_LEVEL: Final = 6
_GZIP: Final = 31


@dataclass(frozen=True, slots=True)
class Earlier:
    """The stored record whose payload a new answer has as well."""

    url: str
    #: Its fields ``WARC-Date``, ``WARC-Record-ID`` and ``WARC-Payload-Digest``.
    date: str
    record_id: str
    payload_digest: str


def warc_date(moment: datetime) -> str:
    """A moment in UTC as WARC writes it, to the second: ``2026-11-23T11:15:13Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id() -> str:
    """A new value of ``WARC-Record-ID``."""
    return f"<urn:uuid:{uuid.uuid4()}>"


def info_member(name: str, date: str, record_id: str, about: Mapping[str, str]) -> bytes:
    """The ``warcinfo`` record that tells how the records behind it were made."""
    lines = "".join(f"{key}: {value}\r\n" for key, value in about.items())
    fields = {"WARC-Record-ID": record_id, "WARC-Date": date, "WARC-Filename": name}
    return _member("warcinfo", fields, lines.encode(), _FIELDS)


def metadata_member(
    target: str, date: str, name: str, value: Mapping[str, Any], extra: Mapping[str, str]
) -> bytes:
    """A ``metadata`` record with one field of JSON; ``extra`` are further WARC fields."""
    fields = {"WARC-Record-ID": new_id(), "WARC-Date": date, "WARC-Target-URI": target, **extra}
    line = f"{name}: {json.dumps(value, ensure_ascii=False)}\r\n"
    return _member("metadata", fields, line.encode(), _FIELDS)


def exchange_members(
    exchange: Exchange, info_id: str, earlier: Earlier | None
) -> tuple[list[bytes], int | None]:
    """The records of an exchange, and the position among them of that of the final answer.

    Each answer has one, then the request, if it was sent, and last comes the reason of a failure.
    ``None`` where nothing came back. The final answer is a ``revisit`` where ``earlier`` has its
    payload.
    """
    answers = split_answers(bytes(exchange.response)) if exchange.response else []
    ids = [new_id() for _ in answers]
    common = _common_fields(exchange, info_id)
    members = []
    for record_id, answer in zip(ids, answers, strict=True):
        fields = {"WARC-Record-ID": record_id, **common}
        is_final = record_id == ids[-1]
        if is_final and exchange.truncated:
            fields["WARC-Truncated"] = exchange.truncated
        members.append(_answer(fields, answer, earlier if is_final else None))
    fields = {"WARC-Record-ID": new_id(), **common}
    if ids:
        fields["WARC-Concurrent-To"] = ids[-1]
    if exchange.request:
        fields |= _payload_digest(exchange.request)
        members.append(_member("request", fields, exchange.request, _REQUEST))
    if exchange.failed is not None:
        to = {"WARC-Concurrent-To": fields["WARC-Record-ID"]} if exchange.request else {}
        members.append(_failure(exchange.failed, common | to))
    return members, len(answers) - 1 if answers else None


def _failure(failed: Failed, fields: dict[str, str]) -> bytes:
    target, date = fields.pop("WARC-Target-URI"), fields.pop("WARC-Date")
    about = {"kind": failed.kind, "reason": failed.reason}
    return metadata_member(target, date, FAILED, about, fields)


def _common_fields(exchange: Exchange, info_id: str) -> dict[str, str]:
    fields = {
        "WARC-Date": warc_date(exchange.sent_at),
        "WARC-Target-URI": exchange.url,
        "WARC-Warcinfo-ID": info_id,
    }
    if exchange.ip_address is not None:
        fields["WARC-IP-Address"] = exchange.ip_address
    return fields


def _answer(fields: dict[str, str], answer: bytes, earlier: Earlier | None) -> bytes:
    if earlier is None:
        fields |= _payload_digest(answer)
        return _member("response", fields, answer, _RESPONSE)
    fields |= {
        "WARC-Profile": _SAME_PAYLOAD,
        "WARC-Refers-To": earlier.record_id,
        "WARC-Refers-To-Target-URI": earlier.url,
        "WARC-Refers-To-Date": earlier.date,
        "WARC-Payload-Digest": earlier.payload_digest,
    }
    return _member("revisit", fields, answer[: body_start(answer)], _RESPONSE)


def _payload_digest(message: bytes) -> dict[str, str]:
    """The field for what stands behind the header; none where readers differ on where that is."""
    start = body_start(message)
    header = message[:start]
    if not is_plain_header(header if start is not None else header + b"\n\n"):
        return {}
    return {"WARC-Payload-Digest": _digest(message[len(header) :])}


def _member(kind: str, fields: Mapping[str, str], block: bytes, media_type: str) -> bytes:
    # Not with create_warc_record(), which writes the HTTP header anew in its own form; of what it
    # knows to be a revisit the writer leaves the block out, and to others than a warcinfo it adds a
    # payload digest.
    lines = [("WARC-Type", kind), *fields.items(), ("WARC-Block-Digest", _digest(block))]
    head = StatusAndHeaders("", lines, protocol="WARC/1.1")
    known_as = "response" if "WARC-Payload-Digest" in fields else "warcinfo"
    record = ArcWarcRecord("warc", known_as, head, BytesIO(block), None, media_type, len(block))
    record.payload_length = len(block)
    written = BytesIO()
    WARCWriter(written, gzip=False, warc_version="1.1").write_record(record)
    return zlib.compress(written.getvalue(), _LEVEL, _GZIP)


def _digest(block: bytes) -> str:
    return f"sha256:{base64.b32encode(hashlib.sha256(block).digest()).decode()}"
