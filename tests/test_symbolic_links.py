"""Files and folders that are links: written where they lead to, or refused with a sentence."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from crawling import FIRST, Archive
from replica import make_posts

from archiver.store.atomic import replacing
from archiver.store.errors import StoreError
from archiver.store.lock import LOCK_NAME, locked
from archiver.store.paths import real_file, real_folders
from archiver.store.read_only import open_for_reading
from archiver.store.sqlite import close_archive, open_archive

NAMES = ["kexue.db", "kexue.jsonl", "changes.xml"]


def write(path: Path, text: str = "新\n") -> None:
    with replacing(path) as file:
        file.write(text)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A folder as on another disk."""
    folder = tmp_path / "disk"
    folder.mkdir()
    return folder


# --- One file -------------------------------------------------------------------------------------


@pytest.mark.parametrize("old", [None, "旧\n"])
def test_a_link_stays_and_its_file_is_replaced(tmp_path: Path, disk: Path, old: str | None) -> None:
    target, link = disk / "big.jsonl", tmp_path / "kexue.jsonl"
    if old is not None:
        target.write_text(old, "utf-8")
    link.symlink_to(target)
    write(link)
    assert link.is_symlink()
    assert target.read_text("utf-8") == "新\n"
    assert names(disk) == ["big.jsonl"]


def test_links_to_links_and_relative_ones(tmp_path: Path, disk: Path) -> None:
    (tmp_path / "one").symlink_to("disk/two")
    (disk / "two").symlink_to("three")
    write(tmp_path / "one")
    assert (tmp_path / "one").is_symlink()
    assert (disk / "two").is_symlink()
    assert (disk / "three").read_text("utf-8") == "新\n"


def test_what_fails_leaves_link_and_file(tmp_path: Path, disk: Path) -> None:
    target, link = disk / "big.jsonl", tmp_path / "kexue.jsonl"
    target.write_text("旧\n", "utf-8")
    link.symlink_to(target)
    seen: list[tuple[str, list[str]]] = []

    def fail() -> None:
        with replacing(link) as file:
            file.write("半")
            file.flush()
            seen.append((target.read_text("utf-8"), names(disk)))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert seen == [("旧\n", ["big.jsonl", "big.jsonl.part"])], "it is written on that disk"
    assert link.is_symlink()
    assert target.read_text("utf-8") == "旧\n"
    assert names(disk) == ["big.jsonl"]


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def long_loop(path: Path) -> None:
    path.with_name("a").symlink_to(path.name)
    path.symlink_to("a")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (loop, "a symbolic link that leads to itself"),
        (long_loop, "a symbolic link that leads to itself"),
        (lambda path: path.symlink_to("/nowhere/at/all"), "/nowhere/at is not there; is its disk"),
        (lambda path: path.symlink_to(path.parent), "is a folder"),
        (lambda path: path.symlink_to(os.devnull), "is a device or pipe and no file"),
        (os.mkfifo, "is a device or pipe and no file"),
        (Path.mkdir, "is a folder"),
    ],
)
def test_what_is_no_place_for_a_file(tmp_path: Path, make: object, words: str) -> None:
    path = tmp_path / "kexue.jsonl"
    assert callable(make)
    make(path)
    for use in (real_file, write, open_archive):
        with pytest.raises(StoreError) as caught:
            use(path)
        assert words in str(caught.value)
        assert str(path) in str(caught.value)
        assert caught.value.wrong_use
    assert os.path.lexists(path)
    assert Path(os.devnull).is_char_device()


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444])
def test_the_mode_stays(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "kexue.jsonl"
    path.write_text("旧", "utf-8")
    path.chmod(mode)
    write(path)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_the_mode_of_a_new_file_is_that_of_others(tmp_path: Path) -> None:
    write(tmp_path / "kexue.jsonl")
    (tmp_path / "other").touch()
    modes = {(tmp_path / name).stat().st_mode for name in ("kexue.jsonl", "other")}
    assert len(modes) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_the_owner_stays(tmp_path: Path) -> None:
    path = tmp_path / "kexue.jsonl"
    path.touch()
    os.chown(path, 1234, 2345)
    write(path)
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345)


def test_a_hard_link_keeps_the_old_text(tmp_path: Path) -> None:
    """As a copy of yesterday that was made without copying wants it."""
    path, other = tmp_path / "kexue.jsonl", tmp_path / "yesterday.jsonl"
    path.write_text("旧", "utf-8")
    other.hardlink_to(path)
    write(path)
    assert (path.read_text("utf-8"), other.read_text("utf-8")) == ("新\n", "旧")


@pytest.mark.parametrize("target", ["kexue.jsonl", "other"])
def test_what_a_killed_run_left_is_not_followed(tmp_path: Path, target: str) -> None:
    """Neither is a link that somebody has put there."""
    (tmp_path / "kexue.jsonl.part").symlink_to(target)
    (tmp_path / "other").write_text("别的", "utf-8")
    write(tmp_path / "kexue.jsonl")
    assert (tmp_path / "kexue.jsonl").read_text("utf-8") == "新\n"
    assert not (tmp_path / "kexue.jsonl").is_symlink()
    assert (tmp_path / "other").read_text("utf-8") == "别的"
    assert names(tmp_path) == ["kexue.jsonl", "other"]


# --- The database ---------------------------------------------------------------------------------


def test_a_database_behind_a_link(tmp_path: Path, disk: Path) -> None:
    """An empty file there is the wish for a new archive; logs lie beside the real file."""
    (disk / "big.db").touch()
    (tmp_path / "kexue.db").symlink_to(disk / "big.db")
    db = open_archive(tmp_path / "kexue.db")
    assert names(disk) == ["big.db", "big.db-shm", "big.db-wal"]
    assert names(tmp_path) == ["disk", "kexue.db"]
    close_archive(db)
    assert names(disk) == ["big.db"]
    assert (tmp_path / "kexue.db").is_symlink()
    assert (disk / "big.db").stat().st_size > 0


def test_a_database_on_a_disk_that_is_not_mounted(tmp_path: Path, disk: Path) -> None:
    """A new one would be begun there, and the whole blog read again."""
    (tmp_path / "kexue.db").symlink_to(disk / "big.db")
    with pytest.raises(StoreError) as caught:
        open_archive(tmp_path / "kexue.db")
    assert str(caught.value) == (
        f"{tmp_path}/kexue.db is a symbolic link, and {disk}/big.db is not there; is its disk"
        " mounted? For a new archive make an empty file there"
    )
    assert caught.value.wrong_use
    assert names(disk) == []
    with pytest.raises(StoreError, match="is its disk mounted"):
        open_for_reading(tmp_path / "kexue.db")


def test_a_data_folder_behind_a_link(tmp_path: Path, disk: Path) -> None:
    (tmp_path / "data").symlink_to(disk)
    close_archive(open_archive(tmp_path / "data" / "kexue.db"))
    assert names(disk) == ["kexue.db"]
    assert (tmp_path / "data").is_symlink()


@pytest.mark.parametrize("target", ["nowhere", "data"])
def test_a_data_folder_that_is_not_mounted(tmp_path: Path, target: str) -> None:
    (tmp_path / "data").symlink_to(target)
    with pytest.raises(StoreError) as caught:
        open_archive(tmp_path / "data" / "kexue.db")
    assert str(caught.value) == (
        f"{tmp_path}/data is a symbolic link, and {tmp_path}/{target} is not there;"
        " is its disk mounted?"
    )
    assert caught.value.wrong_use


# --- The lock -------------------------------------------------------------------------------------


def test_one_database_reached_in_two_ways_is_one_lock(tmp_path: Path, disk: Path) -> None:
    (disk / "kexue.db").touch()
    folders = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "kexue.db").symlink_to(disk / "kexue.db")
        folders.append(real_folders([tmp_path / name / file for file in NAMES]))
    assert folders[0] == [tmp_path / "one", disk]
    with locked(*folders[0]):
        with (
            pytest.raises(StoreError, match="another run is writing") as caught,
            locked(*folders[1]),
        ):
            pytest.fail("two runs hold one database")
        assert str(disk) in str(caught.value)
        with locked(tmp_path / "two"):
            assert (disk / LOCK_NAME).exists(), "what was refused holds nothing"


def test_one_folder_of_two_names_is_locked_once(tmp_path: Path, disk: Path) -> None:
    (tmp_path / "data").symlink_to(disk)
    (disk / "kexue.jsonl").symlink_to(tmp_path / "data" / "big.jsonl")
    assert real_folders([tmp_path / "data" / name for name in NAMES]) == [tmp_path / "data"]


# --- A run ----------------------------------------------------------------------------------------


def test_a_run_with_links(tmp_path: Path, disk: Path) -> None:
    """The first run, one beside it from another folder, the next run, status and verify."""
    with Archive(tmp_path, make_posts(3)) as blog:
        blog.folder.mkdir()
        (disk / "kexue.db").touch()
        (disk / "warc").mkdir()
        for name in [*NAMES, "warc"]:
            (blog.folder / name).symlink_to(disk / name)
        first = blog.crawl()
        assert first.status == 0
        with locked(disk):
            beside = blog.crawl()
        assert beside.status == 2
        assert f"another run is writing to the data folder {disk}" in beside.sentence
        assert beside.paths == []
        second = blog.crawl()
        assert (second.status, second.paths[:2]) == (0, FIRST[:2])
        assert blog.run("status").status == 0
        verified = blog.run("verify", "--fidelity")
        assert verified.status == 0, verified.said
    assert all((blog.folder / name).is_symlink() for name in NAMES)
    assert (blog.folder / "warc").is_symlink()
    assert names(blog.folder) == names(disk) == sorted([LOCK_NAME, *NAMES, "warc"])
    assert [path.name[10:] for path in (disk / "warc").glob("*.gz")] == ["-1.warc.gz"]
    assert len((disk / "kexue.jsonl").read_bytes().splitlines()) == 3


@pytest.mark.parametrize("name", NAMES)
def test_a_run_asks_for_nothing_when_its_disk_is_not_mounted(tmp_path: Path, name: str) -> None:
    with Archive(tmp_path, make_posts(1)) as blog:
        blog.folder.mkdir()
        (blog.folder / name).symlink_to(tmp_path / "disk" / name)
        ended = blog.crawl()
    assert ended.status == 2
    assert f"{name} is a symbolic link, and {tmp_path}/disk is not there" in ended.sentence
    assert ended.paths == []
