"""Pictures and linked files over runs of a crawl: what is asked for, kept, named, tried again."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from crawling import Archive, Outcome, options_of
from replica import make_post, make_posts
from rig.commands import run as run_command

from archiver.demo import uploads
from archiver.demo.posts import Post

ON = {"KEXUE_PICTURES": 1}
STATUSES = "SELECT url, status FROM pictures ORDER BY article_id DESC, position"
BLOG = "https://kexue.fm"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>window.location="/x"</script></svg>'


def a_post(*addresses: str, post_id: int = 101, links: tuple[str, ...] = (), **more: Any) -> Post:
    body = "".join(f'<p>图<img src="{address}" alt="" /></p>' for address in addresses)
    body += "".join(f'<p><a href="{address}">文件</a></p>' for address in links)
    return make_post(post_id, post_id - 100, body=f"<p>正文$x$</p>{body}", **more)


def crawl(archive: Archive, *arguments: str, **settings: object) -> Outcome:
    return archive.crawl(*arguments, **{**ON, **settings})


def files_of(outcome: Outcome) -> list[str]:
    """The files that were asked for, in their order."""
    return [path for path in outcome.paths if path.startswith(("/usr/", "/sci/", "/x"))]


def told_of(outcome: Outcome, name: str) -> str:
    """The words of a row of the report."""
    line = next(x for x in outcome.stdout.splitlines() if x.startswith(f"  {name}  "))
    return line.removeprefix(f"  {name}").strip()


def path_of(n: int) -> str:
    return f"/usr/uploads/2020/01/{n}.png"


def test_they_come_last_the_newest_first_and_once(tmp_path: Path) -> None:
    with Archive(tmp_path, make_posts(12), gate="script") as archive:
        first = crawl(archive, KEXUE_PICTURES_PER_RUN=5)
        assert first.status == 0, first.said
        asked = [path_of(n) for n in range(112, 107, -1)]
        assert first.paths[-5:] == asked == files_of(first)
        assert archive.replica.peak == 1
        assert told_of(first, "pictures") == "5 stored, 7 still to fetch"
        second = crawl(archive)
        assert files_of(second) == [path_of(n) for n in range(107, 100, -1)]
        third = crawl(archive)
        assert (third.status, files_of(third)) == (0, [])
        assert told_of(third, "pictures") == "12 stored"
        archive.assert_sound()
        stored = archive.rows("SELECT path, sha256, url FROM pictures ORDER BY article_id")
        for path, sha256, url in stored:
            data = (archive.folder / path).read_bytes()
            assert data == uploads.file_at(url.removeprefix(BLOG))
            assert path == f"files/{sha256[:2]}/{hashlib.sha256(data).hexdigest()}.png"
        pictures = archive.records[101]["pictures"]
        assert [list(picture) for picture in pictures] == [["url", "alt", "caption"]]
        captured = archive.rows("SELECT count(*) FROM captures WHERE url LIKE '%.png'")
        assert captured == [(12,)]


def test_one_request_for_all_ways_of_writing_an_address(tmp_path: Path) -> None:
    """Odd addresses reach the server as a browser would send them, and never the disk."""
    long = f"/usr/uploads/{'长' * 20}{'x' * 300}.png"
    post = a_post(
        "/usr/uploads/a.png", "http://www.kexue.fm/usr/uploads/a.png#1",
        "https://spaces.ac.cn/usr/uploads/x/../a.png", "../usr/uploads/../../../usr/uploads/b.png",
        "/usr/uploads/满月 1.png", long, "/usr/uploads/plain", "data:image/png;base64,AAAA",
        "https://img.example.org/a.png", "http://127.0.0.1:9/a.png",
    )  # fmt: skip
    with Archive(tmp_path, [post]) as archive:
        archive.replica.fault(
            "plain$", kind="not-html", content_type="text/html", body=uploads.gif(1, 1, 1)
        )
        outcome = crawl(archive)
        assert outcome.status == 0, outcome.said
        assert files_of(outcome) == [
            "/usr/uploads/a.png", "/usr/uploads/b.png", "/usr/uploads/%E6%BB%A1%E6%9C%88%201.png",
            f"/usr/uploads/{'%E9%95%BF' * 20}{'x' * 300}.png", "/usr/uploads/plain",
        ]  # fmt: skip
        assert [status for _, status in archive.rows(STATUSES)] == [
            *["ok"] * 7, None, "foreign", "foreign",
        ]  # fmt: skip
        assert told_of(outcome, "pictures") == "5 stored, 2 foreign"
        archive.assert_sound()
        told = archive.run("status", **ON)
        assert told.status == 0
        assert "https://img.example.org/a.png" in told.stdout


def test_what_is_no_picture(tmp_path: Path) -> None:
    """Each is named with its reason; none fails the run, and none fails a later one."""
    names = (
        "lost.png", "page.png", "script.png", "zip.png", "moved.png", "home.png", "huge.png",
        "giant.png", "bomb.png", "draw.png", "cut.png",
    )  # fmt: skip
    bodies = {
        "page": b"<!DOCTYPE html><title>x</title><h1>login</h1></html>",
        "script": b"<?php echo 1;",
        "zip": uploads.zip_of("/x"),
        "huge": uploads.png(1, 1, 1) + bytes(1_000_001),
        "draw": SVG,
        "cut": uploads.png(2, 2, 2)[:-12],
    }
    with Archive(tmp_path, [a_post(*(f"/usr/uploads/{name}" for name in names))]) as archive:
        for name, body in bodies.items():
            archive.replica.fault(f"/{name}", kind="not-html", content_type="image/png", body=body)
        archive.replica.fault("/lost", kind="bare-404")
        archive.replica.fault("/moved", kind="other-host", host="http://img.example.org")
        archive.replica.fault("/home", kind="other-host", host="", path="/archives/101")
        archive.replica.fault("/giant", kind="length", off=500_000_000)
        bomb = gzip.compress(uploads.png(1, 1, 1) + bytes(5_000_000))
        packed = (("Content-Encoding", "gzip"),)
        archive.replica.fault("/bomb", kind="not-html", body=bomb, headers=packed)
        outcome = crawl(archive, KEXUE_FILE_SIZE=1, KEXUE_BREAKER=0)
        assert outcome.status == 0, outcome.said
        found = {url.rpartition("/")[2]: status for url, status in archive.rows(STATUSES)}
        assert found == {
            "lost.png": "missing", "page.png": "not-a-picture", "script.png": "not-a-picture",
            "zip.png": "not-a-picture", "moved.png": "foreign", "home.png": "not-a-picture",
            "huge.png": "too-large", "giant.png": "too-large", "bomb.png": "too-large",
            "draw.png": "ok", "cut.png": "ok",
        }  # fmt: skip
        for reason in (
            "HTTP 404 (Not Found)", "a page in its place", "not a picture, but application/zip",
            "a redirect to another host (img.example.org)", "larger than 1 MB (KEXUE_FILE_SIZE)",
        ):  # fmt: skip
            assert f".png  {reason}\n" in outcome.stdout
        assert files_of(outcome).count("/usr/uploads/cut.png") == 2, "the same bytes came again"
        paths = [path for (path,) in archive.rows("SELECT path FROM files ORDER BY path")]
        assert sorted(path.rpartition(".")[2] for path in paths) == ["png", "svg"]
        archive.assert_sound()
        again = crawl(archive, KEXUE_FILE_SIZE=1, KEXUE_BREAKER=0)
        assert len(files_of(again)) == 4, "what was not a picture, once more"
        last = crawl(archive, KEXUE_FILE_SIZE=1)
        assert (last.status, files_of(last)) == (0, [])
        asked = crawl(archive, "ids=101", KEXUE_BREAKER=0)
        assert len(set(files_of(asked))) == 9, "who asks for the article gets all that lacks"
        assert archive.rows("SELECT status FROM pictures WHERE url LIKE '%huge%'") == [("ok",)]


def test_a_server_in_trouble(tmp_path: Path) -> None:
    """The run fails and says so, asks again at its end and in the next run, and then has it."""
    with Archive(tmp_path, make_posts(3)) as archive:
        archive.replica.fault("/102.png", kind="status", code=503)
        archive.replica.fault("/101.png", kind="cut", times=2)
        first = crawl(archive)
        assert first.status == 1
        assert first.sentence == (
            "scrapy crawl: the archive is not complete: 1 picture failed (scrapy status names"
            " them); the next run tries them again"
        )
        assert "pictures: https://kexue.fm/usr/uploads/2020/01/102.png  HTTP 503" in first.stdout
        assert archive.rows("SELECT url FROM failures") == []
        told = archive.run("status", "--json", **ON)
        assert told.status == 1
        found = json.loads(told.stdout)
        assert found["problems"][0] == "the archive is not complete: 1 picture failed"
        assert found["pictures"] == {
            "ok": 2, "missing": 0, "foreign": 0, "failed": 1, "too_large": 0, "not_a_picture": 0,
            "left": 0,
        }  # fmt: skip
        others = crawl(archive, "ids=103")
        assert (others.status, files_of(others)) == (0, [])
        archive.replica.clear_faults()
        second = crawl(archive)
        assert (second.status, files_of(second)) == (0, [path_of(102)])
        archive.assert_sound()


def test_a_closed_server_ends_the_run(tmp_path: Path) -> None:
    with Archive(tmp_path, make_posts(9)) as archive:
        archive.replica.fault("png$", kind="status", code=503)
        ended = crawl(archive)
        assert ended.status == 1
        assert "4 addresses in a row failed, the last with HTTP 503" in ended.sentence
        assert len(set(files_of(ended))) == 4
        assert archive.rows("SELECT count(*) FROM articles") == [(9,)]
        archive.assert_sound(whole=False)
        archive.replica.clear_faults()
        archive.replica.fault("^/(content.html|page/.*)?$", kind="status", code=503)
        down = crawl(archive)
        assert (down.status, files_of(down)) == (1, []), "it has shown no listing"


def test_old_ones_are_asked_for_again(tmp_path: Path) -> None:
    """One that has not changed costs no body; one that has leaves the old file where it is."""
    with Archive(tmp_path, make_posts(3)) as archive:
        assert crawl(archive).status == 0
        archive.pass_days(200)
        archive.replica.clear_log()
        archive.replica.fault("/102.png", kind="not-html", body=uploads.gif(9, 9, 9))
        archive.replica.fault("/101.png", kind="bare-404")
        again = crawl(archive)
        assert again.status == 0, again.said
        asked = {seen.path: seen for seen in archive.replica.log if ".png" in seen.path}
        assert {path: seen.status for path, seen in asked.items()} == {
            path_of(103): 304, path_of(102): 200, path_of(101): 404,
        }  # fmt: skip
        marks = [{"If-None-Match", "If-Modified-Since"} <= set(s.headers) for s in asked.values()]
        assert marks == [True] * 3
        assert archive.rows("SELECT count(*) FROM files") == [(4,)]
        assert archive.rows("SELECT status, media_type FROM pictures JOIN files USING (sha256)"
                            " ORDER BY article_id DESC") == [
            ("ok", "image/png"), ("ok", "image/gif"), ("ok", "image/png"),
        ]  # fmt: skip
        assert archive.rows("SELECT reason FROM file_addresses WHERE url LIKE '%101.png'") == [
            ("HTTP 404 (Not Found)",)
        ]
        archive.assert_sound()
        assert files_of(crawl(archive)) == []


def test_linked_files(tmp_path: Path) -> None:
    """Only where they are wanted; bytes without a signature are a file, a page is none."""
    links = (
        "/usr/uploads/a.pdf",
        "/usr/uploads/a.zip",
        "http://spaces.ac.cn/sci/data.txt",
        "/usr/uploads/away.rar",
        "/sci/plot.php",
        "/archives/101",
        "https://example.org/b.zip",
    )
    with Archive(tmp_path, [a_post(path_of(1), links=links)]) as archive:
        archive.replica.fault("data.txt", kind="not-html", body=b"1 2 3\n")
        archive.replica.fault("away.rar", kind="not-html", body=b"<html>gone</html>")
        assert files_of(crawl(archive)) == [path_of(1)]
        outcome = crawl(archive, KEXUE_ATTACHMENTS=1)
        assert outcome.status == 0, outcome.said
        assert len(files_of(outcome)) == 4
        assert told_of(outcome, "linked files") == "3 stored, 1 not a picture"
        types = archive.rows(
            "SELECT media_type, path FROM files JOIN links ON file_url = files.url"
        )
        assert sorted((kind, path.rpartition(".")[2]) for kind, path in types) == [
            ("application/octet-stream", "bin"), ("application/pdf", "pdf"),
            ("application/zip", "zip"),
        ]  # fmt: skip
        archive.assert_sound()


def test_runs_that_are_about_something_else(tmp_path: Path) -> None:
    with Archive(tmp_path, make_posts(12)) as archive:
        limited = crawl(archive, "limit=2")
        assert (limited.status, files_of(limited)) == (0, [path_of(112), path_of(111)])
        assert files_of(crawl(archive, "ids=103,104")) == [path_of(104), path_of(103)]
        assert files_of(crawl(archive, "readers=1")) == []
        assert files_of(archive.crawl()) == [], "switched off"
        alone = crawl(archive, "pictures=1", KEXUE_PICTURES_PER_RUN=1)
        assert (alone.status, len(files_of(alone)), alone.articles) == (0, 8, [])
        assert alone.paths[0] == "/robots.txt"
        assert archive.rows("SELECT mode, outcome FROM runs ORDER BY id DESC LIMIT 1") == [
            ("pictures", "ok")
        ]
        archive.assert_sound()
        refused = archive.crawl("pictures=1")
        assert (refused.status, refused.paths) == (2, [])
        assert "KEXUE_PICTURES=0 leaves them out" in refused.stderr


def test_robots(tmp_path: Path) -> None:
    """What it forbids is not asked for, and is said to be lacking."""
    with Archive(tmp_path, make_posts(2)) as archive:
        archive.replica.fault(
            "robots.txt", kind="not-html", content_type="text/plain",
            body=b"User-agent: *\nDisallow: /usr/\n",
        )  # fmt: skip
        outcome = crawl(archive)
        assert (outcome.status, files_of(outcome)) == (1, [])
        assert "2 pictures failed" in outcome.sentence
        assert "robots.txt" in outcome.stdout


def test_an_article_that_is_edited_keeps_its_pictures(tmp_path: Path) -> None:
    """Its rows are written anew; also in a run that fetches none."""
    with Archive(tmp_path, [a_post("/usr/uploads/a.png", "/usr/uploads/b.png")]) as archive:
        assert crawl(archive).status == 0
        before = archive.rows("SELECT url, sha256, path, status, file_url FROM pictures")
        archive.replica.publish(a_post("/usr/uploads/b.png", "/usr/uploads/c.png"))
        assert archive.crawl("ids=101").status == 0
        after = archive.rows("SELECT url, sha256, path, status, file_url FROM pictures")
        assert after[0] == before[1]
        assert after[1][1:] == (None, None, None, f"{BLOG}/usr/uploads/c.png")
        archive.assert_sound()
        assert files_of(crawl(archive)) == ["/usr/uploads/c.png"]


def test_a_lost_file_is_fetched_again(tmp_path: Path) -> None:
    with Archive(tmp_path, make_posts(2)) as archive:
        assert crawl(archive).status == 0
        for file in sorted((archive.folder / "files").rglob("*.png")):
            file.unlink()
        verified = archive.run("verify")
        assert "the file is missing; put it back, or let the next run" in verified.stdout
        again = crawl(archive)
        assert (again.status, len(files_of(again))) == (0, 2)
        archive.assert_sound()


#: The disk has no room for any picture.
FULL = """
import errno, os
replace = os.replace
from pathlib import Path
def full(self, target):
    if str(target).endswith(".png"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return replace(self, target)
Path.replace = full
"""


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """The run ends in order, and the next one goes on."""
    with Archive(tmp_path, make_posts(3)) as archive:
        words = options_of(archive.replica.base_url, archive.folder, **ON)
        ended = run_command("crawl", "kexue", *words, program=FULL)
        assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
        assert ".png: No space left on device" in ended.stderr
        assert len([path for path in archive.replica.paths if ".png" in path]) <= 2
        assert archive.rows("SELECT count(*) FROM files") == [(0,)]
        archive.assert_sound(whole=False)
        assert crawl(archive).status == 0
        archive.assert_sound()


@pytest.mark.parametrize("what", ["file", "link"])
def test_a_folder_that_cannot_be_one(tmp_path: Path, what: str) -> None:
    with Archive(tmp_path, make_posts(1)) as archive:
        archive.folder.mkdir()
        files = archive.folder / "files"
        files.touch() if what == "file" else files.symlink_to(tmp_path / "disk")
        refused = crawl(archive)
        assert (refused.status, refused.paths) == (2, [])
        words = "File exists" if what == "file" else "is a symbolic link, and"
        assert words in refused.sentence
