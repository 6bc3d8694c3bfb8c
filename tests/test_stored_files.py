"""The folder of the files: a file is whole or not there, and nothing else is touched."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from archiver.store.errors import StoreError
from archiver.store.stored_files import FileFolder

DATA = b"\x89PNG\r\n\x1a\n of some kind"
HASH = hashlib.sha256(DATA).hexdigest()
PATH = f"files/{HASH[:2]}/{HASH}.png"


@pytest.fixture
def folder(tmp_path: Path) -> FileFolder:
    (tmp_path / "files").mkdir()
    return FileFolder(tmp_path / "files")


def names(folder: FileFolder) -> list[str]:
    return sorted(str(path.relative_to(folder.folder)) for path in folder.folder.rglob("*.*"))


def store(folder: FileFolder) -> None:
    stored = folder.store(DATA, "png", "image/png")
    assert (stored.sha256, stored.path, stored.bytes) == (HASH, PATH, len(DATA))
    assert folder.folder.parent.joinpath(PATH).read_bytes() == DATA
    assert names(folder) == [PATH.removeprefix("files/")]


def test_the_name_is_the_hash(folder: FileFolder) -> None:
    store(folder)
    assert folder.has(PATH, len(DATA))
    assert not folder.has(PATH, len(DATA) + 1)
    assert not folder.has(None, None)


def test_it_is_written_once(folder: FileFolder) -> None:
    store(folder)
    before = folder.folder.parent.joinpath(PATH).stat()
    store(folder)
    after = folder.folder.parent.joinpath(PATH).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_what_a_killed_run_has_left(folder: FileFolder) -> None:
    """Half a file is no file, and goes; what somebody has put there by another name stays."""
    shelf = folder.folder / HASH[:2]
    shelf.mkdir()
    (shelf / f"{HASH}.part").write_bytes(DATA[:5])
    (shelf / "notes.part").write_bytes(b"mine")
    folder.clear_parts()
    assert [path.name for path in shelf.iterdir()] == ["notes.part"]
    (shelf / f"{HASH}.part").write_bytes(DATA[:5])
    (shelf / "notes.part").unlink()
    store(folder)


def test_wrong_bytes_in_its_place_are_replaced(folder: FileFolder) -> None:
    store(folder)
    folder.folder.parent.joinpath(PATH).write_bytes(DATA[::-1])
    store(folder)


@pytest.mark.parametrize("name", [f"{HASH}.png", f"{HASH}.part"])
def test_a_link_in_its_place_is_not_followed(folder: FileFolder, name: str) -> None:
    """Not even to a file with the right bytes: what it leads to is not the archive's."""
    other = folder.folder.parent / "other"
    other.write_bytes(DATA)
    (folder.folder / HASH[:2]).mkdir()
    (folder.folder / HASH[:2] / name).symlink_to(other)
    store(folder)
    assert not folder.folder.parent.joinpath(PATH).is_symlink()
    assert other.read_bytes() == DATA


def test_a_shelf_that_leads_elsewhere(folder: FileFolder, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder.folder / HASH[:2]).symlink_to(elsewhere)
    with pytest.raises(StoreError, match="is a symbolic link; remove it, or link"):
        store(folder)
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_an_error_leaves_nothing(
    folder: FileFolder, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os if call == "fsync" else Path, call, full)
        with pytest.raises(StoreError, match=r"cannot write .*\.png: No space left on device"):
            store(folder)
    assert names(folder) == []
    store(folder)


def test_a_folder_in_its_place(folder: FileFolder) -> None:
    (folder.folder.parent / PATH).mkdir(parents=True)
    with pytest.raises(StoreError, match="cannot write"):
        store(folder)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot write"):
        store(FileFolder(tmp_path / "files"))
