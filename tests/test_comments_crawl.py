"""Comments in a crawl: the archive has those that the blog shows, politely, for ever."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from crawling import Archive
from replica import make_post, make_posts

from archiver.demo.posts import Post
from archiver.demo.theme.comments import Comment, invent_threads, shown_threads

MANY, FEW, NONE, SECRET = 104, 103, 102, 101
ROWS = "SELECT id, parent_id, author, by_author, published_at FROM comments WHERE gone_at IS NULL"


def a_blog(many: int = 90) -> list[Post]:
    """Articles with 90 comments on several pages, with three, with none, and behind a password."""
    counts = {MANY: many, FEW: 3, NONE: 0, SECRET: 5}
    posts = [make_post(post, post - SECRET, comments=n) for post, n in counts.items()]
    return [*posts[:-1], make_post(SECRET, comments=5, state="protected")]


def flat(threads: Iterable[Comment], parent: int | None = None) -> Iterator[tuple[object, ...]]:
    """The comments of threads, in the columns of ``ROWS``."""
    for comment in threads:
        time = comment.time.isoformat(timespec="seconds")
        yield comment.id, parent, comment.author, int(comment.by_author), time
        yield from flat(comment.replies, comment.id)


def shown_by(posts: Iterable[Post]) -> list[tuple[object, ...]]:
    """What the blog shows, by id."""
    open_posts = [post for post in posts if post.state == "published"]
    return sorted(row for post in open_posts for row in flat(shown_threads(post)))


def further(paths: Iterable[str]) -> list[str]:
    """The pages of comments among some paths, by article and number."""
    found = (re.fullmatch(r"/archives/(\d+)/comment-page-(\d+)", path) for path in paths)
    return [f"{match[1]}/{match[2]}" for match in found if match]


def test_all_comments_and_none_that_is_hidden(tmp_path: Path) -> None:
    """The table is what the blog shows; the next run asks for nothing that it has."""
    with Archive(tmp_path, a_blog()) as archive:
        first = archive.crawl("comments=1")
        assert first.status == 0, first.said
        assert further(first.paths) == ["104/2", "104/3"]
        assert first.paths[-2:] == [f"/archives/{MANY}/comment-page-{n}" for n in (2, 3)]
        assert "  comments   93\n" in first.stdout
        assert archive.rows(f"{ROWS} ORDER BY id") == shown_by(archive.replica.posts)
        hidden = [t.id for t in invent_threads(archive.replica.posts[0]) if t.is_hidden]
        assert hidden
        assert archive.rows("SELECT count(*) FROM comments WHERE text LIKE '%代写%'") == [(0,)]
        assert further(archive.crawl("comments=1", KEXUE_RECHECK=0).paths) == []
        archive.assert_sound()
        assert archive.run("verify", "--fidelity").status == 0


def test_further_pages_are_read_when_asked_for(tmp_path: Path) -> None:
    """Also of articles that the run does not read, and of these only with ids."""
    with Archive(tmp_path, [*a_blog(), make_post(105, 9, comments=60)]) as archive:
        first = archive.crawl()
        assert (first.status, further(first.paths)) == (0, [])
        told = re.search(r"\d+ of 153 \(3 pages not read; crawl with -a comments=1\)", first.stdout)
        assert told
        assert told[0] in archive.run("status").stdout
        some = archive.crawl("ids=103,105", "comments=1")
        assert (some.articles, further(some.paths)) == ([103, 105], ["105/2"])
        rest = archive.crawl("comments=1", KEXUE_RECHECK=0)
        assert (rest.articles, further(rest.paths)) == ([], ["104/2", "104/3"])
        assert archive.rows(f"{ROWS} ORDER BY id") == shown_by(archive.replica.posts)


def test_deleted_comments_stay_and_come_back(tmp_path: Path) -> None:
    """Not before all pages of comments were read in one run."""
    with Archive(tmp_path, a_blog()) as archive:
        assert archive.crawl("comments=1").status == 0
        archive.pass_days()
        archive.replica.edit(MANY, comments=84)
        assert archive.crawl(f"ids={MANY}").status == 0
        assert archive.rows("SELECT count(*) FROM comments WHERE gone_at IS NOT NULL") == [(0,)]
        assert archive.crawl(f"ids={MANY}", "comments=1").status == 0
        assert archive.rows(f"{ROWS} ORDER BY id") == shown_by(archive.replica.posts)
        assert archive.rows("SELECT count(*) FROM comments") == [(93,)]
        archive.replica.edit(MANY, comments=90)
        assert archive.crawl("full=1", "comments=1").status == 0
        assert archive.rows(f"{ROWS} ORDER BY id") == shown_by(archive.replica.posts)
        assert archive.rows("SELECT DISTINCT kind FROM changes") == [("new",)]
        archive.assert_sound()


def test_a_theme_without_comments_deletes_nothing(tmp_path: Path) -> None:
    """It is told, and is no failure: the articles are whole."""
    with Archive(tmp_path, a_blog(7)) as archive:
        assert archive.crawl().status == 0
        before = archive.rows("SELECT * FROM comments")
        archive.replica.fault(
            "/archives/10[34]", kind="swap", old=b"comment-list", new=b"talk-list"
        )
        after = archive.crawl("full=1", "comments=1")
        assert after.status == 0, after.said
        assert archive.rows("SELECT * FROM comments") == before
        assert f"  comments: {archive.replica.base_url}/archives/{FEW}  it shows none of" in (
            after.stdout
        )
        assert after.count("doubtful values") == 2
        archive.replica.clear_faults()
        assert archive.crawl("full=1", "comments=1").status == 0
        assert archive.rows("SELECT * FROM comments") == before


@pytest.mark.parametrize(
    ("kind", "options", "reason", "again"),
    [
        ("status", {"code": 503}, "HTTP 503", []),
        ("status", {"code": 404}, "HTTP 404", [MANY]),
        ("other-host", {"path": f"/archives/{MANY}"}, "page 1 of the comments in place of", []),
    ],
)
def test_a_page_that_cannot_be_read(
    tmp_path: Path, kind: str, options: dict[str, object], reason: str, again: list[int]
) -> None:
    """It is named, with exit status 1; the next run has it, and reads the article where needed."""
    with Archive(tmp_path, a_blog()) as archive:
        if kind == "other-host":
            options = {**options, "host": archive.replica.base_url}
        archive.replica.fault("comment-page-2", kind=kind, **options)  # type: ignore[arg-type]
        first = archive.crawl("comments=1")
        assert first.status == 1
        assert "the archive is not complete: 1 failed" in first.sentence
        assert reason in first.stdout
        assert set(further(first.paths)) == {"104/2"}
        assert len(further(first.paths)) <= 8
        archive.replica.clear_faults()
        second = archive.crawl("comments=1", KEXUE_RECHECK=0)
        assert second.status == 0, second.said
        assert (second.articles, further(second.paths)) == (again, ["104/2", "104/3"])
        assert archive.rows(f"{ROWS} ORDER BY id") == shown_by(archive.replica.posts)
        archive.assert_sound()


def test_a_run_that_is_killed_is_gone_on_with(tmp_path: Path) -> None:
    with Archive(tmp_path, a_blog()) as archive:
        ended = archive.crawl_until("comment-page-3", signal.SIGKILL, "comments=1")
        assert (ended.status, further(ended.paths)) == (-9, ["104/2", "104/3"])
        rest = archive.crawl("comments=1", KEXUE_RECHECK=0)
        assert (rest.status, further(rest.paths)) == (0, ["104/3"])
        assert archive.rows(f"{ROWS} ORDER BY id") == shown_by(archive.replica.posts)


def test_comments_that_come_meanwhile(tmp_path: Path) -> None:
    """The pages are read once more, as comments move from page to page."""
    with Archive(tmp_path, a_blog()) as archive:
        call = archive.replica.edit
        archive.replica.fault(
            "comment-page-2", kind="hook", times=1, call=lambda: call(MANY, comments=96)
        )
        run = archive.crawl("comments=1")
        assert run.status == 0, run.said
        assert further(run.paths)[:2] == ["104/2", "104/1"]
        assert len(further(run.paths)) <= 6
        assert archive.rows(f"{ROWS} ORDER BY id") == shown_by(archive.replica.posts)


def test_nobodys_mail_address_is_anywhere(tmp_path: Path) -> None:
    """No hash of one either, in no table and no file but the WARC."""
    with Archive(tmp_path, make_posts(1)) as archive:
        archive.replica.edit(101, comments=12)
        archive.replica.fault(
            "/archives/", kind="swap", old=b"https://blog.example.org/", new=b"mailto:a@b.example"
        )
        assert archive.crawl(KEXUE_JSONL_COMMENTS=1).status == 0
        assert archive.run("verify", KEXUE_JSONL_COMMENTS=1).status == 0
        assert len(archive.records[101]["comments"]) == 12
        told = (archive.folder / "kexue.jsonl").read_text("utf-8")
        for (table,) in archive.rows("SELECT name FROM sqlite_master WHERE sql LIKE '% STRICT%'"):
            told += repr(archive.rows(f"SELECT * FROM {table}"))
        assert not re.search(r"gravatar|mailto:a|a@b\.example|/avatar/", told)
        assert archive.crawl("full=1").status == 0
        assert "comments" not in archive.records[101]
        archive.assert_sound()
