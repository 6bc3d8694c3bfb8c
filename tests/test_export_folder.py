"""An export rewrites and removes its own files, and touches nothing else, whatever happens."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from archived import DAY1, DAY2, an_article
from sqlite_utils import Database

from archiver.reading.exports.folder_lock import folder_locked
from archiver.reading.exports.job import Job, Outcome
from archiver.reading.exports.manifest import JOURNAL, MANIFEST
from archiver.reading.exports.markdown_folder import write_markdown
from archiver.reading.exports.parquet_folder import write_parquet
from archiver.reading.exports.selection import Selection
from archiver.store.articles import save_article
from archiver.store.errors import StoreError
from archiver.store.read_only import open_for_reading
from archiver.store.run_records import start_run

CHOSEN = Selection(category="信息时代")


@pytest.fixture
def archive(db: Database) -> Database:
    """An archive with three articles."""
    start_run(db, "normal", DAY1)
    for number, title in ((1, "甲"), (2, "乙"), (3, "丙")):
        save_article(db, an_article(number, title=title, links=[]), DAY1)
    return db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


def export(db: Database, folder: Path, **options: Any) -> Outcome:
    return write_markdown(Job(db, folder, **{"selection": CHOSEN, **options}))


def contents(folder: Path) -> dict[str, str]:
    """The files that people see, with their texts."""
    return {path.name: path.read_text("utf-8") for path in folder.glob("*.md")}


def counts(outcome: Outcome) -> tuple[int, int, int]:
    return outcome.written, outcome.unchanged, outcome.removed


def change(db: Database) -> None:
    """A new title, an edited text, a new article, and one that leaves the selection."""
    save_article(db, an_article(1, title="甲甲", links=[]), DAY2)
    save_article(db, an_article(2, title="乙", text="一二三四五六七八九十$x$", links=[]), DAY2)
    save_article(db, an_article(3, title="丙", category="数学研究", links=[]), DAY2)
    save_article(db, an_article(4, title="丁", links=[]), DAY2)


# --- Again ----------------------------------------------------------------------------------------


def test_only_what_changed_is_rewritten(archive: Database, folder: Path) -> None:
    assert counts(export(archive, folder)) == (4, 0, 0)
    assert counts(export(archive, folder)) == (0, 4, 0)
    kept = (folder / "2-乙.md").stat()
    change(archive)
    assert counts(export(archive, folder)) == (4, 0, 2)  # two notes, a renamed one, the index
    assert set(contents(folder)) == {"1-甲甲.md", "2-乙.md", "4-丁.md", "README.md"}
    assert (folder / "2-乙.md").stat().st_ino != kept.st_ino
    listed = json.loads((folder / MANIFEST).read_text("utf-8"))
    assert set(listed["files"]) == set(contents(folder))
    assert {path.name for path in folder.iterdir()} == {*contents(folder), MANIFEST}


def test_a_file_that_was_deleted_comes_back(archive: Database, folder: Path) -> None:
    export(archive, folder)
    (folder / "1-甲.md").unlink()
    assert counts(export(archive, folder)) == (1, 3, 0)


def test_an_empty_archive_gives_an_empty_index(db: Database, folder: Path) -> None:
    assert counts(export(db, folder, selection=Selection())) == (1, 0, 0)
    assert contents(folder) == {"README.md": "# 科学空间\n"}


@pytest.mark.parametrize(
    ("title", "shown"),
    [("%%甲%%", r"%\%甲%\%"), ("#乙", r"\#乙"), ("C++ [丙]", r"C++ \[丙\]"), (" ", "7")],
)
def test_a_title_in_the_index(db: Database, folder: Path, title: str, shown: str) -> None:
    """Nothing of it is markup, also for Obsidian, and a title of nothing can be clicked."""
    save_article(db, an_article(7, title=title, links=[]), DAY1)
    export(db, folder)
    assert f"- 2022-01-18 [{shown}](7" in contents(folder)["README.md"]


def test_a_selection_without_articles_is_a_slip(archive: Database) -> None:
    with pytest.raises(StoreError, match="there is no category 信息时代 ; there is 信息时代"):
        Selection(category="信息时代 ").check(archive)
    with pytest.raises(StoreError, match="no article is within --since"):
        Selection(since="2099-01-01").check(archive)
    with pytest.raises(StoreError, match="the archive has no article 8, 9"):
        Selection(ids=(1, 8, 9)).check(archive)
    Selection().check(archive)


def test_ids_choose_articles(archive: Database, folder: Path) -> None:
    chosen = Selection(ids=(3, 1))
    chosen.check(archive)
    export(archive, folder, selection=chosen)
    assert set(contents(folder)) == {"1-甲.md", "3-丙.md", "README.md"}


def test_a_crawl_that_writes_meanwhile_is_not_seen(
    archive: Database, path: Path, folder: Path
) -> None:
    """An export is of one moment: that of its first look."""
    export(archive, folder)
    with closing(open_for_reading(path)) as reader:
        assert Selection().count(reader) == 3
        change(archive)
        assert counts(export(reader, folder)) == (0, 4, 0)
    assert counts(export(archive, folder)) == (4, 0, 2)


def test_a_folder_may_be_reached_through_a_link(archive: Database, folder: Path) -> None:
    folder.mkdir()
    link = folder.with_name("link")
    link.symlink_to(folder)
    assert counts(export(archive, link)) == (4, 0, 0)
    assert counts(export(archive, folder)) == (0, 4, 0)
    assert link.is_symlink()


def test_titles_that_differ_in_case_only(db: Database, folder: Path) -> None:
    """Nor in what a name cannot have: each has a file also where case does not count."""
    for number, title in ((1, "gan?"), (2, "GAN?"), (3, "GAN？"), (4, "..")):
        save_article(db, an_article(number, title=title, links=[]), DAY1)
    export(db, folder)
    names = [name.lower() for name in contents(folder)]
    assert sorted(names) == ["1-gan？.md", "2-gan？.md", "3-gan？.md", "4.md", "readme.md"]


# --- What is not the export's ---------------------------------------------------------------------


def test_files_of_others_are_never_touched(archive: Database, folder: Path) -> None:
    export(archive, folder)
    (folder / "mine.md").write_text("mine", "utf-8")
    (folder / ".obsidian").mkdir()
    change(archive)
    outcome = export(archive, folder, is_forced=True)
    assert outcome.complaints(folder) == []
    assert (folder / "mine.md").read_text("utf-8") == "mine"
    assert (folder / ".obsidian").is_dir()


def test_what_somebody_has_edited_stays(archive: Database, folder: Path) -> None:
    """Whether it would be rewritten, or removed since the article has another name."""
    export(archive, folder)
    for name in ("1-甲.md", "2-乙.md"):
        (folder / name).write_text("my note", "utf-8")
    change(archive)
    for _ in range(2):
        outcome = export(archive, folder)
        assert outcome.edited == ["2-乙.md", "1-甲.md"]
        (sentence,) = outcome.complaints(folder)
        assert "stays what somebody has changed: 2-乙.md, 1-甲.md; rename" in sentence
        assert contents(folder)["2-乙.md"] == contents(folder)["1-甲.md"] == "my note"
    (folder / "1-甲.md").rename(folder / "mine.md")
    outcome = export(archive, folder, is_forced=True)
    assert (outcome.complaints(folder), outcome.written) == ([], 1)
    assert "一二三四五六七八九十" in contents(folder)["2-乙.md"]
    assert contents(folder)["mine.md"] == "my note"


def test_a_file_of_others_in_the_place_of_a_new_one_stays(archive: Database, folder: Path) -> None:
    """Also when own files that were changed may be replaced."""
    export(archive, folder)
    (folder / "4-丁.md").write_text("mine", "utf-8")
    change(archive)
    outcome = export(archive, folder, is_forced=True)
    assert outcome.foreign == ["4-丁.md"]
    assert "stays what is not of an export: 4-丁.md; move it away" in outcome.complaints(folder)[0]
    assert contents(folder)["4-丁.md"] == "mine"


def test_links_lead_nothing_outside(archive: Database, folder: Path, tmp_path: Path) -> None:
    """Neither what is written nor what is removed."""
    outside = tmp_path / "outside.md"
    outside.write_text("outside", "utf-8")
    export(archive, folder)
    for name in ("1-甲.md", "2-乙.md", "4-丁.md"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(outside)
    change(archive)
    outcome = export(archive, folder, is_forced=True)
    assert set(outcome.foreign) == {"1-甲.md", "2-乙.md", "4-丁.md"}
    assert outside.read_text("utf-8") == "outside"
    assert (folder / "2-乙.md").is_symlink()


def test_a_link_in_the_place_of_a_folder_is_refused(archive: Database, folder: Path) -> None:
    write_parquet(Job(archive, folder))
    elsewhere = folder.with_name("elsewhere")
    (folder / "articles").rename(elsewhere)
    (folder / "articles").symlink_to(elsewhere)
    with pytest.raises(StoreError, match="articles is a symbolic link or no folder"):
        write_parquet(Job(archive, folder))
    assert (elsewhere / "year=2022" / "articles.parquet").exists()


def test_links_in_the_places_of_its_own_files(archive: Database, folder: Path) -> None:
    elsewhere = folder.with_name("elsewhere")
    elsewhere.mkdir()
    (elsewhere / "file").write_text("mine", "utf-8")
    export(archive, folder)
    (folder / ".kexue-export.work").symlink_to(elsewhere)
    (folder / JOURNAL).symlink_to(elsewhere / "file")
    assert counts(export(archive, folder)) == (0, 4, 0)
    assert (elsewhere / "file").read_text("utf-8") == "mine"
    (folder / MANIFEST).rename(elsewhere / "manifest")
    (folder / MANIFEST).symlink_to(elsewhere / "manifest")
    with pytest.raises(StoreError, match="is a symbolic link; move it away"):
        export(archive, folder)


# --- Targets that are refused ---------------------------------------------------------------------


def put_a_file(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.md").write_text("years of work", "utf-8")


def put_a_manifest(name: str) -> Callable[[Path], None]:
    def put(folder: Path) -> None:
        folder.mkdir()
        entries = {"format": 1, "kind": "markdown", "archive": DAY1, "files": {name: ["0"]}}
        (folder / MANIFEST).write_text(json.dumps(entries), "utf-8")

    return put


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (put_a_file, r"holds other things \(thesis.md\); give a new or empty folder"),
        (lambda folder: folder.write_text("x"), "is a file; give a folder"),
        (lambda folder: folder.symlink_to(folder.parent / "no"), "is a symbolic link, and"),
        (put_a_manifest("../outside.md"), "is damaged"),
        (put_a_manifest("/outside.md"), "is damaged"),
        (put_a_manifest("a//b.md"), "is damaged"),
    ],
)
def test_a_target_that_cannot_be_one(
    archive: Database, folder: Path, prepare: Callable[[Path], None], reason: str
) -> None:
    prepare(folder)
    before = sorted(folder.parent.rglob("*"))
    with pytest.raises(StoreError, match=reason) as refused:
        export(archive, folder)
    assert refused.value.wrong_use
    assert sorted(folder.parent.rglob("*")) == before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', "\ud800", '{"format": 2}'])
def test_a_manifest_that_cannot_be_read(archive: Database, folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / MANIFEST).write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(StoreError, match=r"\.kexue-export\.json") as refused:
        export(archive, folder)
    assert refused.value.wrong_use


def test_a_missing_parent_is_named(archive: Database, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"there is no folder .*/a; make it first"):
        export(archive, tmp_path / "a" / "b")
    with pytest.raises(StoreError, match="File name too long; give another folder"):
        export(archive, tmp_path / ("b" * 300))


def test_a_read_only_folder_is_named(
    archive: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)  # root may write everywhere
    with pytest.raises(StoreError, match="it is read-only; give another folder"):
        export(archive, folder)


def test_an_export_of_another_kind_or_archive_is_refused(
    archive: Database, folder: Path, tmp_path: Path
) -> None:
    export(archive, folder)
    with pytest.raises(StoreError, match="is an export of the kind markdown"):
        write_parquet(Job(archive, folder))
    with archive.conn:
        archive.execute("UPDATE runs SET started_at = ?", [DAY2])
    with pytest.raises(StoreError, match=f"another archive, begun at {DAY1[:10]}"):
        export(archive, folder)


def test_one_export_at_a_time(archive: Database, folder: Path) -> None:
    export(archive, folder)
    with folder_locked(folder), pytest.raises(StoreError, match="another export is writing to"):
        export(archive, folder)
    assert counts(export(archive, folder)) == (0, 4, 0)


def test_a_full_disk_loses_nothing(
    archive: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(archive, folder)
    before = contents(folder)
    change(archive)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(StoreError, match="No space left on device; what is whole stays"):
            export(archive, folder)
    assert contents(folder) == before
    assert counts(export(archive, folder)) == (4, 0, 2)


def test_a_disk_that_is_full_at_any_write(archive: Database, tmp_path: Path) -> None:
    """Each change of the folder in turn fails, with a sentence; the next export makes it whole."""
    export(archive, tmp_path / "before")
    change(archive)
    export(archive, tmp_path / "after")
    step, failed = 0, 1
    while failed:
        folder = tmp_path / f"vault{step}"
        folder.mkdir()
        copy_of(tmp_path / "before", folder)
        failed = fails(archive, folder, step)
        assert export(archive, folder).complaints(folder) == []
        assert contents(folder) == contents(tmp_path / "after"), step
        assert names_of(folder) == names_of(tmp_path / "after"), step
        step += 1
    assert step > 15, "it failed at a few places only"


def fails(db: Database, folder: Path, step: int) -> bool:
    """Export to a disk that is full before its step-th change, and from then on."""
    left = iter(range(step))

    def refuse() -> None:
        raise OSError(28, os.strerror(28))

    with pytest.MonkeyPatch.context() as patch:
        for name in ("write_bytes", "replace", "mkdir", "open"):
            patch.setattr(Path, name, _mortal(getattr(Path, name), left, refuse))
        try:
            export(db, folder)
        except StoreError as error:
            assert "No space left on device" in str(error)  # noqa: PT017
            return True
    return False


def names_of(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("name", ["warc", "files", "files/ab"])
def test_the_archive_s_own_folders_are_refused(
    archive: Database, tmp_path: Path, name: str
) -> None:
    """Also one that is not there yet: the next crawl writes to it."""
    job = Job(archive, tmp_path / name, CHOSEN, warc_folder=tmp_path / "warc", data=tmp_path)
    with pytest.raises(StoreError, match="is a folder of the archive itself") as refused:
        write_markdown(job)
    assert refused.value.wrong_use
    assert not (tmp_path / "warc").exists()
    assert not (tmp_path / "files").exists()


def test_a_file_that_cannot_be_replaced_is_named(
    archive: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(archive, folder)
    change(archive)

    replace = Path.replace

    def refuse(path: Path, place: Path) -> Path:
        if place.suffix == ".md":
            raise PermissionError(13, "Permission denied", str(path), None, str(place))
        return replace(path, place)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(StoreError, match=r"cannot write to .*\.md: Permission denied; what is"):
        export(archive, folder)


def full(path: Path, content: bytes) -> int:
    with path.open("wb") as file:
        file.write(content[:10])
    raise OSError(28, os.strerror(28))


# --- Killed ---------------------------------------------------------------------------------------


def test_a_killed_export_is_gone_on_with(archive: Database, path: Path, tmp_path: Path) -> None:
    """Killed before each change of the folder in turn, twice in a row, the archive going on."""
    export(archive, tmp_path / "before")
    first = contents(tmp_path / "before")
    change(archive)
    export(archive, tmp_path / "between")
    second = contents(tmp_path / "between")
    died, step = True, 0
    states = []
    while died:
        folder = tmp_path / f"vault{step}"
        states.append(folder)
        folder.mkdir()
        copy_of(tmp_path / "before", folder)
        died = dies(path, folder, step)
        dies(path, folder, step // 2)
        for name, text in contents(folder).items():
            assert text in {first.get(name), second.get(name)}, f"{name} is torn at step {step}"
        step += 1
    assert step > 15, "it was killed at a few places only"
    save_article(archive, an_article(2, title="乙", text="零$x$", links=[]), DAY2)
    export(archive, tmp_path / "after")
    for folder in states:
        outcome = export(archive, folder)
        assert outcome.complaints(folder) == [], folder
        assert contents(folder) == contents(tmp_path / "after"), folder


def copy_of(folder: Path, other: Path) -> None:
    for file in folder.iterdir():
        (other / file.name).write_bytes(file.read_bytes())


def dies(database: Path, folder: Path, step: int) -> bool:
    """Export in a process that ends at once before it changes the disk for the step-th time."""
    child = os.fork()
    if child == 0:
        try:
            left = iter(range(step))
            for name in ("write_bytes", "replace", "unlink", "mkdir", "rmdir", "open"):
                setattr(Path, name, _mortal(getattr(Path, name), left))
            with closing(open_for_reading(database)) as db:
                export(db, folder)
        except BaseException:  # noqa: BLE001
            os._exit(3)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in {0, 9}
    return status == 9


def _die() -> None:
    os._exit(9)


def _mortal(
    method: Callable[..., Any], left: Iterator[int], end: Callable[[], None] = _die
) -> Callable[..., Any]:
    def call(path: Path, *args: Any, **options: Any) -> Any:
        is_change = method.__name__ != "open" or set("xwa") & set(str((*args, *options.values())))
        if is_change and next(left, None) is None:
            end()
        return method(path, *args, **options)

    return call
