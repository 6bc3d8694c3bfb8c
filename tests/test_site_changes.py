"""What a site tells of what is new since the export before, and what its folder remembers."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from archived import DAY1, DAY2, DAY3, DAY4, DAY5, a_protected, an_article
from lxml.html import HtmlElement
from sqlite_utils import Database

from archiver.reading.exports import owned_folder
from archiver.reading.exports.job import Job, Outcome
from archiver.reading.exports.manifest import MANIFEST
from archiver.reading.exports.markdown_folder import write_markdown
from archiver.reading.exports.selection import Selection
from archiver.reading.exports.site import search_scripts, site_writer
from archiver.reading.exports.site_folder import write_site
from archiver.reading.exports.snapshots import MOST, Snapshot, as_json, followed, from_json
from archiver.store.articles import save_article
from archiver.store.run_records import start_run
from archiver.store.tombstones import mark_gone
from archiver.tree.document import parse_tree, text_content


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes longest: the files of MathJax, the rules, waiting for the disk."""
    monkeypatch.setattr(site_writer, "mathjax_files", lambda _folder: [])
    monkeypatch.setattr(search_scripts, "rules_script", lambda: b"")
    monkeypatch.setattr(owned_folder, "sync", lambda _path: None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "site"


@pytest.fixture
def archive(db: Database) -> Database:
    """Three articles of the first day, of a run that goes on."""
    start_run(db, "full", DAY1)
    for number, title in ((1, "甲"), (2, "乙"), (3, "丙")):
        save_article(db, an_article(number, title=title, links=[]), DAY1)
    return db


def export(db: Database, folder: Path, *ids: int) -> Outcome:
    return write_site(Job(db, folder, Selection(ids=ids or None)))


def go_on(db: Database) -> None:
    """What the second and third day bring: a new article, an edited one, one that is gone."""
    save_article(db, an_article(4, title="丁", links=[]), DAY2)
    save_article(db, an_article(1, title="甲", text="一二三四五六七八九$x$", links=[]), DAY2)
    mark_gone(db, 2, DAY3)


def section(folder: Path, name: str, place: str) -> HtmlElement:
    """The section of a page that a heading names."""
    (found,) = parse_tree((folder / name).read_text("utf-8")).xpath(
        "//section[@aria-labelledby=$place]", place=place
    )
    assert isinstance(found, HtmlElement)
    return found


def told(folder: Path, export: int) -> list[str]:
    """What the page of changes tells of an export, the first having number 0: lines of words."""
    lines = section(folder, "changes.html", f"s-export-{export}").iter("h2", "h3", "li", "p")
    return [" ".join(text_content(line).split()) for line in lines]


# --- What a reader sees ---------------------------------------------------------------------------


def test_the_first_export_has_none_before_it(archive: Database, folder: Path) -> None:
    export(archive, folder)
    home = text_content(section(folder, "index.html", "s-latest"))
    assert "存档近来的变化" in home
    assert "上次导出" not in home
    assert told(folder, 0)[:3] == [
        "截至 2026-11-01 03:00 UTC", "新文章 3 篇", "丙 收录2026-11-01 03:00 UTC"
    ]  # fmt: skip


def test_what_came_since_the_export_before_is_told(archive: Database, folder: Path) -> None:
    """New, edited with its difference, gone, each with its day; on the start page too."""
    export(archive, folder)
    go_on(archive)
    export(archive, folder)
    assert told(folder, 1) == [
        "2026-11-01 03:00 UTC → 2026-11-03 03:00 UTC 上次导出以来",
        *("新文章 1 篇", "丁 收录2026-11-02 03:00 UTC"),
        *("有修改 1 篇", "甲 有修改2026-11-02 03:00 UTC 改动"),
        *("从博客消失 1 篇", "乙 已删除2026-11-03 03:00 UTC"),
    ]
    home = section(folder, "index.html", "s-latest")
    assert "上次导出以来 2026-11-01 03:00 UTC → 2026-11-03 03:00 UTC" in text_content(home)
    assert [text_content(title) for title in home.xpath(".//li/a")] == ["乙", "丁", "甲"]
    (difference,) = home.xpath(".//span/a/@href")
    page, place = difference.split("#")
    assert parse_tree((folder / page).read_text("utf-8")).xpath("//h2/@id") == [place]


def test_an_export_with_nothing_new_tells_the_same(archive: Database, folder: Path) -> None:
    """On the same day or a later one: what the last news were is still there to read."""
    export(archive, folder)
    go_on(archive)
    export(archive, folder)
    before = {path: path.read_bytes() for path in folder.rglob("*.html")}
    again = export(archive, folder)
    assert (again.written, again.removed) == (0, 0)
    archive.execute("UPDATE runs SET finished_at = ?", [DAY5])
    export(archive, folder)
    changed = {path.name for path, text in before.items() if path.read_bytes() != text}
    assert changed == {"index.html", "changes.html"}
    assert told(folder, 1)[0] == "2026-11-01 03:00 UTC → 2026-11-05 03:00 UTC 上次导出以来"
    assert told(folder, 1)[2] == "丁 收录2026-11-02 03:00 UTC"


def test_earlier_exports_stay_told(archive: Database, folder: Path) -> None:
    export(archive, folder)
    go_on(archive)
    export(archive, folder)
    save_article(archive, an_article(5, title="戊", links=[]), DAY4)
    export(archive, folder)
    assert told(folder, 2)[1:] == ["新文章 1 篇", "戊 收录2026-11-04 03:00 UTC"]
    assert told(folder, 2)[0].startswith("2026-11-03 03:00 UTC → 2026-11-04 03:00 UTC")
    assert "丁 收录2026-11-02 03:00 UTC" in told(folder, 1)


#: What may happen to an article between two exports, its list then, and the words.
FATES: Final = (
    (["new", "edited", "edited"], "新文章", "收录、有修改"),
    (["new", "gone"], "从博客消失", "收录、已删除"),
    (["gone", "returned"], "其他变化", "已删除、又出现"),
    (["gone", "returned", "edited"], "有修改", "已删除、又出现、有修改"),
    (["edited", "protected"], "其他变化", "有修改、已加密"),
    (["suspicious"], "其他变化", "新版本存疑"),
)


def test_an_article_stands_once_by_what_it_has_become(archive: Database, folder: Path) -> None:
    for article in range(4, len(FATES) + 1):
        save_article(archive, an_article(article, links=[]), DAY1)
    export(archive, folder)
    for article, (kinds, _, _) in enumerate(FATES, start=1):
        rows = ({"article_id": article, "seen_at": DAY2, "kind": k, "fields": "[]"} for k in kinds)
        archive.table("changes").insert_all(rows)
    export(archive, folder)
    found, heading = {}, ""
    for line in section(folder, "changes.html", "s-export-1").iter("h3", "li"):
        if line.tag == "h3":
            heading = line.text or ""
            continue
        (what,) = line.xpath("./span/span")
        found[int(line.get("data-article", ""))] = heading.strip(), what.text
    assert found == {article: fate[1:] for article, fate in enumerate(FATES, start=1)}


def test_a_part_tells_of_its_own_articles(archive: Database, folder: Path) -> None:
    """News of others are no news, and do not put its own last news away."""
    export(archive, folder, 1, 3)
    go_on(archive)
    export(archive, folder, 1, 3)
    own = "甲 有修改2026-11-02 03:00 UTC 改动"
    assert told(folder, 1)[1:] == ["有修改 1 篇", own]
    save_article(archive, an_article(5, title="戊", links=[]), DAY4)
    export(archive, folder, 1, 3)
    assert told(folder, 1)[1:] == ["有修改 1 篇", own]


def test_a_protected_article_without_a_version_leads_to_its_page(
    archive: Database, folder: Path
) -> None:
    export(archive, folder)
    save_article(archive, a_protected(1), DAY2)
    export(archive, folder)
    changed = section(folder, "changes.html", "s-export-1")
    assert changed.xpath(".//li//a/@href") == ["archives/1.html"]


# --- What the folder remembers --------------------------------------------------------------------


def test_the_same_history_gives_the_same_bytes(archive: Database, tmp_path: Path) -> None:
    folders = (tmp_path / "one", tmp_path / "other")
    for folder in folders:
        export(archive, folder)
    go_on(archive)
    for folder in folders:
        export(archive, folder)
    one, other = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}
        for folder in folders
    )
    assert one == other


def test_an_empty_archive_is_told_of_too(db: Database, folder: Path) -> None:
    export(db, folder)
    assert told(folder, 0)[0] == "截至 空的存档"
    save_article(db, an_article(1, title="甲", links=[]), DAY1)
    export(db, folder)
    assert told(folder, 1)[0].startswith("空的存档 → 2026-11-01 03:00 UTC")
    assert told(folder, 1)[2] == "甲 收录2026-11-01 03:00 UTC"


@pytest.mark.parametrize(
    "memory",
    [
        None, 7, "x", {}, [7], [{}], [{"change": -1, "seen_at": "", "until": ""}],
        [{"change": "1", "seen_at": DAY1, "until": DAY1}], [{"change": 1, "seen_at": DAY1}],
        [{"change": 1, "seen_at": DAY1, "until": "yesterday"}],
        [{"change": 2**70, "seen_at": DAY1, "until": DAY1}],
    ],
)  # fmt: skip
def test_a_damaged_memory_counts_as_forgotten(memory: Any) -> None:
    assert from_json(memory) == []


def test_what_is_forgotten_is_said(archive: Database, folder: Path) -> None:
    export(archive, folder)
    listed = json.loads((folder / MANIFEST).read_text("utf-8"))
    (folder / MANIFEST).write_text(json.dumps({**listed, "snapshots": ["?"]}), "utf-8")
    go_on(archive)
    export(archive, folder)
    assert "这是本站记得的第一次导出" in (folder / "changes.html").read_text("utf-8")
    assert told(folder, 0)[0] == "截至 2026-11-03 03:00 UTC"
    remembered = json.loads((folder / MANIFEST).read_text("utf-8"))["snapshots"]
    assert from_json(remembered) == [Snapshot(6, DAY3, DAY3)]


def test_what_was_written_is_read_again() -> None:
    some = [Snapshot(3, DAY1, DAY2), Snapshot(0, "", "")]
    assert from_json(json.loads(json.dumps(as_json(some)))) == some


def test_other_kinds_remember_nothing(archive: Database, folder: Path) -> None:
    write_markdown(Job(archive, folder))
    assert "snapshots" not in json.loads((folder / MANIFEST).read_text("utf-8"))


def test_a_change_that_is_no_longer_there_is_found_by_its_time(archive: Database) -> None:
    """Reparsing takes changes out, and an archive made anew may count otherwise."""
    go_on(archive)
    now = Snapshot(6, DAY3, DAY3)
    archive.execute("DELETE FROM changes WHERE id = 5")
    assert followed(archive, [Snapshot(5, DAY2, DAY2)], now) == [Snapshot(4, DAY2, DAY2), now]
    assert followed(archive, [Snapshot(99, DAY1, DAY1)], now) == [Snapshot(3, DAY1, DAY1), now]


def test_an_older_copy_of_the_archive_brings_nothing_new(archive: Database) -> None:
    now = Snapshot(3, DAY1, DAY1)
    assert followed(archive, [Snapshot(2, DAY1, DAY1), Snapshot(9, DAY5, DAY5)], now) == [
        Snapshot(2, DAY1, DAY1), now
    ]  # fmt: skip


def test_only_so_many_exports_are_remembered(archive: Database) -> None:
    found: list[Snapshot] = []
    for number in range(1, MOST + 5):
        archive.table("changes").insert({"article_id": 1, "seen_at": DAY2, "kind": "edited"})
        found = followed(archive, found, Snapshot(3 + number, DAY2, DAY2))
    assert len(found) == MOST
    assert found[-1].change == 3 + MOST + 4
    assert all(old.change < new.change for old, new in pairwise(found))
