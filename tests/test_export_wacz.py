"""WACZ files: what is in them, what is left out, and what happens to a file that is there."""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
import resource
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import surt
from archived import an_article
from hypothesis import given
from hypothesis import strategies as some
from test_captures import PAGE, Kept, answer, chunked, kept, plain
from test_warc_files import an_exchange

from archiver.reading.exports.job import Job, Outcome
from archiver.reading.exports.selection import Selection
from archiver.reading.exports.wacz.url_key import url_key
from archiver.reading.exports.wacz_file import write_wacz
from archiver.store.errors import StoreError
from archiver.warc.exchange import Exchange

__all__ = ["kept"]  # the fixture

BASE = "https://kexue.fm"
ARTICLE = f"{BASE}/archives/6583"


def at(path: str, received: bytes, **values: Any) -> Exchange:
    exchange = an_exchange(received, **values)
    exchange.url = BASE + path
    return exchange


def read(kept: Kept, *exchanges: Exchange, article: int = 6583) -> None:
    """A run in which the last exchange is the page of an article."""
    noted = kept.run(*exchanges)
    kept.archive.save_article(an_article(article, capture=noted[-1]), f"{BASE}/archives/{article}")


@pytest.fixture
def blog(kept: Kept) -> Kept:
    """An archive of two runs: in the second one the page of the article had not changed."""
    first = (at("/content.html", plain()), at("/", plain(b"home" * 300)))
    read(kept, *first, at("/archives/6583", answer()))
    read(kept, at("/archives/6583", chunked()))
    return kept


def export(kept: Kept, **options: Any) -> Outcome:
    target = options.pop("target", kept.folder / "blog.wacz")
    return write_wacz(Job(kept.archive.db, target, warc_folder=kept.warc, **options))


class Opened:
    """A WACZ file, read back."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as wacz:
            assert wacz.testzip() is None
            self.stored = [x.filename for x in wacz.infolist() if not x.compress_type]
            self.files = {name: wacz.read(name) for name in wacz.namelist()}

    @property
    def package(self) -> dict[str, Any]:
        package: dict[str, Any] = json.loads(self.files["datapackage.json"])
        return package

    @property
    def pages(self) -> list[dict[str, str]]:
        header, *pages = map(json.loads, self.files["pages/pages.jsonl"].splitlines())
        assert header["format"] == "json-pages-1.0"
        return pages

    @property
    def index(self) -> list[tuple[str, str, dict[str, str]]]:
        lines = gzip.decompress(self.files["indexes/index.cdx.gz"]).decode().splitlines()
        assert lines == sorted(lines)
        split = (line.split(" ", 2) for line in lines)
        return [(key, timestamp, json.loads(fields)) for key, timestamp, fields in split]


def opened(kept: Kept) -> Opened:
    return Opened(kept.folder / "blog.wacz")


# --- What is in it --------------------------------------------------------------------------------


def test_the_warc_files_are_in_it_as_they_are(blog: Kept) -> None:
    assert export(blog).written == 1
    wacz, (path,) = opened(blog), blog.files
    assert wacz.files[f"archive/{path.name}"] == path.read_bytes()
    assert wacz.stored == [f"archive/{path.name}", "indexes/index.cdx.gz"]


def test_each_line_of_the_index_leads_to_its_record(blog: Kept) -> None:
    export(blog)
    wacz = opened(blog)
    assert [(key, fields["mime"]) for key, _, fields in wacz.index] == [
        ("fm,kexue)/", ""),
        ("fm,kexue)/archives/6583", ""),
        ("fm,kexue)/archives/6583", "warc/revisit"),
        ("fm,kexue)/content.html", ""),
    ]
    for _, timestamp, fields in wacz.index:
        start, length = int(fields["offset"]), int(fields["length"])
        content = wacz.files[f"archive/{fields['filename']}"][start : start + length]
        record = gzip.decompress(content).decode("utf-8", "replace")
        assert f"WARC-Target-URI: {fields['url']}\r\n" in record
        assert f"WARC-Payload-Digest: {fields['digest']}\r\n" in record
        date = f"{timestamp[:4]}-{timestamp[4:6]}-{timestamp[6:8]}T{timestamp[8:10]}"
        assert f"WARC-Date: {date}" in record
    meta, block = wacz.files["indexes/index.idx"].decode().splitlines()
    assert meta == '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}'
    assert block.startswith("fm,kexue)/ 20261127093000 {")


def test_a_long_index_has_blocks(blog: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each can be unpacked by itself, and begins with the line that the list of blocks says."""
    monkeypatch.setattr("archiver.reading.exports.wacz.record_index._BLOCK", 3)
    export(blog)
    wacz = opened(blog)
    packed = wacz.files["indexes/index.cdx.gz"]
    blocks = [
        line.split(" ", 2) for line in wacz.files["indexes/index.idx"].decode().splitlines()[1:]
    ]
    sizes = []
    for key, timestamp, place in blocks:
        start, length = (json.loads(place)[name] for name in ("offset", "length"))
        block = packed[start : start + length]
        assert json.loads(place)["digest"] == f"sha256:{hashlib.sha256(block).hexdigest()}"
        lines = gzip.decompress(block).decode().splitlines()
        assert lines[0].startswith(f"{key} {timestamp} ")
        sizes.append(len(lines))
    assert sizes == [3, 1]


def test_the_pages_are_the_newest_of_each_article(blog: Kept) -> None:
    export(blog)
    assert opened(blog).pages == [
        {"id": "home", "url": f"{BASE}/", "ts": "2026-11-27T09:30:00Z", "title": "最新文章"},
        {
            "id": "index", "url": f"{BASE}/content.html", "ts": "2026-11-27T09:30:00Z",
            "title": "全部文章",
        },
        {"id": "6583", "url": ARTICLE, "ts": "2026-11-28T09:30:00Z", "title": "标题"},
    ]  # fmt: skip


def test_it_says_what_it_is(blog: Kept) -> None:
    export(blog)
    wacz = opened(blog)
    package = wacz.package
    assert package["wacz_version"] == "1.1.1"
    assert package["software"].startswith("kexue-archiver/")
    assert (package["mainPageUrl"], package["mainPageDate"]) == (
        f"{BASE}/",
        "2026-11-27T09:30:00Z",
    )
    for entry in package["resources"]:
        content = wacz.files[entry["path"]]
        assert entry["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert entry["bytes"] == len(content)
    seal = json.loads(wacz.files["datapackage-digest.json"])
    sha256 = hashlib.sha256(wacz.files["datapackage.json"]).hexdigest()
    assert seal == {"path": "datapackage.json", "hash": f"sha256:{sha256}"}


GATE = plain(b"<script>document.cookie='a=1'; window.location.href='/';</script>")


@pytest.mark.parametrize(
    "hidden",
    [
        at("/x", GATE),
        at("/x", b"HTTP/1.1 503 Busy\r\nContent-Length: 1\r\n\r\nx"),
        at("/x", b"HTTP/1.1 429 Wait\r\nContent-Length: 1\r\n\r\nx"),
        at("/x", b"HTTP/1.1 304 Not Modified\r\nETag: 1\r\n\r\n"),
        at("/x", plain()[:-1], truncated="disconnect"),
        at("/x", b"no HTTP at all"),
        at("/x", b"", truncated="time"),
    ],
)
def test_what_a_reader_must_not_get_in_place_of_a_page(blog: Kept, hidden: Exchange) -> None:
    """It is in the WARC files, and not in the index; nor is a request with its cookies."""
    hidden.request = b"GET /x HTTP/1.1\r\nCookie: secret\r\n\r\n"
    blog.run(hidden)
    export(blog)
    assert not any("/x" in key for key, _, _ in opened(blog).index)
    assert b"secret" not in gzip.decompress(opened(blog).files["indexes/index.cdx.gz"])


def test_a_page_that_says_that_there_is_nothing_is_shown(blog: Kept) -> None:
    blog.run(at("/archives/1", b"HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx"))
    hints = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    blog.run(at("/archives/2", hints + plain(b"two")))
    export(blog)
    found = [(fields["url"], fields["status"]) for _, _, fields in opened(blog).index]
    assert (f"{BASE}/archives/1", "404") in found
    assert [status for url, status in found if url.endswith("/2")] == ["200"]


ODD = {
    "long header": b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 40_000 + b"\r\n\r\n" + PAGE,
    "unknown encoding": plain().replace(b"Content-L", b"Content-Encoding: odd\r\nContent-L"),
    "blank line": plain().replace(b"Content-L", b" \r\nContent-L"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_answers_are_shown(blog: Kept, name: str) -> None:
    """Whatever readers of WARC files make of them: the archive has read them."""
    blog.run(at("/odd", ODD[name]))
    assert blog.faults() == []
    export(blog)
    assert [key for key, _, _ in opened(blog).index][-1] == "fm,kexue)/odd"


# --- WARC files that are not whole ----------------------------------------------------------------


def test_half_a_record_gets_not_in(blog: Kept) -> None:
    """As a run that goes on, or was killed, leaves it."""
    (path,) = blog.files
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:700])
    outcome = export(blog)
    assert outcome.complaints(blog.folder) == []
    content = opened(blog).files[f"archive/{path.name}"]
    assert content.startswith(whole)
    path.write_bytes(whole + whole[:60])
    export(blog)
    assert opened(blog).files[f"archive/{path.name}"] == whole


def test_what_is_behind_damage_is_left_out_and_named(blog: Kept) -> None:
    (path,) = blog.files
    ((offset,),) = blog.rows("max(offset)")
    content = bytearray(path.read_bytes())
    content[offset + 40] ^= 255
    path.write_bytes(content)
    outcome = export(blog)
    (said,) = outcome.complaints(blog.folder)
    assert said.startswith(f"{path} is damaged or too short: what is behind byte ")
    assert [page["ts"][:10] for page in opened(blog).pages if page["id"] == "6583"] == [
        "2026-11-27"  # the capture before
    ]


def test_a_file_that_may_have_what_is_lost_stays(blog: Kept) -> None:
    """It may be the last copy."""
    blog.run(at("/content.html", plain(b"all" * 400)), most=0)
    export(blog)
    path = blog.folder / "blog.wacz"
    before = path.read_bytes()
    blog.files[0].unlink()
    outcome = export(blog)
    assert "is missing; put it back" in outcome.complaints(path)[0]
    assert outcome.complaints(path)[1].startswith(f"{path} stays as it is, since it may have")
    assert (outcome.written, path.read_bytes() == before) == (0, True)
    assert export(blog, is_forced=True).written == 1
    assert path.read_bytes() != before


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_link_that_leads_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def nothing(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("deed", [a_pipe, a_folder, a_link_that_leads_nowhere, nothing])
def test_a_file_that_is_none_is_named_and_the_rest_goes_on(
    blog: Kept, deed: Callable[[Path], None]
) -> None:
    blog.run(at("/", plain(b"home" * 400)), most=0)
    blog.run(at("/content.html", plain(b"all" * 400)), most=0)
    path, *others = blog.files
    assert len(others) == 2
    deed(path)
    outcome = export(blog)
    (said,) = outcome.complaints(blog.folder)
    assert str(path) in said
    assert [page["id"] for page in opened(blog).pages] == ["home", "index"]
    assert outcome.notes == [
        "0 articles of 1 in the list of pages; 1 have no capture that can be shown"
    ]


def test_another_archives_file_is_left_out(blog: Kept, tmp_path: Path) -> None:
    (path,) = blog.files
    shutil.copy(path, path.with_name("2030-01-01-1.warc.gz"))
    outcome = export(blog)
    assert outcome.notes[0] == "left out, as no capture is in them: 2030-01-01-1.warc.gz"
    assert len([name for name in opened(blog).files if name.startswith("archive/")]) == 1


def test_a_file_that_changes_meanwhile(blog: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was indexed is what is written, or nothing is."""
    (path,) = blog.files
    content = path.read_bytes()

    def other(*_: object) -> str:
        path.write_bytes(content[:500] + bytes([content[500] ^ 1]) + content[501:])
        return "{}"

    monkeypatch.setattr("archiver.reading.exports.wacz_file.seal_text", other)
    with pytest.raises(StoreError, match=f"{path} was changed while it was read"):
        export(blog)
    assert sorted(x.name for x in blog.folder.glob("*wacz*")) == []


def test_an_archive_without_captures(kept: Kept) -> None:
    kept.archive.save_article(an_article(), ARTICLE)
    with pytest.raises(StoreError, match="the archive has no captures, of which a WACZ") as caught:
        export(kept)
    assert caught.value.wrong_use


def test_bounds_are_refused(blog: Kept) -> None:
    with pytest.raises(StoreError, match="--since, --category, --ids and --series are not for it"):
        export(blog, selection=Selection(since="2020-01-01"))


# --- A file that is there -------------------------------------------------------------------------


def test_it_is_written_anew_only_where_something_has_changed(blog: Kept) -> None:
    assert export(blog).written == 1
    path = blog.folder / "blog.wacz"
    before = path.stat().st_mtime_ns, path.read_bytes()
    assert (export(blog).unchanged, path.stat().st_mtime_ns) == (1, before[0])
    blog.run(at("/", plain(b"news" * 300)))
    assert export(blog).written == 1
    assert path.read_bytes() != before[1]


def add(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as wacz:
        wacz.writestr("mine.txt", "mine")


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[1000] ^= 255
    path.write_bytes(content)


@pytest.mark.parametrize("change", [add, flip])
def test_what_somebody_has_changed_stays(blog: Kept, change: Callable[[Path], None]) -> None:
    export(blog)
    path = blog.folder / "blog.wacz"
    change(path)
    changed = path.read_bytes()
    assert export(blog).edited == ["blog.wacz"]
    assert path.read_bytes() == changed
    assert export(blog, is_forced=True).written == 1
    assert opened(blog).package


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def another(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as wacz:
        wacz.writestr("datapackage.json", '{"software": "py-wacz 0.6.0", "resources": []}')


def a_list(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as wacz:
        wacz.writestr("datapackage.json", "[]")


@pytest.mark.parametrize("change", [half, another, a_list])
def test_what_is_no_export_is_not_touched(blog: Kept, change: Callable[[Path], None]) -> None:
    """Not even with --force."""
    export(blog)
    path = blog.folder / "blog.wacz"
    change(path)
    changed = path.read_bytes()
    with pytest.raises(StoreError, match="is not an export, or not whole"):
        export(blog, is_forced=True)
    assert path.read_bytes() == changed


def test_a_full_disk_leaves_the_file_of_before(blog: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    export(blog)
    path = blog.folder / "blog.wacz"
    before = path.read_bytes()
    blog.run(at("/", plain(b"news" * 300)))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=f"cannot write {path}: No space left on device"):
        export(blog)
    assert path.read_bytes() == before
    assert sorted(x.name for x in blog.folder.glob("*wacz*")) == ["blog.wacz"]


def test_a_disk_without_any_room(blog: Kept) -> None:
    """Not even for the list of pages, which is made before."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(StoreError, match=f"cannot write to {blog.folder}: File too large"):
            export(blog)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert sorted(x.name for x in blog.folder.glob("*wacz*")) == []


# --- Keys -----------------------------------------------------------------------------------------

PIECES = ["/", "a", "B", "%E7%bd%91", "%25", "%2F", "..", ".", "?", "&", "=", "2", "+", "正", "%zz"]


@given(
    some.sampled_from(["https://kexue.fm", "http://www2.spaces.ac.cn:8080", "http://127.0.0.1:80"]),
    some.lists(some.sampled_from(PIECES), max_size=9).map("".join),
)
def test_the_key_is_that_of_others(base: str, path: str) -> None:
    """pywb and ReplayWeb.page find an address by what the package surt makes of it."""
    assert url_key(f"{base}/{path}") == surt.surt(f"{base}/{path}")


def test_what_cannot_be_read_is_its_own_key() -> None:
    assert url_key("http://[") == "http://["
