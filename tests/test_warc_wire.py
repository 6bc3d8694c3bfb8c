"""What a crawl writes to the WARC files is what went over the wire, byte for byte."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from crawling import crawl, rows_of
from fastwarc.warc import ArchiveIterator
from replica import make_posts
from rig import recorded
from rig.recorded import Recorded, RecordingReplica
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from archiver.store.read_only import open_for_reading
from archiver.verify.checks import Checks

#: Archive id → the manner in which its page is sent.
MANNERS = {
    101: recorded.gzipped_in_chunks,
    102: recorded.brotli_by_length,
    103: recorded.deflated,
    104: recorded.http_1_0,
    105: recorded.odd_header,
    106: recorded.after_early_hints,
    107: recorded.not_modified,
    108: recorded.empty,
    109: recorded.cut_off,
    110: recorded.cut_off_in_a_chunk,
    111: recorded.cut_off_in_the_header,
    112: recorded.not_http,
    113: recorded.not_gzip,
    114: recorded.moved,
}
#: Those whose page can be read.
READ = (101, 102, 103, 104, 105, 106)
TRUNCATED = {109, 110, 111, 112}
#: Those that end with the connection.
CLOSED = {104, *TRUNCATED}


@dataclass
class Traffic:
    """What the server has noted, and what the archive has of it."""

    folder: Path
    sent: list[Recorded]

    @property
    def files(self) -> list[Path]:
        return sorted((self.folder / "warc").glob("*.warc.gz"))

    def captures(self, columns: str) -> list[tuple[Any, ...]]:
        return rows_of(self.folder, f"SELECT {columns} FROM captures ORDER BY id")


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Traffic:
    """A crawl of every kind of answer, through a gate, each asked for once."""
    folder = tmp_path_factory.mktemp("wire") / "data"
    wanted = ",".join(map(str, [*MANNERS, 999]))
    with RecordingReplica(make_posts(len(MANNERS)), gate="script") as replica:
        for article, manner in MANNERS.items():
            replica.odd(f"^/archives/{article}$", manner, closes=article in CLOSED)
        values = {"RETRY_TIMES": 0, "KEXUE_BREAKER": 0}
        assert crawl(replica.base_url, folder, f"ids={wanted}", **values).status == 1
        return Traffic(folder, list(replica.exchanges))


def with_fastwarc(path: Path, kind: str) -> list[tuple[str, bytes]]:
    """Address and block of the records of a kind, read with FastWARC."""
    return [
        (record.headers["WARC-Target-URI"], record.reader.read())
        for record in ArchiveIterator(str(path), parse_http=False)
        if record.headers["WARC-Type"] == kind
    ]


def with_warcio(path: Path, kind: str) -> list[tuple[str, bytes]]:
    """The same, read with warcio."""
    with path.open("rb") as file:
        return [
            (record.rec_headers.get_header("WARC-Target-URI"), record.raw_stream.read())
            for record in WarcioIterator(file, no_record_parse=True)
            if record.rec_type == kind
        ]


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def test_the_server_has_seen_all_kinds(traffic: Traffic) -> None:
    """Else the other tests prove nothing."""
    paths = [seen.path for seen in traffic.sent]
    assert paths[:2] == ["/robots.txt", "/robots.txt"], "the gate, then the rules"
    assert {f"/archives/{article}" for article in [*MANNERS, 999]} <= set(paths)
    assert "/archives/101/" in paths, "the redirect was followed"


@pytest.mark.parametrize("read", [with_fastwarc, with_warcio])
def test_what_is_kept_is_what_went_over_the_wire(traffic: Traffic, read: Any) -> None:
    """Header lines, chunks, compression; what broke off as far as it came; interim answers."""
    (path,) = traffic.files
    requests = [(path_of(url), block) for url, block in read(path, "request")]
    assert requests == [(seen.path, seen.request) for seen in traffic.sent]
    assert b"X-Kexue" not in b"".join(block for _, block in requests)
    answers = [(path_of(url), block) for url, block in read(path, "response")]
    expected = []
    for seen in traffic.sent:
        hints, mark, rest = seen.answer.partition(b"rel=preload\r\n\r\n")
        parts = [hints + mark, rest] if mark else [seen.answer]
        expected += [(seen.path, part) for part in parts]
    assert answers == expected


def test_the_table_says_where_each_answer_is(traffic: Traffic) -> None:
    rows = traffic.captures("url, status, body_sha256, truncated, warc, offset, length")
    assert [path_of(row[0]) for row in rows] == [seen.path for seen in traffic.sent]
    for seen, (_, status, _, _, warc, offset, length) in zip(traffic.sent, rows, strict=True):
        member = (traffic.folder / "warc" / warc).read_bytes()[offset : offset + length]
        path = traffic.folder / "one.warc.gz"
        path.write_bytes(member)
        ((_, block),) = with_fastwarc(path, "response")
        assert seen.answer.endswith(block)
        words = block.split(None, 2)
        assert status == (int(words[1]) if words[0].startswith(b"HTTP/") else None)


def test_the_hash_is_that_of_the_page(traffic: Traffic) -> None:
    """Without chunks and compression: of the page that the blog shows."""
    pages = {seen.path: seen.page for seen in traffic.sent}
    found = {path_of(url): sha256 for url, sha256 in traffic.captures("url, body_sha256")}
    for article in READ:
        path = f"/archives/{article}"
        assert found[path] == hashlib.sha256(pages[path]).hexdigest(), path
    nothing = hashlib.sha256(b"").hexdigest()
    assert found["/archives/107"] == found["/archives/108"] == nothing
    assert found["/archives/113"] is None, "it cannot be unpacked"


def test_what_broke_off_is_marked(traffic: Traffic) -> None:
    rows = traffic.captures("url, truncated, body_sha256")
    cut = {int(url.split("/")[-1]): (why, sha256) for url, why, sha256 in rows if why}
    assert cut == dict.fromkeys(TRUNCATED, ("disconnect", None))


def test_an_article_says_of_which_capture_it_was_made(traffic: Traffic) -> None:
    rows = traffic.captures("article_id, url")
    made = {article: path_of(url) for article, url in rows if article}
    expected = {article: f"/archives/{article}" for article in READ}
    assert made == expected
    archived = rows_of(traffic.folder, "SELECT id FROM articles ORDER BY id")
    assert sorted(made) == [article for (article,) in archived]


def test_verify_finds_nothing_wrong(traffic: Traffic) -> None:
    db = open_for_reading(traffic.folder / "kexue.db")
    points = Checks(db, None).of_warc(traffic.folder / "warc")
    db.close()
    assert [(point.name, point.differ, point.first) for point in points] == [
        ("WARC", 0, None),
        ("captures", 0, None),
    ]
    (path,) = traffic.files
    told = len(with_fastwarc(path, "metadata"))
    # A warcinfo, an interim answer, the reasons of failures and the end of the run.
    assert points[0].compared == 2 * len(traffic.sent) + 2 + told
    assert points[1].compared == len(traffic.sent)


def test_what_did_not_end_well_says_why(traffic: Traffic) -> None:
    """Each answer that broke off has its reason in the words of the report, and the run its row."""
    (path,) = traffic.files
    *failures, (target, row) = with_fastwarc(path, "metadata")
    broken = {url for url, truncated in traffic.captures("url, truncated") if truncated}
    assert {url for url, _ in failures} == broken
    reasons = dict(rows_of(traffic.folder, "SELECT url, reason FROM failures"))
    for url, block in failures:
        told = json.loads(block.decode().removeprefix("failed: "))
        assert told["reason"] == reasons[url]
    assert target == "urn:kexue-archiver:run:1"
    ((ending,),) = rows_of(traffic.folder, "SELECT ending FROM runs")
    assert json.loads(row.decode().removeprefix("run: "))["row"]["ending"] == ending == "finished"


def test_the_records_say_how_they_were_made(traffic: Traffic) -> None:
    (path,) = traffic.files
    first, *others = [
        (record.headers.to_dict(), record.reader.read())
        for record in ArchiveIterator(str(path), parse_http=False)
    ]
    fields, block = first
    assert fields["WARC-Type"] == "warcinfo"
    assert fields["WARC-Filename"] == path.name
    about = dict(line.split(": ", 1) for line in block.decode().splitlines())
    assert about["software"].startswith("kexue-archiver/")
    assert about["operator"] == "kexue-archiver@example.org"
    assert about["conformsTo"].endswith("/warc-1.1/")
    assert '"RETRY_TIMES": "0"' in about["settings"]
    for other, _ in others:
        assert other["WARC-Warcinfo-ID"] == fields["WARC-Record-ID"]
        if other["WARC-Type"] in {"request", "response"}:
            assert other["WARC-IP-Address"] == "127.0.0.1"
    ids = {other["WARC-Record-ID"] for other, _ in others}
    concurrent = [o["WARC-Concurrent-To"] for o, _ in others if o["WARC-Type"] == "request"]
    assert len(concurrent) == len(set(concurrent)) == len(traffic.sent)
    assert set(concurrent) <= ids
