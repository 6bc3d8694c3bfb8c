"""WARC files over several runs of a crawl: what is referred to, settings, folders, errors."""

from __future__ import annotations

import errno
import gzip
import json
import os
from pathlib import Path

import pytest
from crawling import Archive, options_of
from replica import make_posts
from rig.commands import run as run_command
from rig.recorded import RecordingReplica

from archiver.store.lock import locked

WHOLE = "SELECT url FROM captures WHERE run_id = 2 AND refers_to IS NULL"
WITHOUT = "SELECT id FROM articles EXCEPT SELECT article_id FROM captures"


def sizes(folder: Path) -> list[int]:
    return [path.stat().st_size for path in sorted(folder.glob("*.warc.gz"))]


def test_a_page_that_has_not_changed_costs_little(tmp_path: Path) -> None:
    """Read again, it is referred to; one that has changed is kept whole."""
    with Archive(tmp_path, make_posts(12), gate="script") as archive:
        assert archive.crawl().status == 0
        (first,) = sizes(archive.folder / "warc")
        archive.replica.edit(105, readers=9999)
        assert archive.crawl("full=1").status == 0
        (both,) = sizes(archive.folder / "warc")
        kept = {url.removeprefix(archive.replica.base_url) for (url,) in archive.rows(WHOLE)}
        assert kept == {"/robots.txt", "/", "/archives/105"}
        assert both - first < first / 2
        archive.assert_sound()
        assert archive.rows(WITHOUT) == []


def test_a_full_file_is_followed_by_another(tmp_path: Path) -> None:
    with Archive(tmp_path, make_posts(3)) as archive:
        assert archive.crawl(KEXUE_WARC_SIZE=0).status == 0
        files = sizes(archive.folder / "warc")
        assert len(files) == len(archive.replica.paths) + 2  # what the run began and ended with
        told = json.loads(archive.run("status", "--json").stdout)
        assert told["files"]["warc"] == sum(files)
        archive.assert_sound()


def test_switched_off_and_on_again(tmp_path: Path) -> None:
    """What was read meanwhile has no capture, and that is no fault."""
    with Archive(tmp_path, make_posts(3)) as archive:
        assert archive.crawl(KEXUE_WARC=0).status == 0
        assert not (archive.folder / "warc").exists()
        assert archive.rows("SELECT count(*) FROM captures") == [(0,)]
        archive.assert_sound()
        assert archive.crawl("ids=102").status == 0
        assert archive.rows("SELECT article_id FROM captures WHERE article_id") == [(102,)]
        verified = archive.run("verify")
        assert verified.status == 0
        assert "articles without a capture: 2 (" in verified.stdout


def test_two_archives_in_a_folder_do_not_mix(tmp_path: Path) -> None:
    with Archive(tmp_path, make_posts(3)) as archive:
        for name in ("kexue", "other"):
            words = options_of(archive.replica.base_url, archive.folder, KEXUE_NAME=name)
            assert run_command("crawl", "kexue", *words).returncode == 0
            assert run_command("verify", *words).returncode == 0
        assert len(sizes(archive.folder / "warc")) == 1
        assert len(sizes(archive.folder / "other-warc")) == 1


def test_a_folder_that_another_archive_writes_to(tmp_path: Path) -> None:
    """A link leads to it: one of the two waits, and asks for nothing."""
    shared = tmp_path / "disk"
    shared.mkdir()
    with Archive(tmp_path, make_posts(1)) as archive:
        archive.folder.mkdir()
        (archive.folder / "warc").symlink_to(shared)
        with locked(shared):
            refused = archive.crawl()
        assert (refused.status, refused.paths) == (2, [])
        assert f"another run is writing to the data folder {shared}" in refused.sentence or (
            f"data folder {archive.folder / 'warc'}" in refused.sentence
        )
        assert archive.crawl().status == 0
        assert len(sizes(shared)) == 1


@pytest.mark.parametrize("what", ["file", "link", "size"])
def test_wrong_use_is_one_sentence(tmp_path: Path, what: str) -> None:
    with Archive(tmp_path, make_posts(1)) as archive:
        archive.folder.mkdir()
        warc, size = archive.folder / "warc", "1"
        if what == "file":
            warc.touch()
            words = f"cannot write to the data folder {warc}: File exists"
        elif what == "link":
            warc.symlink_to(tmp_path / "disk")
            words = f"{warc} is a symbolic link, and {tmp_path / 'disk'} is not there"
        else:
            size = "many"
            words = "KEXUE_WARC_SIZE=many is not a whole number from 0 on"
        refused = archive.crawl(KEXUE_WARC_SIZE=size)
        assert (refused.status, refused.paths) == (2, [])
        assert words in refused.stderr


def test_a_header_without_end_is_broken_off(tmp_path: Path) -> None:
    """It would fill the memory for as long as an answer may take."""
    archive = Archive(tmp_path, [])
    archive.replica = replica = RecordingReplica(make_posts(2))
    endless = b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 600_000
    replica.odd("^/archives/101$", lambda _: endless, closes=True)
    with archive:
        ended = archive.crawl(DOWNLOAD_MAXSIZE=200_000, RETRY_TIMES=0)
        assert ended.status == 1
        row, *_ = archive.rows(
            "SELECT truncated, warc, offset, length FROM captures WHERE truncated NOT NULL"
        )
        assert row[0] == "length"
        member = (archive.folder / "warc" / row[1]).read_bytes()[row[2] : row[2] + row[3]]
        assert 1_400_000 < len(gzip.decompress(member)) < 1_600_000
        assert archive.run("verify").status == 0


def test_a_file_that_is_deleted_during_the_run(tmp_path: Path) -> None:
    """Nothing is made of what could not be kept, and the sentence names the file."""
    with Archive(tmp_path, make_posts(12)) as archive:

        def delete() -> None:
            for path in (archive.folder / "warc").glob("*.warc.gz"):
                path.unlink()

        archive.replica.fault("^/archives/105$", kind="hook", times=1, call=delete)
        ended = archive.crawl()
        assert ended.status == 1
        assert ".warc.gz was deleted while the run was writing" in ended.sentence
        assert archive.rows("SELECT id FROM articles WHERE id = 105") == []
        archive.assert_undamaged()
        again = archive.crawl()
        assert again.status == 0, again.said
        assert archive.rows("SELECT count(*) FROM articles") == [(12,)]
        assert "the file is missing; put it back" in archive.run("verify").stdout


#: The disk of the WARC files has room for so many bytes more.
FULL = """
import errno, os
room, write = [20_000], os.pwrite
def pwrite(descriptor, data, offset):
    taken = min(len(data), room[0])
    room[0] -= taken
    if not taken:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return write(descriptor, data[:taken], offset)
os.pwrite = pwrite
"""


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """The run ends in order, with what was kept before; the next one goes on."""
    with Archive(tmp_path, make_posts(12)) as archive:
        words = options_of(archive.replica.base_url, archive.folder)
        ended = run_command("crawl", "kexue", *words, program=FULL)
        assert ended.returncode == 1
        assert "Traceback" not in ended.stderr
        (path,) = (archive.folder / "warc").glob("*.warc.gz")
        reason = f"cannot write {path}: {os.strerror(errno.ENOSPC)}"
        assert f"the run ended early ({reason})" in ended.stderr.splitlines()[-1]
        assert 0 < archive.rows("SELECT count(*) FROM articles")[0][0] < 12
        assert archive.rows(WITHOUT) == []
        assert archive.run("verify").status == 0
        again = archive.crawl()
        assert again.status == 0, again.said
        archive.assert_sound()
        assert archive.rows(WITHOUT) == []
