"""WARC files as they are written, torn, gone on with, filled and read back, without a crawl."""

from __future__ import annotations

import errno
import gzip
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator
from hypothesis import given
from hypothesis import strategies as some
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from archiver.store.errors import StoreError
from archiver.verify.record_check import fault_of_record
from archiver.warc.exchange import Exchange
from archiver.warc.file_names import find_warc_files, next_name
from archiver.warc.http_message import split_answers, status_of, without_chunks
from archiver.warc.member_walk import Member, MemberWalk
from archiver.warc.record_reading import (
    as_record,
    body_sha256,
    first_record,
    read_fields,
    read_payload,
)
from archiver.warc.warc_records import exchange_members
from archiver.warc.warc_writer import WarcWriter

DAY = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
ABOUT = {"software": "kexue-archiver/0", "operator": "you@example.org"}
URL = "https://kexue.fm/archives/6583"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\xe6\xad\xa3\n"


def an_exchange(answer: bytes = ANSWER, **values: Any) -> Exchange:
    request = b"GET /archives/6583 HTTP/1.1\r\nHost: kexue.fm\r\n\r\n"
    fields = {"request": request, "response": bytearray(answer), "ip_address": "192.0.2.1"}
    return Exchange(URL, DAY, **{**fields, **values})


def a_writer(folder: Path, *, most: int = 10**6, known: Any = None) -> WarcWriter:
    return WarcWriter(folder, most=most, about=ABOUT, known=known or {})


def write(folder: Path, *exchanges: Exchange, **options: Any) -> None:
    writer = a_writer(folder, **options)
    for exchange in exchanges or (an_exchange(),):
        writer.append(exchange)
    writer.close()


def kinds(path: Path) -> list[str]:
    return [record.headers["WARC-Type"] for record in ArchiveIterator(str(path), parse_http=False)]


def whole_end(path: Path) -> int:
    with path.open("rb") as file:
        walk = MemberWalk(file)
        assert len(list(walk)) > 0
    return walk.end


# --- Going on with a file ------------------------------------------------------------------------


def test_a_run_goes_on_with_the_file_of_the_last_one(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path)
    (path,) = find_warc_files(tmp_path)
    assert path.name == "2026-11-26-1.warc.gz"
    assert kinds(path) == ["warcinfo", "response", "request"] * 2


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of two exchanges."""
    folder = tmp_path_factory.mktemp("whole")
    write(folder, an_exchange(), an_exchange())
    (path,) = find_warc_files(folder)
    return path


@given(some.data())
def test_a_torn_end_is_cut_off_wherever_it_is(whole: Path, data: some.DataObject) -> None:
    """At every byte: what was whole stays byte for byte, and the file is gone on with."""
    content = whole.read_bytes()
    cut = data.draw(some.integers(0, len(content)))
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / whole.name
        path.write_bytes(content[:cut])
        members = list(MemberWalk(BytesIO(content[:cut])))
        end = members[-1].offset + members[-1].length if members else 0
        write(path.parent)
        assert find_warc_files(path.parent) == [path]
        assert path.read_bytes()[:end] == content[:end]
        added = list(MemberWalk(BytesIO(path.read_bytes()[end:])))
        assert len(added) == 3
        assert whole_end(path) == path.stat().st_size
        assert kinds(path)[-3:] == ["warcinfo", "response", "request"]


def test_every_byte_of_the_last_member(whole: Path) -> None:
    """The walk says that it is torn, never that it is whole, and gives out all before it."""
    content = whole.read_bytes()
    *before, last = MemberWalk(BytesIO(content))
    for cut in range(last.offset + 1, len(content)):
        walk = MemberWalk(BytesIO(content[:cut]))
        assert list(walk) == before
        assert (walk.end, walk.is_torn, walk.is_broken) == (last.offset, True, False)


def test_what_the_archive_refers_to_is_not_looked_at_again(whole: Path, tmp_path: Path) -> None:
    """So a large file is gone on with at once; the part behind the last capture is walked.

    Of what is before only the first record is read: it says whose file it is.
    """
    content = bytearray(whole.read_bytes())
    content[-30] ^= 255
    path = tmp_path / whole.name
    path.write_bytes(content + b"\x1f\x8b")
    write(tmp_path, known={path.name: len(content)})
    assert path.read_bytes()[: len(content)] == content
    assert len(list(MemberWalk(BytesIO(path.read_bytes()[len(content) :])))) == 3


def zeros(content: bytes) -> bytes:
    return content + bytes(4096)


def damaged(content: bytes) -> bytes:
    return content[:100] + bytes([content[100] ^ 255]) + content[101:]


def foreign(_: bytes) -> bytes:
    return gzip.compress(b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n")


@pytest.mark.parametrize("change", [zeros, damaged, foreign, lambda _: b"no gzip at all"])
def test_what_is_not_ours_or_is_broken_stays_as_it_is(
    whole: Path, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    """A new file is begun beside it."""
    path = tmp_path / whole.name
    path.write_bytes(change(whole.read_bytes()))
    before = path.read_bytes()
    write(tmp_path)
    assert path.read_bytes() == before
    assert [file.name for file in find_warc_files(tmp_path)] == [
        "2026-11-26-1.warc.gz",
        "2026-11-26-2.warc.gz",
    ]


@pytest.mark.parametrize("deed", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_left_alone(tmp_path: Path, deed: Callable[[Path], None]) -> None:
    """A pipe is not waited for either."""
    deed(tmp_path / "2026-11-26-1.warc.gz")
    write(tmp_path)
    assert (tmp_path / "2026-11-26-2.warc.gz").stat().st_size > 500


NOISE = bytes(n * n * 7 % 251 for n in range(300))


@pytest.mark.parametrize("content", [NOISE, b"WARC/1.0\r\nWARC-"], ids=["noise", "warc-1.0"])
def test_half_of_another_programs_file_is_not_cut_off(tmp_path: Path, content: bytes) -> None:
    """As a broken-off download leaves it: there is no whole record that would say whose it is."""
    path = tmp_path / "2026-11-26-1.warc.gz"
    half = gzip.compress(content, mtime=0)[:-9]
    path.write_bytes(half)
    write(tmp_path)
    assert path.read_bytes() == half
    assert len(find_warc_files(tmp_path)) == 2


def test_a_file_with_another_name_inside_is_not_written_to(whole: Path, tmp_path: Path) -> None:
    """It was renamed, or exchanged with another one, and the archive knows one of this name."""
    path = tmp_path / "2026-11-25-1.warc.gz"
    shutil.copy(whole, path)
    write(tmp_path, known={path.name: 900})
    assert path.read_bytes() == whole.read_bytes()
    assert len(find_warc_files(tmp_path)) == 2


def test_a_file_of_a_day_to_come_does_not_make_every_run_begin_one(tmp_path: Path) -> None:
    """It is full, by a clock that was wrong: what the last run has begun is gone on with."""
    exchange = an_exchange()
    exchange.sent_at = datetime(2030, 1, 1, tzinfo=UTC)
    write(tmp_path, *[exchange] * 9)
    full = tmp_path / "2030-01-01-1.warc.gz"
    most = full.stat().st_size
    known = {full.name: most}
    for _ in range(3):
        write(tmp_path, known=known, most=most)
        path = tmp_path / "2026-11-26-1.warc.gz"
        known[path.name] = path.stat().st_size
    assert find_warc_files(tmp_path) == [path, full]
    assert kinds(path) == ["warcinfo", "response", "request"] * 3


def test_a_full_file_is_followed_by_the_next(tmp_path: Path) -> None:
    write(tmp_path, *[an_exchange()] * 5, most=2000)
    files = find_warc_files(tmp_path)
    assert [path.name for path in files] == [f"2026-11-26-{n}.warc.gz" for n in (1, 2, 3)]
    for path in files:
        assert kinds(path)[0] == "warcinfo"
        assert path.stat().st_size < 2000 + 1500
    answers = [kind for path in files for kind in kinds(path) if kind == "response"]
    assert len(answers) == 5


def test_the_name_of_a_file_that_was_moved_away_is_not_taken(tmp_path: Path) -> None:
    write(tmp_path, known={"2026-11-26-1.warc.gz": 5000})
    assert [path.name for path in find_warc_files(tmp_path)] == ["2026-11-26-2.warc.gz"]


def test_names_are_in_order(tmp_path: Path) -> None:
    for name in ("2026-11-26-10", "2026-11-26-9", "2025-01-01-11", "mine", "2026-11-26-1"):
        (tmp_path / f"{name}.warc.gz").touch()
    names = [path.name for path in find_warc_files(tmp_path)]
    assert names == [
        *("2025-01-01-11.warc.gz", "2026-11-26-1.warc.gz", "2026-11-26-9.warc.gz"),
        "2026-11-26-10.warc.gz",
    ]
    assert next_name("2026-11-26", names) == "2026-11-26-11.warc.gz"
    assert next_name("2026-11-27", names) == "2026-11-27-1.warc.gz"


def test_a_folder_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, also by those that only read; one that is not there has no files."""

    def refuse(_: Path) -> Any:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    assert find_warc_files(tmp_path / "nowhere") == []
    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(StoreError, match=f"cannot read {tmp_path}: Permission denied"):
        find_warc_files(tmp_path)
    with pytest.raises(StoreError, match=f"cannot read {tmp_path}: Permission denied"):
        a_writer(tmp_path)


# --- Errors ---------------------------------------------------------------------------------------


def test_a_disk_that_fills_up_leaves_no_half_a_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = a_writer(tmp_path)
    writer.append(an_exchange())
    (path,) = find_warc_files(tmp_path)
    before, write_some = path.read_bytes(), os.pwrite
    room = [100]

    def pwrite(descriptor: int, data: bytes, offset: int) -> int:
        taken = min(len(data), room[0])
        room[0] -= taken
        if not taken:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write_some(descriptor, data[:taken], offset)

    monkeypatch.setattr(os, "pwrite", pwrite)
    with pytest.raises(StoreError, match=f"cannot write {path}: No space left on device"):
        writer.append(an_exchange())
    assert path.read_bytes() == before
    room[0] = 10**6
    place = writer.append(an_exchange())
    writer.close()
    assert place is not None
    assert place.offset == len(before)
    assert kinds(path) == ["warcinfo", *["response", "request"] * 2]


#: How often a run of one exchange behind half a record calls each.
CALLS = {"open": 2, "ftruncate": 1, "fsync": 3, "pwrite": 2}


@pytest.mark.parametrize(
    ("name", "nth"), [(name, nth) for name, most in CALLS.items() for nth in range(1, most + 1)]
)
def test_an_error_of_the_disk_at_any_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, nth: int
) -> None:
    """And at all later ones, so that nothing can be undone: the next run goes on."""
    write(tmp_path)
    (path,) = find_warc_files(tmp_path)
    before = path.read_bytes()
    path.write_bytes(before + before[:50])
    with monkeypatch.context() as patch:
        calls, call = [0], getattr(os, name)

        def fail(*arguments: Any) -> Any:
            calls[0] += 1
            if calls[0] >= nth:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return call(*arguments)

        patch.setattr(os, name, fail)
        with pytest.raises(StoreError, match=f"{path}: {os.strerror(errno.EIO)}"):
            write(tmp_path)
    write(tmp_path)
    assert find_warc_files(tmp_path) == [path]
    assert path.read_bytes().startswith(before)
    assert whole_end(path) == path.stat().st_size
    assert kinds(path)[-3:] == ["warcinfo", "response", "request"]


def remove(path: Path) -> None:
    path.unlink()


def exchange(path: Path) -> None:
    shutil.copy(path, path.with_suffix(".copy"))
    path.with_suffix(".copy").replace(path)


def lengthen(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x")


@pytest.mark.parametrize(
    ("deed", "words"),
    [(remove, "deleted"), (exchange, "put in the place of the right one"), (lengthen, "changed")],
)
def test_a_file_that_another_program_touches_is_not_written_to(
    tmp_path: Path, deed: Callable[[Path], None], words: str
) -> None:
    writer = a_writer(tmp_path)
    writer.append(an_exchange())
    (path,) = find_warc_files(tmp_path)
    deed(path)
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(StoreError, match=f"was {words} while the run was writing"):
        writer.append(an_exchange())
    assert writer.find_exchanged() is not None
    writer.close()
    assert (path.read_bytes() if path.exists() else None) == before


# --- What an answer is ----------------------------------------------------------------------------


def test_interim_answers_are_answers_of_their_own() -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    assert split_answers(hints + hints + ANSWER) == [hints, hints, ANSWER]
    assert split_answers(hints[:-2]) == [hints[:-2]]
    switch = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
    assert split_answers(switch + b"x") == [switch + b"x"]


def test_what_stands_behind_the_last_chunk_is_none_of_it() -> None:
    """Nor behind its trailers; what has no end is kept as it came."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    for end in (b"0\r\n\r\n", b"0\r\nX: y\r\n\r\n", b"0\n\n"):
        whole = head + b"3\r\nabc\r\n" + end
        assert split_answers(whole + ANSWER) == [whole]
        assert split_answers(whole[:-1]) == [whole[:-1]]


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_an_answer_without_a_body_has_none(status: bytes) -> None:
    """Whatever length it announces: what follows on the connection is another answer."""
    answer = ANSWER.partition(b"\r\n\r\n")[0].replace(b"200 OK", status) + b"\r\n\r\n"
    assert split_answers(answer + ANSWER) == [answer]


LINES = (
    b"HTTP/1.1 200 OK\r\n|HTTP/1.0 304 Not|HTTP/1.1 103 E|HTTP/1.1 20|WARC/1.1\r\n|X: y|no colon"
)
FIELDS = b"Content-Length: 3|content-length:9|Content-Encoding: br|Transfer-Encoding: chunked|: "
ENDS = b"\r\n|\n|\n\n|\r\n\r\n|\r|\n\x0c\n|\n\x1c\n|\n\xa0\n|\n\xc2\x85\n| |\t| folded|\0|\xe6\xad"
BODIES = b"3\r\nabc\r\n0\r\n\r\n|0\r\n|abc|\x1f\x8b|" + b"x" * 3000
ODD = b"|".join([LINES, FIELDS, ENDS, BODIES]).split(b"|")


@given(some.lists(some.sampled_from(ODD), min_size=1, max_size=12).map(b"".join))
def test_odd_answers_are_read_back_as_they_are(received: bytes) -> None:
    """With both libraries, whose digests are right; where they differ, there is none."""
    exchange = an_exchange(received)
    members, _ = exchange_members(exchange, "<urn:uuid:1>", None)
    written = [*split_answers(received), exchange.request]
    for member, block in zip(members, written, strict=True):
        (found,) = [x.reader.read() for x in ArchiveIterator(BytesIO(member), parse_http=False)]
        assert found == block
        assert fault_of_record(member) is None
    for record in WarcioIterator(BytesIO(b"".join(members)), check_digests=True):
        record.raw_stream.read()
        assert record.digest_checker.passed is not False
    body_sha256(first_record(as_record(written[-2])), 10**6)  # raises nothing


def test_what_stands_behind_the_announced_length_is_none_of_it() -> None:
    assert split_answers(ANSWER + b"more") == [ANSWER]
    coded = ANSWER.replace(b"Content", b"Transfer-Encoding: chunked\r\nContent") + b"more"
    assert split_answers(coded) == [coded]
    endless = ANSWER.replace(b"4", b"4" * 5000)
    assert split_answers(endless) == [endless], "a length that is none"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (ANSWER, 200),
        (b"HTTP/1.0 404", 404),
        (b"HTTP/1.1 20", None),
        (b"SSH-2.0", None),
        (b"", None),
    ],
)
def test_status(answer: bytes, status: int | None) -> None:
    assert status_of(answer) == status


@given(some.binary(max_size=200), some.integers(1, 50), some.sampled_from([b"", b";a=b"]))
def test_chunks_are_put_together(body: bytes, size: int, extension: bytes) -> None:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    chunked = b"".join(b"%X%b\r\n%b\r\n" % (len(p), extension, p) for p in pieces)
    assert without_chunks(chunked + b"0\r\n\r\n") == body
    assert without_chunks(chunked + b"0\r\nX: y\r\n\r\n") == body
    with pytest.raises(OSError, match="not whole"):
        without_chunks(chunked)


def test_the_body_is_hashed_without_its_encodings() -> None:
    page = ("正文" * 500).encode()
    packed = gzip.compress(page[:300]) + gzip.compress(page[300:])
    plain = b"HTTP/1.1 200 OK\r\n\r\n" + page
    gzipped = b"HTTP/1.1 200 OK\r\ncontent-encoding:X-GZIP\r\n\r\n" + packed
    digests = {body_sha256(first_record(as_record(answer)), 10**6) for answer in (plain, gzipped)}
    assert len(digests) == 1
    assert None not in digests
    assert body_sha256(first_record(as_record(gzipped)), len(page) - 1) is None, "too large"
    assert read_payload(first_record(as_record(gzipped))) == packed


@pytest.mark.parametrize("name", ["g\xc2\x9bz\xc2\x85", "x-unknown", "gzip, 编码"])
def test_a_body_in_an_unknown_encoding_has_no_hash(name: str) -> None:
    answer = f"HTTP/1.1 200 OK\r\nContent-Encoding: {name}\r\n\r\n".encode() + gzip.compress(b"x")
    assert body_sha256(first_record(as_record(answer)), 10**6) is None


def test_identity_is_no_encoding() -> None:
    heads = (b"", b"Content-Encoding: identity\r\n")
    answers = (b"HTTP/1.1 200 OK\r\n" + head + b"\r\nx" for head in heads)
    assert len({body_sha256(first_record(as_record(answer)), 10) for answer in answers}) == 1


def test_no_record_at_all() -> None:
    assert read_fields(b"no record") == {}
    assert list(MemberWalk(BytesIO(b""))) == []
    two = gzip.compress(b"a") + gzip.compress(b"b")
    assert [member.length for member in MemberWalk(BytesIO(two))] == [len(two) // 2] * 2
    assert list(MemberWalk(BytesIO(two), len(two) // 2)) == [Member(len(two) // 2, len(two) // 2)]
