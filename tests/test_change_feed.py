"""The change feed: valid Atom, the same bytes for the same rows, whole or not at all."""

from __future__ import annotations

import os
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from sqlite_utils import Database

from archiver.store.atomic import replacing
from archiver.store.change_feed import ATOM, write_feed
from archiver.store.change_log import note_change
from archiver.store.errors import StoreError

NAMES = {"a": ATOM}
DAY1, DAY2, DAY3 = (f"2026-11-{day}T08:00:00+00:00" for day in (23, 24, 25))


def add_article(db: Database, article: int, **values: Any) -> None:
    row = {
        "id": article,
        "url": f"https://kexue.fm/archives/{article}",
        "title": "多任务学习漫谈",
        "author": "苏剑林",
        "category": "信息时代",
        "license": "CC BY-NC-ND 2.5 CN",
        "status": "published",
        "first_seen": DAY1,
        "last_seen": DAY1,
        "fetched_at": DAY1,
        "parser_version": 4,
    }
    db.table("articles").insert({**row, **values})


def add_revision(db: Database, article: int, number: int, **values: Any) -> None:
    row = {"article_id": article, "number": number, "content_sha256": "0", "seen_at": DAY1}
    db.table("revisions").insert({**row, **values})


def read(path: Path) -> etree._Element:
    return etree.fromstring(path.read_bytes())


def texts(element: etree._Element, query: str) -> list[str]:
    found = element.xpath(query, namespaces=NAMES)
    assert isinstance(found, list)
    return [str(text) for text in found]


def entries(feed: etree._Element) -> list[etree._Element]:
    return feed.findall("a:entry", NAMES)


def check_atom(feed: etree._Element) -> None:
    """The rules of RFC 4287, section 4, as far as they bear on what is written here."""
    assert feed.tag == f"{{{ATOM}}}feed"
    for container in (feed, *entries(feed)):
        for name in ("id", "title", "updated"):
            assert len(texts(container, f"a:{name}/text()")) == 1, name
        (updated,) = texts(container, "a:updated/text()")
        assert datetime.fromisoformat(updated).utcoffset() is not None
        assert updated[10] == "T"
        assert texts(container, "a:id/text()")[0].startswith("tag:kexue.fm,2009:")
    for entry in entries(feed):
        assert len(texts(entry, "a:author/a:name/text()")) == 1
        assert len(texts(entry, "a:link[@rel='alternate']/@href")) == 1
        assert len(texts(entry, "a:summary/text()")) == 1
        assert len(entry.findall("a:category", NAMES)) <= 1
        assert all(texts(entry, "a:category/@term"))
    ids = texts(feed, "//a:id/text()")
    assert len(ids) == len(set(ids))


def test_feed(db: Database, tmp_path: Path) -> None:
    add_article(db, 6583)
    add_article(db, 7006, title="密", author=None, category=None)
    body = "<p>能否让一个<b>模型</b>\n做几件事？</p>"
    add_revision(db, 6583, 1, title="多任务学习漫谈", body_html=body)
    note_change(db, 6583, DAY1, "new", 1)
    note_change(db, 7006, DAY2, "new")
    note_change(db, 6583, DAY3, "edited", None, ["title", "body_html", "published"])
    path = tmp_path / "changes.xml"
    assert write_feed(db, path) == 3
    feed = read(path)
    check_atom(feed)
    assert texts(feed, "a:id/text()") == ["tag:kexue.fm,2009:archive-changes"]
    assert texts(feed, "a:updated/text()") == [DAY3]
    assert texts(feed, "a:rights/text()") == ["CC BY-NC-ND 2.5 CN"]
    assert texts(feed, "a:generator/text()") == ["kexue-archiver"]
    assert texts(feed, "a:entry/a:id/text()") == [
        "tag:kexue.fm,2009:archives/6583/changes/3",
        "tag:kexue.fm,2009:archives/7006/changes/2",
        "tag:kexue.fm,2009:archives/6583/changes/1",
    ]
    assert texts(feed, "a:entry/a:title/text()") == [
        "Edited: 多任务学习漫谈",
        "New: 密",
        "New: 多任务学习漫谈",
    ]
    assert texts(feed, "a:entry/a:updated/text()") == [DAY3, DAY2, DAY1]
    assert texts(feed, "a:entry/a:link/@href") == [
        "https://kexue.fm/archives/6583",
        "https://kexue.fm/archives/7006",
        "https://kexue.fm/archives/6583",
    ]
    assert texts(feed, "a:entry/a:author/a:name/text()") == ["苏剑林", "unknown", "苏剑林"]
    assert texts(feed, "a:entry/a:category/@term") == ["信息时代", "信息时代"]
    assert texts(feed, "a:entry/a:summary/text()") == [
        "A new version. Changed: title, text, day of publication.",
        "New in the archive.",
        "New in the archive. 能否让一个模型 做几件事？",
    ]


@pytest.mark.parametrize(
    ("kind", "title", "summary"),
    [
        (
            "protected",
            "Behind a password: 题",
            "Readable with a password only; what was read stays.",
        ),
        ("opened", "Open again: 题", "Readable without a password."),
        ("gone", "Gone: 题", "The blog no longer has it; the archive keeps its copy."),
        ("returned", "Back again: 题", "The blog has it again."),
        ("edited", "Edited: 题", "A new version."),
    ],
)
def test_kinds_of_change(db: Database, tmp_path: Path, kind: str, title: str, summary: str) -> None:
    add_article(db, 1, title="题")
    note_change(db, 1, DAY1, kind)
    write_feed(db, tmp_path / "changes.xml")
    feed = read(tmp_path / "changes.xml")
    check_atom(feed)
    assert texts(feed, "a:entry/a:title/text()") == [title]
    assert texts(feed, "a:entry/a:summary/text()") == [summary]


def test_suspicious_versions_are_no_news(db: Database, tmp_path: Path) -> None:
    add_article(db, 1)
    note_change(db, 1, DAY1, "new")
    note_change(db, 1, DAY2, "suspicious")
    assert write_feed(db, tmp_path / "changes.xml") == 1
    assert texts(read(tmp_path / "changes.xml"), "a:updated/text()") == [DAY1]


def test_entry_stays_as_it_was_when_the_article_changes_again(db: Database, tmp_path: Path) -> None:
    """What stands in a feed under one id is of one version."""
    add_article(db, 1, title="旧题", author="甲", category="旧类")
    add_revision(db, 1, 1, title="旧题", author="甲", category="旧类")
    note_change(db, 1, DAY1, "new", 1)
    write_feed(db, tmp_path / "before.xml")
    db.execute("UPDATE articles SET title = '新题', author = '乙', category = '新类'")
    write_feed(db, tmp_path / "after.xml")
    assert (tmp_path / "after.xml").read_bytes() == (tmp_path / "before.xml").read_bytes()


def test_version_of_an_older_archive_has_the_article_s_author(db: Database, tmp_path: Path) -> None:
    add_article(db, 1)
    add_revision(db, 1, 1, title="旧题")
    note_change(db, 1, DAY1, "new", 1)
    write_feed(db, tmp_path / "changes.xml")
    feed = read(tmp_path / "changes.xml")
    assert texts(feed, "a:entry/a:title/text()") == ["New: 旧题"]
    assert texts(feed, "a:entry/a:author/a:name/text()") == ["苏剑林"]


def test_limit_keeps_the_newest_by_time(db: Database, tmp_path: Path) -> None:
    """Rows that came from an earlier archive are not numbered by time; the feed is by time."""
    add_article(db, 1)
    for day in (DAY3, DAY1, DAY2, DAY3):
        note_change(db, 1, day, "edited")
    assert write_feed(db, tmp_path / "changes.xml", limit=3) == 3
    feed = read(tmp_path / "changes.xml")
    assert texts(feed, "a:updated/text()") == [DAY3]
    assert [found.rpartition("/")[2] for found in texts(feed, "a:entry/a:id/text()")] == [
        *("4", "1", "3"),
    ]


def test_same_rows_give_the_same_bytes(db: Database, tmp_path: Path) -> None:
    add_article(db, 1)
    note_change(db, 1, DAY1, "new")
    write_feed(db, tmp_path / "1.xml")
    write_feed(db, tmp_path / "2.xml")
    assert (tmp_path / "1.xml").read_bytes() == (tmp_path / "2.xml").read_bytes()


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("a<b>&amp;c & \"d\"", "a<b>&amp;c & \"d\""),
        ("bell\a and \x1b[31m, nul-like \ufffe\uffff end", "bell and [31m, nul-like end"),
        ("two\nlines\r\nand\ttabs", "two lines and tabs"),
        (r"$\mathcal{O}(n^2) < n^3$ 与 \begin{align}x&y\end{align}",
         r"$\mathcal{O}(n^2) < n^3$ 与 \begin{align}x&y\end{align}"),
        ("𝒪 🙂 ]]> <!-- -->", "𝒪 🙂 ]]> <!-- -->"),
    ],
)  # fmt: skip
def test_odd_titles(db: Database, tmp_path: Path, title: str, shown: str) -> None:
    """Nothing that a page can show makes a feed that readers refuse."""
    add_article(db, 1, title=title, author=title, category=title)
    add_revision(db, 1, 1, title=title, body_html=f"<p>{escape(title)}</p>")
    note_change(db, 1, DAY1, "new", 1)
    write_feed(db, tmp_path / "changes.xml")
    feed = read(tmp_path / "changes.xml")
    check_atom(feed)
    assert texts(feed, "a:entry/a:title/text()") == [f"New: {shown}"]
    assert texts(feed, "a:entry/a:category/@term") == [shown]
    assert texts(feed, "a:entry/a:summary/text()") == [f"New in the archive. {shown}"]


def test_names_of_control_characters_only(db: Database, tmp_path: Path) -> None:
    """Nothing readable is as good as nothing: no empty name, no empty term."""
    add_article(db, 1, author="\x01", category=" \x02")
    note_change(db, 1, DAY1, "new")
    write_feed(db, tmp_path / "changes.xml")
    feed = read(tmp_path / "changes.xml")
    check_atom(feed)
    assert texts(feed, "a:entry/a:author/a:name/text()") == ["unknown"]
    assert feed.findall("a:entry/a:category", NAMES) == []


def test_long_text_is_cut(db: Database, tmp_path: Path) -> None:
    for article, length, day in ((1, 201, DAY2), (2, 200, DAY1)):
        add_article(db, article)
        add_revision(db, article, 1, title="题", body_html=f"<p>{'长' * length}</p>")
        note_change(db, article, day, "new", 1)
    write_feed(db, tmp_path / "changes.xml")
    assert texts(read(tmp_path / "changes.xml"), "a:entry/a:summary/text()") == [
        f"New in the archive. {'长' * 200}…",
        f"New in the archive. {'长' * 200}",
    ]


@pytest.mark.parametrize("fields", ["", "no JSON", "7", '{"title": 1}', "null"])
def test_fields_that_are_no_list(db: Database, tmp_path: Path, fields: str) -> None:
    add_article(db, 1)
    note_change(db, 1, DAY1, "edited")
    db.execute("UPDATE changes SET fields = ?", [fields])
    write_feed(db, tmp_path / "changes.xml")
    assert texts(read(tmp_path / "changes.xml"), "//a:summary/text()") == ["A new version."]


def test_empty_archive(db: Database, tmp_path: Path) -> None:
    assert write_feed(db, tmp_path / "changes.xml") == 0
    feed = read(tmp_path / "changes.xml")
    check_atom(feed)
    assert entries(feed) == []
    assert texts(feed, "a:updated/text()") == ["2009-01-01T00:00:00+00:00"]


def test_bytes(db: Database, tmp_path: Path) -> None:
    """UTF-8 without escapes, a declaration, line ends of one byte."""
    add_article(db, 1, title="题")
    note_change(db, 1, DAY1, "new")
    write_feed(db, tmp_path / "changes.xml")
    written = (tmp_path / "changes.xml").read_bytes()
    assert written.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns=')
    assert written.endswith(b"</feed>\n")
    assert "<title>New: 题</title>".encode() in written
    assert b"\r" not in written


# --- The file -------------------------------------------------------------------------------------


def test_full_disk_leaves_the_old_feed(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "changes.xml"
    write_feed(db, path)
    before = path.read_bytes()
    add_article(db, 1)
    note_change(db, 1, DAY1, "new")
    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(StoreError, match=r"cannot write .*changes.xml: No space left on device"):
        write_feed(db, path)
    assert path.read_bytes() == before
    assert sorted(tmp_path.glob("changes.xml*")) == [path]
    monkeypatch.undo()
    assert write_feed(db, path) == 1


def test_folder_that_cannot_be_written_to(db: Database, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match=r"cannot write .*changes.xml: Not a directory"):
        write_feed(db, tmp_path / "file" / "changes.xml")
    with pytest.raises(StoreError, match="No such file or directory"):
        write_feed(db, tmp_path / "nowhere" / "changes.xml")


def test_place_taken_by_a_folder(db: Database, tmp_path: Path) -> None:
    (tmp_path / "changes.xml").mkdir()
    with pytest.raises(StoreError, match=r"changes\.xml is a folder"):
        write_feed(db, tmp_path / "changes.xml")
    assert [path.name for path in tmp_path.glob("changes.xml*")] == ["changes.xml"]


@pytest.mark.parametrize("trouble", [ValueError, KeyboardInterrupt])
def test_replacing_is_given_up_when_its_block_fails(
    tmp_path: Path, trouble: type[BaseException]
) -> None:
    """Ctrl-C and defects pass as they are, and leave the old file and nothing beside it."""

    def write_half() -> None:
        with replacing(path) as file:
            file.write("new")
            raise trouble

    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(trouble):
        write_half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_replacing_writes_utf8_with_short_line_ends(tmp_path: Path) -> None:
    with replacing(tmp_path / "file") as file:
        file.write("长\n")
        assert not (tmp_path / "file").exists()
    assert (tmp_path / "file").read_bytes() == b"\xe9\x95\xbf\n"
