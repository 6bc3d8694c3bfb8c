"""Captures: references to earlier ones, what is mended at the start of a run, what verify finds."""

from __future__ import annotations

import gzip
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from archived import an_article
from fastwarc.warc import ArchiveIterator
from hypothesis import given
from hypothesis import strategies as some
from scrapy import Request
from test_warc_files import ABOUT, DAY, URL, an_exchange

from archiver.network.exceptions import Stopped
from archiver.network.requests import CAPTURE
from archiver.network.stop import Stop
from archiver.run.capture_log import CaptureLog
from archiver.run.warc_options import WarcOptions
from archiver.store.archive import Archive
from archiver.store.captures import note_article
from archiver.store.read_only import open_for_reading
from archiver.store.sqlite import close_archive
from archiver.verify.checks import Checks
from archiver.warc.exchange import Exchange
from archiver.warc.member_walk import MemberWalk

#: So that it has more than 1,000 bytes when it is compressed.
PAGE = "，".join(f"正文{n * n * 7919}" for n in range(900)).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"


def answer(page: bytes = PAGE, level: int = 6) -> bytes:
    body = gzip.compress(page, level, mtime=0)
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body


def chunked(page: bytes = PAGE) -> bytes:
    body = gzip.compress(page, 6, mtime=0)
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


def plain(page: bytes = PAGE, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(page), page)


@dataclass
class Kept:
    """An archive and its WARC files, written in runs of one or more answers."""

    folder: Path
    archive: Archive
    stop: Stop = field(default_factory=Stop)

    @property
    def warc(self) -> Path:
        return self.folder / "warc"

    @property
    def files(self) -> list[Path]:
        return sorted(self.warc.glob("*.warc.gz"))

    def run(self, *answers: bytes | Exchange, most: int = 10**6) -> list[Any]:
        """One run, a day after the last one; returns what it noted in the requests."""
        options = WarcOptions(self.warc, most, ABOUT, 10**6)
        log = CaptureLog(self.archive, options, self.stop)
        log.run_id = self.archive.runs.start("normal", "2026-11-26T09:00:00+00:00")
        noted = []
        for sent in answers:
            exchange = sent if isinstance(sent, Exchange) else an_exchange(sent)
            exchange.sent_at = DAY + timedelta(days=log.run_id)
            request = Request(URL)
            log.keep(request, exchange)
            noted.append(request.meta[CAPTURE])
        assert log.close() is None
        self.archive.runs.finish(log.run_id, {"ending": "finished"})
        return noted

    def rows(self, columns: str) -> list[tuple[Any, ...]]:
        query = f"SELECT {columns} FROM captures ORDER BY id"
        return list(self.archive.db.execute(query).fetchall())

    def faults(self) -> list[str]:
        points = Checks(self.archive.db, None).of_warc(self.warc)
        return [f"{point.name} {point.differ}: {point.first}" for point in points if point.differ]

    def records(self, path: Path) -> list[tuple[dict[str, str], bytes]]:
        found = ArchiveIterator(str(path), parse_http=False)
        return [(record.headers.to_dict(), record.reader.read()) for record in found]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    archive = Archive.open(tmp_path / "kexue.db")
    yield Kept(tmp_path, archive)
    close_archive(archive.db)


# --- References to earlier captures --------------------------------------------------------------


@pytest.mark.parametrize("again", [answer, chunked])
def test_the_same_payload_is_referred_to(kept: Kept, again: Callable[[], bytes]) -> None:
    """Whatever chunks it came in; with its own header, which is kept whole."""
    assert kept.run(answer()) == [1]
    assert kept.run(again()) == [2]
    assert kept.run(again()) == [3]
    assert kept.rows("id, refers_to, status") == [(1, None, 200), (2, 1, 200), (3, 1, 200)]
    assert len({sha256 for (sha256,) in kept.rows("body_sha256")}) == 1
    assert kept.faults() == []
    (path,) = kept.files
    _, (first, _), _, _, (fields, block), _, *_ = kept.records(path)
    assert fields["WARC-Type"] == "revisit"
    assert fields["WARC-Profile"].endswith("/warc/1.1/revisit/identical-payload-digest")
    assert fields["WARC-Refers-To"] == first["WARC-Record-ID"]
    assert fields["WARC-Refers-To-Date"] == first["WARC-Date"] != fields["WARC-Date"]
    assert fields["WARC-Refers-To-Target-URI"] == URL
    assert fields["WARC-Payload-Digest"] == first["WARC-Payload-Digest"]
    assert block == again()[: again().index(b"\r\n\r\n") + 4]


def other_level() -> bytes:
    return answer(level=1)


def other_page() -> bytes:
    return answer(PAGE + "。".encode())


def other_status() -> bytes:
    return answer().replace(b"200 OK", b"404 Not Found")


@pytest.mark.parametrize("again", [other_level, other_page, other_status])
def test_another_payload_is_kept_whole(kept: Kept, again: Callable[[], bytes]) -> None:
    """The same page in another compression, too: those bytes are nowhere else."""
    kept.run(plain(answer()), answer())
    kept.run(again())
    assert kept.rows("refers_to") == [(None,)] * 3
    assert kept.faults() == []


def test_a_short_payload_is_kept_whole(kept: Kept) -> None:
    kept.run(plain(b"x" * 999))
    kept.run(plain(b"x" * 999))
    assert kept.rows("refers_to") == [(None,)] * 2


def test_what_broke_off_is_no_earlier_capture(kept: Kept) -> None:
    cut = an_exchange(plain()[:-1], truncated="disconnect")
    kept.run(cut)
    kept.run(plain(), cut)
    assert kept.rows("refers_to, truncated, body_sha256 IS NULL") == [
        (None, "disconnect", 1), (None, None, 0), (None, "disconnect", 1),
    ]  # fmt: skip


def test_nothing_is_referred_to_that_is_not_there(kept: Kept) -> None:
    """A file that was moved away, or is damaged."""
    kept.run(plain(), most=100)
    (path,) = kept.files
    path.rename(kept.folder / "moved")
    kept.run(plain(), most=100)
    assert kept.rows("warc, refers_to") == [
        ("2026-11-27-1.warc.gz", None),
        ("2026-11-28-1.warc.gz", None),
    ]
    (fault,) = kept.faults()
    assert fault.startswith("captures 1: 2026-11-27-1.warc.gz, byte ")
    assert fault.endswith(": the file is missing; put it back")


def test_a_request_without_an_answer(kept: Kept) -> None:
    """It is kept; a request that was not even sent is not."""
    silent = an_exchange(b"", truncated="time")
    assert kept.run(silent, an_exchange(b"", request=b"")) == [None, None]
    assert kept.rows("id") == []
    (path,) = kept.files
    assert [fields["WARC-Type"] for fields, _ in kept.records(path)] == ["warcinfo", "request"]
    assert kept.faults() == []


# --- Transactions ---------------------------------------------------------------------------------


def test_the_next_write_stores_them(kept: Kept) -> None:
    log = CaptureLog(kept.archive, WarcOptions(kept.warc, 10**6, ABOUT, 10**6), kept.stop)
    log.run_id = kept.archive.runs.start("normal", "2026-11-26T09:00:00+00:00")
    request = Request(URL)
    log.keep(request, an_exchange(plain()))
    log.keep(Request(URL), an_exchange(plain(b"other")))
    assert kept.rows("id") == []
    article = an_article(capture=request.meta[CAPTURE])
    kept.archive.save_article(article, URL)
    assert kept.rows("id, article_id, run_id") == [(1, 6583, log.run_id), (2, None, log.run_id)]
    assert kept.archive.writes.unsaved == []
    log.close()


def test_a_write_that_fails_stores_none(kept: Kept) -> None:
    """They are kept for the next one, with the article that failed made of nothing."""
    kept.run(plain())
    kept.archive.db.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON articles BEGIN SELECT raise(ABORT, 'full'); END"
    )
    log = CaptureLog(kept.archive, WarcOptions(kept.warc, 10**6, ABOUT, 10**6), kept.stop)
    log.keep(Request(URL), an_exchange(plain(b"other")))
    with pytest.raises(sqlite3.IntegrityError, match="full"):
        kept.archive.save_article(an_article(capture=2), URL)
    assert kept.rows("id") == [(1,)]
    kept.archive.save_failure(URL, 6583, "full")
    assert kept.rows("id, article_id") == [(1, None), (2, None)]
    log.close()


def test_an_article_that_is_not_archived_was_made_of_nothing(kept: Kept) -> None:
    """A number that a foreign key would refuse; the transaction goes through."""
    kept.run(plain())
    with kept.archive.db.atomic():
        note_article(kept.archive.db, 1, 6583)
    assert kept.rows("article_id") == [(None,)]


# --- Errors ---------------------------------------------------------------------------------------


def test_what_cannot_be_kept_is_not_used(kept: Kept) -> None:
    log = CaptureLog(kept.archive, WarcOptions(kept.warc, 10**6, ABOUT, 10**6), kept.stop)
    log.keep(Request(URL), an_exchange(plain()))
    (path,) = kept.files
    path.unlink()
    request = Request(URL)
    with pytest.raises(Stopped):
        log.keep(request, an_exchange(plain()))
    assert request.meta[CAPTURE] is None
    assert str(kept.stop.reason).startswith(f"{path} was deleted while the run was writing")
    assert str(log.close()).startswith(f"{path} was deleted")
    log.keep(request, an_exchange(plain()))  # the run is over
    assert len(kept.archive.writes.unsaved) == 1


def test_captures_that_a_shorter_file_lacks_are_forgotten(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    """Of an older copy that was put back, those that refer to them too."""
    kept.run(plain(b"a" * 2000))
    (path,) = kept.files
    older = path.read_bytes()
    kept.run(plain(b"b" * 2000), plain(b"a" * 2000))
    kept.run(plain(b"b" * 2000))
    path.write_bytes(older)
    kept.run(plain(b"c" * 2000))
    assert kept.rows("id, refers_to") == [(1, None), (5, None)]
    assert f"{path} is shorter than it was; 3 captures are forgotten" in caplog.text
    assert kept.faults() == []


def test_captures_of_an_exchanged_file_are_not_forgotten(kept: Kept) -> None:
    """A shorter one has its name, and is another one: the right one may come back."""
    kept.run(plain(b"a" * 2000), plain(b"b" * 2000), most=0)
    first, second = kept.files
    kept.run(plain(os.urandom(5000)), most=0)
    longest = kept.files[-1]
    before = {path: path.read_bytes() for path in kept.files}
    longest.write_bytes(before[first])
    kept.run(plain(b"c" * 2000))
    assert longest.read_bytes() == before[first]
    assert kept.rows("id") == [(1,), (2,), (3,), (4,)]
    assert any(longest.name in fault for fault in kept.faults())
    longest.write_bytes(before[longest])
    assert second.read_bytes() == before[second]
    assert kept.faults() == []


def test_a_header_in_which_readers_differ(kept: Kept) -> None:
    """Nobody can say where its body begins: the bytes are kept, no hash is made, none refers."""
    odd = b"HTTP/1.1 200 OK\r\nX: y\r\n \r\nZ: y\r\n\r\n" + PAGE
    kept.run(odd)
    kept.run(odd)
    assert kept.rows("refers_to, body_sha256") == [(None, None)] * 2
    assert kept.faults() == []
    (path,) = kept.files
    assert sum(block == odd for _, block in kept.records(path)) == 2


# --- What verify finds ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """The folder of two runs, of which the second refers to the first, and its WARC file."""
    folder = tmp_path_factory.mktemp("two")
    kept = Kept(folder, Archive.open(folder / "kexue.db"))
    kept.run(plain())
    kept.run(plain())
    close_archive(kept.archive.db)
    (path,) = kept.files
    return folder, path.read_bytes()


def change(sql: str) -> Callable[[Kept], None]:
    def do(kept: Kept) -> None:
        kept.archive.db.execute("PRAGMA foreign_keys = OFF")
        kept.archive.db.execute(sql)

    return do


def flip(at: int) -> Callable[[Kept], None]:
    def do(kept: Kept) -> None:
        (path,) = kept.files
        content = bytearray(path.read_bytes())
        content[at] ^= 255
        path.write_bytes(content)

    return do


def cut(kept: Kept) -> None:
    (path,) = kept.files
    path.write_bytes(path.read_bytes()[:-5])


def two_in_one(kept: Kept) -> None:
    """Right records, in one member: nobody can read the second one by its place."""
    (path,) = kept.files
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes())))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (flip(200), ["WARC 1: 2026-11-27-1.warc.gz, byte 0: damaged"]),
        (flip(700), ["WARC 1: ", "captures 2: 2026-11-27-1.warc.gz, byte ", ": no whole record"]),
        (cut, ["WARC 1: 2026-11-27-1.warc.gz, byte ", "half a record"]),
        (two_in_one, ["WARC 1: ", "records in one gzip member", "captures 2: "]),
        (change("UPDATE captures SET offset = offset + 1 WHERE id = 1"), ["captures 2: "]),
        (change("UPDATE captures SET length = length - 1 WHERE id = 2"), ["no whole record"]),
        (change("UPDATE captures SET url = 'https://kexue.fm/x' WHERE id = 2"), ["WARC-Target"]),
        (change("UPDATE captures SET fetched_at = '2026-01-01T00:00:00+00:00'"), ["WARC-Date"]),
        (change("UPDATE captures SET body_sha256 = 'ab'"), ["the body is not the one"]),
        (change("UPDATE captures SET body_sha256 = 'ab' WHERE id = 2"), ["another body"]),
        (change("UPDATE captures SET status = 404"), ["the status is 200, not 404"]),
        (change("UPDATE captures SET refers_to = NULL"), ["WARC-Type is revisit, not response"]),
        (change("UPDATE captures SET truncated = 'time'"), ["WARC-Truncated is None, not time"]),
        (change("DELETE FROM runs"), ["run 1 is not in the table runs"]),
        (change("DELETE FROM captures WHERE id = 1"), ["captures 1: ", "another body"]),
    ],
)
def test_damage_is_named(kept: Kept, damage: Callable[[Kept], None], words: list[str]) -> None:
    kept.run(plain())
    kept.run(plain())
    assert kept.faults() == []
    damage(kept)
    said = "; ".join(kept.faults())
    for word in words:
        assert word in said


@given(some.data())
def test_any_changed_byte_is_found(two_runs: tuple[Path, bytes], data: some.DataObject) -> None:
    """But for the six bytes of each gzip header that mean nothing: time, level and system."""
    folder, content = two_runs
    at = data.draw(some.integers(0, len(content) - 1))
    members = list(MemberWalk(BytesIO(content)))
    (member,) = [m for m in members if m.offset <= at < m.offset + m.length]
    (path,) = (folder / "warc").glob("*.warc.gz")
    path.write_bytes(content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :])
    with closing(open_for_reading(folder / "kexue.db")) as db:
        points = Checks(db, None).of_warc(folder / "warc")
    is_unused = 4 <= at - member.offset < 10
    assert any(point.differ for point in points) is not is_unused


def test_half_a_record_of_a_run_that_goes_on_is_a_remark(kept: Kept) -> None:
    kept.run(plain())
    (path,) = kept.files
    with path.open("ab") as file:
        file.write(b"\x1f\x8b")
    kept.archive.runs.start("normal", "2026-11-28T09:00:00+00:00")
    assert kept.faults() == []
    warc, _ = Checks(kept.archive.db, None).of_warc(kept.warc)
    assert str(warc.remark).startswith(f"{path.name} ends in half a record")


def test_articles_that_were_made_of_no_capture_are_counted(kept: Kept) -> None:
    kept.archive.save_article(an_article(), URL)
    kept.run(plain())
    _, captures = Checks(kept.archive.db, None).of_warc(kept.warc)
    assert str(captures.remark).startswith("articles without a capture: 1 (")


def test_with_ids_only_their_captures_are_looked_at(kept: Kept) -> None:
    kept.run(plain(), plain(b"other"))
    kept.archive.save_article(an_article(capture=1), URL)
    (captures,) = Checks(kept.archive.db, frozenset({6583})).of_warc(kept.warc)
    assert (captures.name, captures.compared) == ("captures", 1)


def test_an_archive_without_warc_files(kept: Kept) -> None:
    """One that was made before there were any, or with KEXUE_WARC=0: nothing differs."""
    kept.archive.save_article(an_article(), URL)
    points = Checks(kept.archive.db, None).of_warc(kept.warc)
    assert [(p.name, p.compared, p.differ, p.remark) for p in points] == [
        ("WARC", 0, 0, None),
        ("captures", 0, 0, None),
    ]


def test_the_database_alone_tells_where_all_of_it_is(kept: Kept) -> None:
    """As docs/data-format.md says."""
    kept.run(plain())
    with closing(sqlite3.connect(kept.folder / "kexue.db")) as db:
        warc, offset, length = db.execute("SELECT warc, offset, length FROM captures").fetchone()
    content = (kept.warc / warc).read_bytes()[offset : offset + length]
    assert gzip.decompress(content).endswith(plain() + b"\r\n\r\n")
