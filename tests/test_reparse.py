"""Captures read again: what becomes a correction, an edit, none; and that it is what a crawl makes.

A reading without network must give what a crawl of this version would have stored at that time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from archived import rows
from captured import ID, Captured, note_older_version
from hypothesis import example, given
from hypothesis import strategies as some

from archiver.body.contents import text as text_of_body
from archiver.body.read import Body, read_body
from archiver.pages import fields
from archiver.reparsing.reparsed_article import Refused
from archiver.run.earlier_readings import EarlierReadings
from archiver.store.corrections import Correction, articles_to_read
from archiver.store.migrations import m013_versions_and_captures

Patch = pytest.MonkeyPatch
Older = Callable[[Patch], None]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Captured]:
    with Captured(tmp_path) as captured:
        yield captured


# --- Older extractions ----------------------------------------------------------------------------


def without_tags(patch: Patch) -> None:
    patch.setattr(fields, "parse_tags", lambda tools: [])


def without_category(patch: Patch) -> None:
    patch.setattr(fields, "parse_category", lambda tools: None)


def with_short_titles(patch: Patch) -> None:
    parse = fields.parse_title
    patch.setattr(fields, "parse_title", lambda heading: (parse(heading) or "")[:2] or None)


def without_quotes(patch: Patch) -> None:
    """One whose clean body has no block quotes, so that their text is lost."""

    def read_less(served: Any, *rest: Any, **named: Any) -> Body:
        for quote in list(served.iter("blockquote")):
            quote.drop_tree()
        return read_body(served, *rest, **named)

    patch.setattr("archiver.extraction.article_body.read_body", read_less)


def without_pictures(patch: Patch) -> None:
    patch.setattr(Body, "pictures", property(lambda body: []))


def with_another_text(patch: Patch) -> None:
    plain = text_of_body.text_of_events
    patch.setattr(
        "archiver.body.read.text_of_events", lambda *given: plain(*given).replace("，", ",")
    )


def with_reader_counts(patch: Patch) -> None:
    """Takes what changes with every request for a part of the title."""
    parse = fields.parse_title

    def parse_more(heading: Any) -> str | None:
        return f"{parse(heading)}{fields.parse_post_byline(heading.getparent()).readers_text}"

    patch.setattr(fields, "parse_title", parse_more)


OLDER: list[Older] = [
    without_tags, without_category, with_short_titles, without_quotes, without_pictures,
    with_another_text, with_reader_counts,
]  # fmt: skip
each_older = pytest.mark.parametrize("older", OLDER, ids=lambda older: older.__name__)

# --- What a crawl of this version would have made -------------------------------------------------

LONG = "<p>" + "一二三四五六七八九十" * 12 + '$x$<img src="/a.png"></p>'
MORE = '<p>甲<a href="/archives/1">一</a></p><!--more-->' + LONG
QUOTE = LONG + "<blockquote>引文$y$</blockquote>"
EDITS: list[Any] = [
    lambda c: c.edit(body=LONG),
    lambda c: c.edit(body=MORE),
    lambda c: c.edit(body=QUOTE),
    lambda c: c.edit(body=QUOTE.replace("引文", "引语")),
    lambda c: c.edit(title="短文新题"),
    lambda c: c.edit(title="短文旧题"),
    lambda c: c.edit(tags=("甲", "乙")),
    lambda c: c.edit(tags=()),
    lambda c: c.edit(author="访客"),
    lambda c: c.edit(readers=99_999, comments=7),
    lambda c: c.edit(state="protected"),
    lambda c: c.edit(state="published"),
    lambda c: c.read(),
    lambda c: c.mark_gone(),
]


def live(kept: Captured, life: list[int]) -> None:
    kept.read()
    for step in life:
        EDITS[step](kept)


@given(
    some.lists(some.integers(0, len(EDITS) - 1), max_size=8),
    some.integers(0, 8),
    some.sampled_from(OLDER),
    some.booleans(),
)
def test_it_is_what_this_version_would_have_made(
    life: list[int], later: int, older: Older, is_listed: bool
) -> None:
    """Whatever an older version has lost, and whenever the archive was updated to this one."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Captured(Path(folder, "kept"), is_listed=is_listed) as kept,
        Captured(Path(folder, "wanted"), is_listed=is_listed) as wanted,
    ):
        with Patch.context() as patch:
            older(patch)
            live(kept, life[:later])
        for step in life[later:]:
            EDITS[step](kept)
        live(wanted, life)
        assert isinstance(kept.reparse(), Correction)
        assert kept.state() == wanted.state()
        assert kept.reparse() == Correction(ID)


# --- Corrections, edits, and none -----------------------------------------------------------------


def corrected(kept: Captured, **options: Any) -> Correction:
    """What was corrected; a second reading corrects nothing."""
    found = kept.reparse(**options)
    assert isinstance(found, Correction), found.reason
    assert kept.reparse(**options) == Correction(ID)
    return found


def refused(kept: Captured) -> str:
    """Why the article stays as it is; it does."""
    before = kept.state()
    found = kept.reparse()
    assert isinstance(found, Refused)
    assert kept.state() == before
    return found.reason


def kinds(kept: Captured) -> list[tuple[Any, ...]]:
    query = "SELECT kind, revision, fields FROM changes ORDER BY seen_at, id"
    return rows(kept.archive.db, query)


def seen(kept: Captured, columns: str = "number, seen_at, title") -> list[tuple[Any, ...]]:
    return rows(kept.archive.db, f"SELECT {columns} FROM revisions ORDER BY number")


def test_what_this_version_has_read_is_not_touched(kept: Captured) -> None:
    """Whatever has happened to the article, nothing is written."""
    kept.read()
    kept.edit(body=MORE)
    kept.edit(body="<p>短</p>")
    kept.edit(state="protected")
    kept.edit(state="published", body=QUOTE, readers=5)
    kept.mark_gone()
    kept.edit(title="新题")
    kept.read()
    assert kept.reparse() == Correction(ID)


@each_older
def test_a_better_reading_is_a_correction(kept: Captured, older: Older) -> None:
    with Patch.context() as patch:
        older(patch)
        kept.edit(body=QUOTE + "，")
        kept.read()
    found = corrected(kept)
    assert found.differs
    assert kinds(kept) == [("new", 1, "[]")]
    assert len(seen(kept)) == 1
    query = "SELECT title, category, tags, picture_count FROM articles"
    assert rows(kept.archive.db, query) == [("短文6583", "问题百科", '["测试", "标签1"]', 1)]


def test_the_search_finds_what_was_corrected(kept: Captured) -> None:
    with Patch.context() as patch:
        without_quotes(patch)
        kept.edit(body=QUOTE.replace("引文", "引文有三字"))
    query = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH '引文有'"
    assert rows(kept.archive.db, query) == []
    assert corrected(kept).differs == (
        "body_html", "body_text", "body_markdown", "formula_count", "content_sha256", "formulas",
        "revisions",
    )  # fmt: skip
    assert rows(kept.archive.db, query) == [(ID,)]


def test_a_picture_that_was_fetched_stays_fetched(kept: Captured) -> None:
    """Its row is written anew with what only this version reads of it."""
    with Patch.context() as patch:
        without_pictures(patch)
        kept.edit(body=QUOTE)
    digest, path = "ab" * 32, "files/ab/x.png"
    address = "https://kexue.fm/a.png"
    db = kept.archive.db
    db.execute("INSERT INTO files VALUES (?, ?, 'image/png', 1, ?, '')", [digest, path, address])
    columns = "(url, status, sha256, asked_at, tries)"
    db.execute(
        f"INSERT INTO file_addresses {columns} VALUES (?, 'ok', ?, '', 0)", [address, digest]
    )
    assert corrected(kept).differs == ("picture_count", "pictures")
    query = "SELECT url, sha256, path, status FROM pictures"
    assert rows(db, query) == [(address, digest, path, "ok")]


def test_an_edit_that_was_none_goes(kept: Captured) -> None:
    """Later versions get the numbers that they would have had."""
    with Patch.context() as patch:
        with_reader_counts(patch)
        for readers in (1, 2, 3):
            kept.edit(readers=readers)
        kept.edit(tags=("新",))
    assert len(seen(kept)) == 4
    found = corrected(kept)
    assert (found.withdrawn, found.found) == (2, 0)
    assert seen(kept, "number, title, capture_id") == [(1, "短文6583", 1), (2, "短文6583", 4)]
    assert kinds(kept) == [("new", 1, "[]"), ("edited", 2, '["tags"]')]


def test_an_edit_that_was_overlooked_is_found(kept: Captured) -> None:
    """Its time is that of its capture."""
    with Patch.context() as patch:
        without_tags(patch)
        kept.read()
        kept.edit(tags=("新",))
        moment = kept.moment
        kept.edit(title="新题")
    found = corrected(kept)
    assert (found.withdrawn, found.found) == (0, 1)
    assert seen(kept)[1] == (2, moment, "短文6583")
    assert kinds(kept)[1:] == [("edited", 2, '["tags"]'), ("edited", 3, '["title"]')]


def test_counts_and_times_stay(kept: Captured) -> None:
    """Readers are a time series of their own."""
    with Patch.context() as patch:
        without_tags(patch)
        kept.edit(readers=5, comments=2)
    kept.archive.db.execute("UPDATE articles SET readers = 9, comment_count = 8")
    tables = ("reader_counts", "sightings", "failures", "runs")
    times = "SELECT readers, comment_count, first_seen, last_seen, fetched_at FROM articles"
    queries = [times, *(f"SELECT * FROM {table}" for table in tables)]
    before = [rows(kept.archive.db, query) for query in queries]
    assert corrected(kept).differs == ("tags", "revisions")
    assert [rows(kept.archive.db, query) for query in queries] == before


def test_what_other_pages_have_told_stays(tmp_path: Path) -> None:
    """The excerpt of a listing, and its change; the exact time of the feed."""
    with Captured(tmp_path, is_listed=True) as kept:
        with Patch.context() as patch:
            without_quotes(patch)
            kept.edit(body=MORE)
            kept.edit(body=MORE.replace("甲", "乙") + "<blockquote>引</blockquote>")
        time = "2020-01-01T08:30:15+08:00"
        kept.archive.db.execute("UPDATE articles SET published_at = ?", [time])
        noted = kinds(kept)
        assert noted[1] == ("edited", 2, '["excerpt", "body_html"]')
        assert "excerpt" not in corrected(kept).differs
        assert kinds(kept) == noted
        query = "SELECT excerpt, published_at FROM articles"
        assert rows(kept.archive.db, query) == [("乙一", time)]


def test_an_edit_of_the_excerpt_alone_stays(kept: Captured) -> None:
    with Patch.context() as patch:
        with_reader_counts(patch)
        kept.edit(readers=1)
        kept.edit(readers=2)
    kept.archive.db.execute("""UPDATE changes SET fields = '["title", "excerpt"]' WHERE id = 2""")
    assert corrected(kept).withdrawn == 0
    assert kinds(kept) == [("new", 1, "[]"), ("edited", 1, '["excerpt"]')]


# --- Versions without a capture -------------------------------------------------------------------


def test_a_version_without_a_capture_stays(kept: Captured) -> None:
    """An older archive, whose article the author has edited since."""
    kept.switch_off()
    with Patch.context() as patch:
        without_tags(patch)
        kept.edit(body=LONG)
        old = seen(kept, "*")
        kept.switch_on()
        kept.edit(body=QUOTE)
    found = corrected(kept)
    assert found.differs == ("tags", "revisions", "changes")
    assert seen(kept, "*")[0] == old[0]
    assert seen(kept, "number, tags, capture_id")[1:] == [(2, '["测试", "标签1"]', 1)]
    assert kinds(kept) == [("new", 1, "[]"), ("edited", 2, '["tags", "body_html"]')]


def test_an_archive_without_captures_stays(kept: Captured) -> None:
    kept.switch_off()
    kept.read()
    assert refused(kept) == "no capture of it is stored"


def test_a_later_capture_of_the_same_version_corrects_it(kept: Captured) -> None:
    """The page of an older archive was read again, and had not changed."""
    with Patch.context() as patch:
        without_tags(patch)
        kept.switch_off()
        kept.edit(body=LONG)
        kept.edit(body=QUOTE)
        first, second = seen(kept, "seen_at")
        kept.switch_on()
        kept.read()
    assert seen(kept, "capture_id") == [(None,), (1,)]
    assert corrected(kept).differs == ("tags", "revisions", "changes")
    assert seen(kept, "seen_at, tags") == [(*first, "[]"), (*second, '["测试", "标签1"]')]


def test_without_warc_files_in_between(kept: Captured) -> None:
    """Changes that no capture shows stay where they were."""
    with Patch.context() as patch:
        without_quotes(patch)
        kept.edit(body=QUOTE)
        kept.switch_off()
        kept.edit(state="protected")
        kept.edit(state="published", title="新题")
        kept.mark_gone()
        kept.edit(title="短文6583")
        kept.switch_on()
        kept.edit(tags=())
    before = kinds(kept)
    assert corrected(kept).found == 0
    assert [kind for kind, *_ in kinds(kept)] == [kind for kind, *_ in before]
    assert [number for _, number, _ in kinds(kept)] == [number for _, number, _ in before]
    bodies = ["引文" in body for (body,) in seen(kept, "body_html")]
    assert bodies == [True, False, True]


# --- Suspicious, protected, gone ------------------------------------------------------------------


def test_a_suspicious_version_is_corrected_and_stays_suspicious(kept: Captured) -> None:
    with Patch.context() as patch:
        without_tags(patch)
        kept.edit(body=LONG)
        kept.edit(body='<p>短$x$<img src="/a.png"></p>')
    assert corrected(kept).found == 0
    why = "it has lost 96 % of its text"
    assert seen(kept, "tags, suspicious") == [
        ('["测试", "标签1"]', None), ('["测试", "标签1"]', why),
    ]  # fmt: skip
    assert [kind for kind, *_ in kinds(kept)] == ["new", "suspicious"]


def test_what_only_an_older_version_could_not_read_is_taken(kept: Captured) -> None:
    """It had lost the formulas of a page that shows them in another way."""
    kept.edit(body=LONG)
    with Patch.context() as patch:
        patch.setattr(Body, "formulas", property(lambda body: []))
        kept.edit(body=QUOTE)
    assert [kind for kind, *_ in kinds(kept)] == ["new", "suspicious"]
    corrected(kept)
    assert kinds(kept) == [("new", 1, "[]"), ("edited", 2, '["body_html"]')]
    assert seen(kept, "suspicious") == [(None,), (None,)]
    assert rows(kept.archive.db, "SELECT formula_count FROM articles") == [(2,)]


def test_what_was_accepted_stays_accepted(kept: Captured) -> None:
    with Patch.context() as patch:
        without_tags(patch)
        kept.edit(body=LONG)
        kept.edit(body="<p>短</p>")
        kept.read(accept=True)
    corrected(kept)
    assert kinds(kept)[-1] == ("edited", 2, '["body_html"]')
    assert rows(kept.archive.db, "SELECT body_text FROM articles") == [("短",)]


def test_behind_a_password_the_text_is_corrected_by_its_own_capture(kept: Captured) -> None:
    with Patch.context() as patch:
        without_quotes(patch)
        kept.edit(body=QUOTE)
        kept.edit(state="protected")
    assert "body_text" in corrected(kept).differs
    query = "SELECT status, body_text LIKE '%引文%', formula_count FROM articles"
    assert rows(kept.archive.db, query) == [("protected", 1, 2)]
    assert kinds(kept) == [("new", 1, "[]"), ("protected", 1, "[]")]


def test_protected_from_the_first_day(tmp_path: Path) -> None:
    """The title is that of the listing."""
    with Captured(tmp_path, is_listed=True) as kept:
        with Patch.context() as patch:
            without_category(patch)
            kept.edit(state="protected")
        assert rows(kept.archive.db, "SELECT count(*) FROM revisions") == [(0,)]
        title = rows(kept.archive.db, "SELECT title FROM articles")
        assert set(corrected(kept).differs) <= {"category"}
        assert rows(kept.archive.db, "SELECT title FROM articles") == title


def test_a_tombstone_is_corrected_and_stays_one(kept: Captured) -> None:
    with Patch.context() as patch:
        without_tags(patch)
        kept.read()
        kept.mark_gone()
    moment = kept.moment
    corrected(kept)
    query = "SELECT status, gone_at, tags FROM articles"
    assert rows(kept.archive.db, query) == [("gone", moment, '["测试", "标签1"]')]


# --- What cannot be read --------------------------------------------------------------------------


def test_a_damaged_capture_is_named(kept: Captured) -> None:
    with Patch.context() as patch:
        without_tags(patch)
        kept.read()
    (path,) = kept.warc.iterdir()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    assert f"the page of {kept.moment} ({path.name}, byte " in refused(kept)


def test_a_missing_file_is_named(kept: Captured) -> None:
    kept.read()
    kept.switch_off()
    (path,) = kept.warc.iterdir()
    path.rename(kept.folder / "moved")
    assert refused(kept) == f"{path} is missing; put it back"


def test_a_page_that_is_no_article_any_more_is_named(kept: Captured) -> None:
    kept.read()
    with Patch.context() as patch:
        patch.setattr("archiver.site.BYLINE", "div.none")
        assert refused(kept).endswith("not an article's page (no line with author and date)")


def test_a_body_over_the_limit_is_named(kept: Captured) -> None:
    kept.read()
    with Patch.context() as patch:
        patch.setattr("archiver.site.LARGEST_PAGE", 100)
        assert "byte" in refused(kept)


def test_a_reading_that_has_lost_the_text_is_refused(kept: Captured) -> None:
    """Today's parsers are broken, or an older one took too much: somebody has to look."""
    kept.edit(body=LONG)
    with Patch.context() as patch:
        patch.setattr(Body, "formulas", property(lambda body: []))
        assert refused(kept) == "today's reading is suspicious: it has lost its only formula"
        assert corrected(kept, accept=True).differs == (
            "formula_count", "formulas",
        )  # fmt: skip
    assert corrected(kept).differs == ("formula_count", "formulas")


def test_the_same_page_twice_is_read_once(kept: Captured) -> None:
    """The second capture refers to the first; both are read by this version then."""
    with Patch.context() as patch:
        without_tags(patch)
        note_older_version(patch)
        kept.edit(body=LONG * 4)
        kept.read()
    assert rows(kept.archive.db, "SELECT refers_to FROM captures") == [(None,), (1,)]
    assert articles_to_read(kept.archive.db) == [ID]
    corrected(kept)
    assert articles_to_read(kept.archive.db) == []


# --- A crawl after an update ----------------------------------------------------------------------


def test_a_crawl_does_not_take_a_better_reading_for_an_edit(kept: Captured) -> None:
    with Patch.context() as patch:
        without_tags(patch)
        note_older_version(patch)
        kept.read()
    kept.earlier = EarlierReadings(kept.archive, kept.warc)
    kept.read()
    assert kinds(kept) == [("new", 1, "[]")]
    kept.edit(tags=("新",))
    assert kinds(kept)[1:] == [("edited", 2, '["tags"]')]
    assert kept.reparse() == Correction(ID)


def test_without_the_capture_a_crawl_goes_on(kept: Captured) -> None:
    """What it cannot tell counts as an edit, as before; the article stays due."""
    with Patch.context() as patch:
        without_tags(patch)
        note_older_version(patch)
        kept.read()
        kept.switch_off()
    for path in kept.warc.iterdir():
        path.unlink()
    kept.earlier = EarlierReadings(kept.archive, kept.warc)
    kept.read()
    assert kinds(kept)[1:] == [("edited", 2, '["tags"]')]
    assert articles_to_read(kept.archive.db) == [ID]


# --- The migration --------------------------------------------------------------------------------

UNKNOWN = (
    "UPDATE revisions SET capture_id = NULL",
    "UPDATE changes SET capture_id = NULL",
    "UPDATE captures SET parser_version = NULL",
)
FILLING = [s for s in m013_versions_and_captures.STATEMENTS if s.strip().startswith("UPDATE")]


def migrate(kept: Captured) -> None:
    """Forget what the columns of the migration say, and let it fill them."""
    for statement in (*UNKNOWN, *FILLING):
        kept.archive.db.execute(statement)


def test_the_captures_of_an_earlier_archive_are_found(kept: Captured) -> None:
    """Those that came just before a version or change was noted."""
    kept.read()
    kept.edit(body=QUOTE)
    kept.edit(body="<p>短</p>")
    kept.edit(state="protected")
    kept.mark_gone()
    kept.edit(body=QUOTE, state="published", tags=())
    before = kept.state()
    migrate(kept)
    assert kept.state() == before
    assert kept.reparse() == Correction(ID)


def test_a_capture_that_shows_an_older_version_again_is_found(kept: Captured) -> None:
    """The version is older than the WARC files."""
    kept.switch_off()
    kept.edit(body=LONG)
    kept.edit(body=QUOTE)
    kept.switch_on()
    kept.read()
    kept.read()
    before = kept.state()
    migrate(kept)
    assert kept.state() == before
    assert seen(kept, "capture_id") == [(None,), (1,)]


def test_a_suspicious_page_that_came_again_is_not_taken_for_the_good_one(kept: Captured) -> None:
    kept.switch_off()
    kept.edit(body=LONG)
    kept.edit(body="<p>短</p>")
    kept.switch_on()
    kept.read()
    migrate(kept)
    assert seen(kept, "capture_id") == [(None,), (None,)]


# --- Whatever has happened ------------------------------------------------------------------------

SWITCHES: list[Any] = [lambda c: c.switch_off(), lambda c: c.log or c.switch_on()]


@given(
    some.lists(some.integers(0, len(EDITS) + len(SWITCHES) - 1), max_size=12),
    some.integers(0, 12),
    some.sampled_from(OLDER),
)
@example([14, 10, 11], 3, without_tags)
@example([14, 10], 0, with_short_titles)
def test_with_and_without_captures_nothing_is_lost(
    life: list[int], later: int, older: Older
) -> None:
    """Each text that no capture shows is still there, and what is there fits together."""
    with tempfile.TemporaryDirectory() as folder, Captured(Path(folder)) as kept:
        with Patch.context() as patch:
            older(patch)
            kept.read()
            for step in life[:later]:
                [*EDITS, *SWITCHES][step](kept)
        for step in life[later:]:
            [*EDITS, *SWITCHES][step](kept)
        told = "title, body_html, author, published, category, tags, seen_at, suspicious"
        uncaptured = (
            f"SELECT {told} FROM revisions AS r WHERE capture_id IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM changes WHERE revision = r.number AND capture_id NOTNULL)"
        )
        before = rows(kept.archive.db, uncaptured)
        gone = [change for change in kinds(kept) if change[0] == "gone"]
        assert isinstance(kept.reparse(), Correction)
        assert set(before) <= set(rows(kept.archive.db, f"SELECT {told} FROM revisions"))
        assert kept.reparse() == Correction(ID)
        numbers = [number for (number,) in seen(kept, "number")]
        assert numbers == list(range(1, len(numbers) + 1))
        assert {number for _, number, _ in kinds(kept)} <= {None, *numbers}
        assert [change for change in kinds(kept) if change[0] == "gone"] == gone
        current = rows(
            kept.archive.db,
            "SELECT count(*) FROM articles AS a JOIN revisions AS r ON r.article_id = a.id"
            " AND r.content_sha256 = a.content_sha256 AND r.tags = a.tags"
            " AND r.suspicious IS NULL WHERE a.content_sha256 IS NOT NULL",
        )
        assert current >= rows(
            kept.archive.db, "SELECT min(1, count(*)) FROM articles WHERE content_sha256 NOTNULL"
        )
