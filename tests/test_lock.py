"""One run at a time on a data folder: the lock refuses at once and dies with its process."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import ROOT

from archiver.store.errors import StoreError
from archiver.store.lock import LOCK_NAME, locked

#: Takes the lock, says so, and keeps it until its input is closed.
HOLDER = """
import subprocess, sys
from pathlib import Path
from archiver.store.lock import locked
with locked(Path(sys.argv[1])):
    child = subprocess.Popen(["cat"], stdin=0, close_fds=False) if "child" in sys.argv else None
    print("held", child.pid if child else 0, flush=True)
    sys.stdin.read()
"""
#: Tries to take it: 0 when it can, the sentence on stderr and 2 when not.
TAKER = """
import sys
from pathlib import Path
from archiver.store.errors import StoreError
from archiver.store.lock import locked
try:
    with locked(Path(sys.argv[1])):
        pass
except StoreError as error:
    sys.exit(str(error))
"""


@contextmanager
def holder(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Another process that holds the lock, and the id of its child (0 without one)."""
    command = [sys.executable, "-c", HOLDER, str(folder), *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        word, child = process.stdout.readline().split()
        assert word == "held"
        try:
            yield process, int(child)
        finally:
            process.kill()


def refusal(folder: Path) -> str:
    return (
        f"another run is writing to the data folder {folder}; wait for its end,"
        " or set KEXUE_DATA_DIR to another folder"
    )


def test_a_second_process_is_refused_at_once(tmp_path: Path) -> None:
    with holder(tmp_path), pytest.raises(StoreError) as caught, locked(tmp_path):
        pytest.fail("two runs hold the same folder")
    assert str(caught.value) == refusal(tmp_path)
    assert caught.value.wrong_use


def test_a_second_process_sees_the_lock_of_this_one(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TAKER, str(tmp_path)]
    with locked(tmp_path):
        second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (second.returncode, second.stderr) == (1, f"{refusal(tmp_path)}\n")
    third = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (third.returncode, third.stderr) == (0, "")


def test_the_same_process_cannot_hold_it_twice(tmp_path: Path) -> None:
    with locked(tmp_path):
        with pytest.raises(StoreError, match="another run is writing"), locked(tmp_path):
            pytest.fail("two runs hold the same folder")
        with pytest.raises(StoreError), locked(tmp_path):
            pytest.fail("a refused run has given the lock back")


def test_the_lock_is_free_after_the_end(tmp_path: Path) -> None:
    """Also after an error inside; the empty file stays and means nothing."""
    with pytest.raises(ZeroDivisionError), locked(tmp_path):
        raise ZeroDivisionError
    with locked(tmp_path):
        assert (tmp_path / LOCK_NAME).read_bytes() == b""
    assert [file.name for file in tmp_path.iterdir()] == [LOCK_NAME]


def test_the_lock_is_free_after_a_kill(tmp_path: Path) -> None:
    with holder(tmp_path) as (process, _):
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        with locked(tmp_path):
            assert (tmp_path / LOCK_NAME).exists()


def test_a_child_does_not_keep_the_lock(tmp_path: Path) -> None:
    """A hook that outlives the run which has called it must not keep the next one out."""
    with holder(tmp_path, "child") as (process, child):
        process.send_signal(signal.SIGKILL)
        process.wait()
        os.kill(child, 0)  # it lives: its input is open still
        with locked(tmp_path):
            assert (tmp_path / LOCK_NAME).exists()


def test_another_folder_has_another_lock(tmp_path: Path) -> None:
    one, two = tmp_path / "1", tmp_path / "2"
    one.mkdir()
    two.mkdir()
    with locked(one), locked(two):
        assert (two / LOCK_NAME).exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_write_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="Permission denied") as caught, locked(tmp_path):
        pytest.fail("nothing can be locked here")
    assert caught.value.wrong_use
    tmp_path.chmod(0o700)


def test_a_lock_file_that_cannot_be_opened(tmp_path: Path) -> None:
    """As in a folder without write permission, but for root too."""
    (tmp_path / LOCK_NAME).mkdir()
    with pytest.raises(StoreError) as caught, locked(tmp_path):
        pytest.fail("nothing can be locked here")
    assert str(caught.value) == (
        f"cannot write to the data folder {tmp_path}: Is a directory;"
        " set KEXUE_DATA_DIR to a folder that you can write to"
    )
    assert caught.value.wrong_use


def test_a_disk_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some network disks have none: the run must not go on as if it had one."""

    def no_locks(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(StoreError) as caught, locked(tmp_path):
        pytest.fail("nothing can be locked here")
    assert str(caught.value) == (
        f"the data folder {tmp_path} cannot be locked: No locks available;"
        " set KEXUE_DATA_DIR to a folder on a disk of this machine"
    )
    assert caught.value.wrong_use


def lowest_free_descriptor() -> int:
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.close(descriptor)
    return descriptor


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    """Neither by a lock that was held, nor by one that was refused."""
    before = lowest_free_descriptor()
    with locked(tmp_path):
        for _ in range(3):
            with pytest.raises(StoreError), locked(tmp_path):
                pytest.fail("two runs hold the same folder")
    assert lowest_free_descriptor() == before
