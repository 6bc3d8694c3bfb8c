"""What the archive notes of the files of its articles, address by address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from archived import an_article

from archiver.items import Link, Picture
from archiver.site import Base
from archiver.store.archive import Archive
from archiver.store.file_addresses import count_linked, count_pictures, without_file
from archiver.store.stored_files import StoredFile

BLOG = "https://kexue.fm/usr/uploads"
FILE, OTHER = (StoredFile(hash_ * 64, f"files/{hash_}.png", "image/png", 9) for hash_ in "ab")
PICTURES = "SELECT url, status, sha256, path, file_url FROM pictures ORDER BY article_id, position"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = Archive.open(tmp_path / "kexue.db", Base.parse("http://127.0.0.1:8080"))
    yield opened
    opened.db.close()


def save(
    archive: Archive, number: int, day: str, *pictures: str, links: tuple[str, ...] = ()
) -> None:
    article = an_article(number, published=day)
    article.pictures = [Picture(url, "") for url in pictures]
    article.links = [Link(url, "") for url in links]
    archive.save_article(article, f"https://kexue.fm/archives/{number}")


def keep(archive: Archive, name: str, file: StoredFile = FILE, etag: str | None = None) -> None:
    archive.files.save(f"{BLOG}/{name}", file, etag=etag, last_modified=None)


def rows(archive: Archive, sql: str) -> list[tuple[Any, ...]]:
    return archive.db.execute(sql).fetchall()


def statuses(archive: Archive) -> list[str | None]:
    return [status for _, status, *_ in rows(archive, PICTURES)]


def wanted(
    archive: Archive, *, linked: bool = False, articles: set[int] | None = None
) -> list[str]:
    found = archive.files.wanted(linked=linked, articles=articles)
    return [file.url.removeprefix(f"{BLOG}/") for file in found]


def test_all_ways_of_writing_an_address_have_one_answer(archive: Archive) -> None:
    ways = (f"{BLOG}/a.png", "http://spaces.ac.cn/usr/uploads/a.png#x",
            "http://127.0.0.1:8080/usr/uploads/a.png")  # fmt: skip
    save(archive, 1, "2020-01-01", *ways, "https://example.org/a.png", "data:image/png,x")
    assert statuses(archive) == [None, None, None, "foreign", None]
    assert count_pictures(archive.db) == {"left": 1, "foreign": 1}
    keep(archive, "a.png")
    assert rows(archive, PICTURES)[:3] == [
        (way, "ok", FILE.sha256, FILE.path, f"{BLOG}/a.png") for way in ways
    ]
    assert count_pictures(archive.db) == {"ok": 1, "foreign": 1}
    save(archive, 2, "2020-01-02", f"{BLOG}/b.png", f"{BLOG}/a.png")
    assert statuses(archive)[5:] == [None, "ok"], "what is known holds for a new article, too"


def test_the_order_in_which_they_are_asked_for(archive: Archive) -> None:
    save(archive, 1, "2020-01-01", f"{BLOG}/1.png", f"{BLOG}/both.png")
    save(archive, 3, "2019-01-01", f"{BLOG}/3.png", links=(f"{BLOG}/3.pdf", f"{BLOG}/x.html"))
    save(archive, 2, "2021-01-01", f"{BLOG}/2.png", links=(f"{BLOG}/2.pdf", f"{BLOG}/both.png"))
    assert wanted(archive) == ["2.png", "1.png", "both.png", "3.png"]
    assert wanted(archive, linked=True) == [
        *("2.png", "2.pdf", "both.png", "1.png", "3.png", "3.pdf"),
    ]
    assert wanted(archive, linked=True, articles={3}) == ["3.png", "3.pdf"]
    both = [file for file in archive.files.wanted(linked=True) if "both" in file.url]
    assert [file.is_picture for file in both] == [True]
    assert count_linked(archive.db) == {"left": 2}
    assert count_pictures(archive.db, {3}) == {"left": 1}


def test_what_was_stored_stays(archive: Archive) -> None:
    """A later trouble is noted, and changes nothing for the picture, unless its file is lost."""
    save(archive, 1, "2020-01-01", f"{BLOG}/a.png")
    keep(archive, "a.png", etag='"1"')
    archive.files.refuse(f"{BLOG}/a.png", "missing", "HTTP 404", is_lost=False)
    assert statuses(archive) == ["ok"]
    assert without_file(archive.db) == []
    state = "SELECT status, sha256, etag, tries, reason FROM file_addresses"
    assert rows(archive, state) == [("ok", FILE.sha256, '"1"', 1, "HTTP 404")]
    archive.files.confirm(f"{BLOG}/a.png", etag=None, last_modified="Mon")
    assert rows(archive, state) == [("ok", FILE.sha256, '"1"', 0, None)]
    keep(archive, "a.png", OTHER)
    assert rows(archive, state) == [("ok", OTHER.sha256, None, 0, None)]
    assert rows(archive, "SELECT sha256 FROM files") == [(FILE.sha256,), (OTHER.sha256,)]
    archive.files.refuse(f"{BLOG}/a.png", "failed", "HTTP 503", is_lost=True)
    assert rows(archive, PICTURES) == [(f"{BLOG}/a.png", "failed", None, None, f"{BLOG}/a.png")]


def test_what_is_lacking_is_named(archive: Archive) -> None:
    save(archive, 1, "2020-01-01", *(f"{BLOG}/{n}.png" for n in "abc"), "https://example.org/d")
    archive.files.refuse(f"{BLOG}/a.png", "missing", "HTTP 404", is_lost=False)
    archive.files.refuse(f"{BLOG}/b.png", "failed", "HTTP 503", is_lost=False)
    archive.files.refuse(f"{BLOG}/b.png", "failed", "no answer in time", is_lost=False)
    found = [(row["url"], row["status"], row["tries"]) for row in without_file(archive.db)]
    assert found == [
        (f"{BLOG}/b.png", "failed", 2),
        ("https://example.org/d", "foreign", 0),
        (f"{BLOG}/a.png", "missing", 1),
    ]
    assert count_pictures(archive.db) == {"missing": 1, "failed": 1, "foreign": 1, "left": 1}


def test_an_archive_of_an_earlier_version(archive: Archive) -> None:
    """Its rows have no addresses of files; the first run that fetches any notes them."""
    save(archive, 1, "2020-01-01", f"{BLOG}/a.png", "https://example.org/a.png", "data:,x",
         links=(f"{BLOG}/a.pdf",))  # fmt: skip
    before = rows(archive, PICTURES)
    archive.db.execute("UPDATE pictures SET file_url = NULL, status = NULL")
    archive.db.execute("UPDATE links SET file_url = NULL")
    assert wanted(archive, linked=True) == []
    archive.files.settle()
    assert rows(archive, PICTURES) == before
    assert wanted(archive, linked=True) == ["a.png", "a.pdf"]
