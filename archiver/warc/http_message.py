"""What a WARC record must know of an HTTP answer: where it ends, its status, where its body begins.

The answer itself is never changed: header lines stay as they were sent, odd ones too.
"""

from __future__ import annotations

import re
from typing import Final

#: The end of the header; servers that end lines with a line feed only are read as well.
_HEADER_END: Final = re.compile(rb"\r?\n\r?\n")
_STATUS: Final = re.compile(rb"HTTP/\d+\.\d+[ \t]+(\d{3})")
#: Answers before the answer (RFC 9110, 15.2); 101 is one by itself.
_INTERIM: Final = re.compile(rb"HTTP/\d+\.\d+[ \t]+1(?!01)\d\d")
_MEDIA_TYPE: Final = re.compile(rb"(?im)^content-type[ \t]*:[ \t]*([^\s;,]+)")
_LENGTH: Final = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?$")
_CODED: Final = re.compile(rb"(?im)^transfer-encoding[ \t]*:")
#: Answers that have no body, whatever their header says of its length (RFC 9110, 6.4.1).
_BODILESS: Final = frozenset({204, 304})
#: Bytes of a header that FastWARC reads.
_LONGEST_HEADER: Final = 32_000
#: What may stand behind the last chunk.
_TRAILERS: Final = re.compile(rb"(?:[^\r\n]+\r?\n)*\r?\n")
#: The line before a chunk, with the end of the chunk before.
_CHUNK: Final = re.compile(rb"(?:\r?\n)?([0-9A-Fa-f]{1,16})[^\r\n]*\r?\n")


def split_answers(received: bytes) -> list[bytes]:
    """The answers to one request: interim ones (``103 Early Hints``), then the final one.

    What a server sends behind the length that it has announced belongs to no answer and is left
    out: how much of it arrives is chance.
    """
    answers = []
    while _INTERIM.match(received) and (end := _HEADER_END.search(received)):
        answers.append(received[: end.end()])
        received = received[end.end() :]
    return [*answers, _without_surplus(received)]


def status_of(answer: bytes) -> int | None:
    """The status of an answer; ``None`` when it does not begin as one."""
    found = _STATUS.match(answer)
    return int(found[1]) if found else None


def media_type_of(answer: bytes) -> str:
    """The media type of an answer in small letters; empty when it does not say."""
    found = _MEDIA_TYPE.search(answer, 0, body_start(answer) or len(answer))
    return found[1].decode("latin-1").lower() if found else ""


def body_start(answer: bytes) -> int | None:
    """Where the body begins; ``None`` when the header is not whole."""
    found = _HEADER_END.search(answer)
    return found.end() if found else None


def is_plain_header(header: bytes) -> bool:
    """True when all readers of WARC files can read a header, and agree where it ends.

    Some take a line of nothing but blanks for its end, or of what Unicode calls white space.
    """
    if len(header) > _LONGEST_HEADER:
        return False
    texts = [header.decode("latin-1"), header.decode("utf-8", "replace")]
    lines = [line for text in texts for line in text.removesuffix("\n").split("\n")[:-1]]
    return all(map(str.strip, lines))


def without_chunks(body: bytes) -> bytes:
    """A body that came in chunks without their borders; raises ``OSError`` when it is not whole.

    Chunk extensions and trailers, which FastWARC does not read, are left out.
    """
    return b"".join(_chunks(body)[0])


def _chunks(body: bytes) -> tuple[list[bytes], int]:
    """The chunks, and where the line of the last one, which is empty, ends."""
    pieces: list[bytes] = []
    place = 0
    while found := _CHUNK.match(body, place):
        size, place = int(found[1], 16), found.end()
        if size == 0:
            return pieces, place
        pieces.append(body[place : place + size])
        place += size
    raise OSError("the chunks of the body are not whole")


def _without_surplus(answer: bytes) -> bytes:
    start = body_start(answer)
    if start is None:
        return answer
    header, length = answer[:start], _LENGTH.search(answer, 0, start)
    if status_of(answer) in _BODILESS:
        return header
    if _CODED.search(header):
        return answer[: start + _end_of_chunks(answer[start:])]
    return answer if length is None else answer[: start + int(length[1])]


def _end_of_chunks(body: bytes) -> int:
    """Where a body in chunks ends, with its trailers; its whole length where that is not clear."""
    try:
        _, place = _chunks(body)
    except OSError:
        return len(body)
    trailers = _TRAILERS.match(body, place)
    return len(body) if trailers is None else trailers.end()
