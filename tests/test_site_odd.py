"""A site of odd and damaged archives: a sentence or a good page, and nothing of an article runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from archived import DAY1, DAY2, an_article
from hypothesis import given
from hypothesis import strategies as some
from lxml import etree
from lxml.html import HtmlElement
from markupsafe import escape
from odd_bodies import CODE, SHORT, TEXT
from sqlite_utils import Database

from archiver.body.read import read_body
from archiver.items import Link, Picture
from archiver.reading.exports.job import Job, Outcome
from archiver.reading.exports.shown_body.long_formulas import LONGEST
from archiver.reading.exports.shown_body.page_headings import Heading
from archiver.reading.exports.site import site_writer
from archiver.reading.exports.site.page_body import Surroundings, page_body
from archiver.reading.exports.site.page_names import category_page, tag_page
from archiver.reading.exports.site_folder import write_site
from archiver.reading.times import parse_time
from archiver.store.articles import save_article
from archiver.store.errors import StoreError
from archiver.store.json_arrays import json_array
from archiver.store.read_only import open_for_reading
from archiver.store.run_records import start_run
from archiver.store.sqlite import close_archive, open_archive
from archiver.store.stored_files import FileFolder, note_file
from archiver.tree.document import parse_fragment, parse_tree, text_content
from archiver.tree.elements import FORBIDDEN


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the sixty files of MathJax out, which take longest to write."""
    monkeypatch.setattr(site_writer, "mathjax_files", lambda _folder: [])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "site"


@pytest.fixture
def archive(path: Path) -> Path:
    """An archive of two articles, the first of which leads to the second one."""
    with closing_archive(path) as db:
        start_run(db, "full", DAY1)
        save_article(db, an_article(1, links=[Link("https://kexue.fm/archives/2", "乙", 2)]), DAY1)
        save_article(db, an_article(2, title="乙", links=[]), DAY1)
    return path


def closing_archive(path: Path) -> Any:
    class Opened:
        def __enter__(self) -> Database:
            self.db = open_archive(path)
            return self.db

        def __exit__(self, *_error: object) -> None:
            close_archive(self.db)

    return Opened()


def edited(path: Path, statement: str, *values: object) -> None:
    """Change an archive by hand, whatever its own checks say."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = 0")
        connection.execute(statement, values)
        connection.commit()


def export(path: Path, folder: Path) -> Outcome:
    with closing(open_for_reading(path)) as db:
        return write_site(Job(db, folder, data=path.parent))


def page(folder: Path, name: str) -> HtmlElement:
    return parse_tree((folder / name).read_text("utf-8"))


# --- Rows that somebody has changed ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "value", "sentence"),
    [
        ("UPDATE articles SET tags = ?", "x", "article 1: its tags are no JSON"),
        ("UPDATE articles SET tags = ?", "[" * 100_000, "its tags are no JSON: too many brackets"),
        ("UPDATE articles SET tags = ?", "[1]", "has a day or tags that cannot be"),
        ("UPDATE articles SET published = ?", "../../x", "has a day or tags that cannot be"),
        ("UPDATE articles SET body_html = ?", None, None),
        ("UPDATE articles SET body_html = ?", "<div>" * 5000, None),
        ("UPDATE articles SET body_text = ?", None, None),
        ("UPDATE articles SET title = ?", "a\0b\u2028\uffff", None),
        ("UPDATE articles SET category = ?", "a/../..#?\n\0", None),
        ("UPDATE articles SET category = ?", "长" * 3000, None),
        ("UPDATE articles SET id = ? WHERE id = 2", -5, None),
        ("UPDATE articles SET id = ? WHERE id = 2", 2**63 - 1, None),
        ("UPDATE articles SET gone_at = ?, status = 'gone'", "yesterday", None),
        ("UPDATE reader_counts SET seen_at = ?", "0001-01-01T00:00:00+14:00", None),
        ("UPDATE revisions SET tags = ?", "[" * 100_000, None),
        ("UPDATE formulas SET latex = ?", "", None),
        ("DELETE FROM formulas WHERE ? = 1", 1, None),
        ("DELETE FROM runs WHERE ? = 1", 1, None),
    ],
)
def test_a_damaged_row_is_a_sentence_or_a_page(
    archive: Path, folder: Path, statement: str, value: object, sentence: str | None
) -> None:
    edited(archive, statement, value)
    if sentence is None:
        assert export(archive, folder).complaints(folder) == []
        assert b"\0" not in (folder / "archives" / "1.html").read_bytes()
    else:
        with pytest.raises(StoreError, match=sentence):
            export(archive, folder)


def test_what_cannot_be_read_is_none() -> None:
    assert json_array("[" * 100_000) is None
    assert parse_time("0001-01-01T00:00:00+14:00") is None


def test_an_address_is_that_of_the_id(archive: Path, folder: Path) -> None:
    edited(archive, "UPDATE articles SET url = 'javascript:alert(1)'")
    export(archive, folder)
    links = [link.get("href") or "" for link in page(folder, "archives/1.html").iter("a")]
    assert "https://kexue.fm/archives/1" in links
    assert not [link for link in links if link.startswith("javascript")]


def test_names_that_differ_have_pages_that_differ() -> None:
    """Also those that are one on disks of Windows or macOS, or in UTF-8 with replacements."""
    names = ["GAN", "gan", "é", "e\u0301", "CON", "..", "", "?", "\ud800", "\ud801", "a" * 300]
    pages = {make(name).casefold() for name in names for make in (category_page, tag_page)}
    assert len(pages) == 2 * len(names)
    assert all(one.isascii() and one.count("/") == 1 and ".." not in one for one in pages)


def test_a_writer_in_the_middle_of_something_keeps_nobody_waiting(
    archive: Path, folder: Path
) -> None:
    """Nothing of what it has not finished is on a page."""
    with closing(sqlite3.connect(archive, isolation_level=None)) as crawl:
        crawl.execute("BEGIN IMMEDIATE")
        crawl.execute("UPDATE articles SET title = '半'")
        export(archive, folder)
        crawl.execute("COMMIT")
    assert "半" not in (folder / "newest.html").read_text("utf-8")
    export(archive, folder)
    assert "半" in (folder / "newest.html").read_text("utf-8")


# --- Titles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["", " ", "\u200b\u202e", "\u3164", "\u2800\xad"])
def test_a_title_of_which_nothing_is_seen_can_be_clicked(
    db: Database, folder: Path, title: str
) -> None:
    save_article(db, an_article(7, title=title or " "), DAY1)
    write_site(Job(db, folder))
    (link,) = page(folder, "newest.html").find(".//ol").iter("a")
    assert text_content(link) == "（无题）"


def test_a_long_title_is_whole(db: Database, folder: Path) -> None:
    title = "<b>" + "很$x$" * 600 + "…"
    save_article(db, an_article(7, title=title), DAY1)
    write_site(Job(db, folder))
    assert str(escape(title)) in (folder / "archives" / "7.html").read_text("utf-8")


# --- Bodies ---------------------------------------------------------------------------------------

#: What the cleaning takes out of a page, as somebody may have put it into an archive.
ATTACK: Final = """<script>a</script><img src="data:image/png,x" onerror="a"><meta charset="x">
<svg onload="a"><a/></svg><math href="javascript:a"><mtext>甲</mtext></math>
<a href=" jAva&#9;script:a">乙</a><iframe srcdoc="a">丙</iframe><base href="https://a.example/">
<meta http-equiv="refresh" content="0;url=https://a.example/"><style>a</style>
<form action="https://a.example/"><input name="x"><button formaction="a">丁</button></form>
<p style="position:fixed;color:red" id="s-main" class="s-skip a" ping="https://a.example/">戊</p>
<p srcset="https://a.example/x" background="https://a.example/y">己</p><link href="//a.example">
<object data="https://a.example">庚</object><textarea></p><script>a</script></textarea>
<noscript><p title="</noscript><img src=x onerror=a>"></p></noscript><xmp><b onclick=a></xmp>"""


BODIES: Final = [html for _, html in (*CODE, *TEXT)] + SHORT


def dangers(top: HtmlElement) -> Iterator[str]:
    """What of a body could run, load something from elsewhere or leave its place."""
    for element in top.iterdescendants(etree.Element):
        if element.tag in FORBIDDEN:
            yield f"<{element.tag}>"
        for name, value in element.attrib.items():
            is_event = str(name).startswith("on") or "script:" in "".join(str(value).split())
            if is_event or name in {"srcset", "background", "ping", "formaction", "srcdoc"}:
                yield f"{name}={value}"
            if name in {"src", "poster"} and not str(value).startswith(("data:image/", "../files")):
                yield f"{name}={value}"
            if name == "style" and "position" in value:
                yield f"{name}={value}"


def test_nothing_of_a_changed_body_runs() -> None:
    """The page does not rely on the archive: a body in it may be somebody else's."""
    top = parse_fragment(page_body(ATTACK, 5, Surroundings()).html)
    assert list(dangers(top)) == []
    assert [e.get("id") for e in top.iter(etree.Element) if e.get("id")] == []
    assert top.xpath("//p[@class='a']/@style") == ["color:red"]
    text = text_content(top)
    assert [one for one in "乙丁戊己" if one not in text] == []


def is_shown(html: str) -> None:
    """Assert that a page has the text of an archived body, and nothing that could run."""
    archived = read_body(parse_fragment(html), 5).html
    top = parse_fragment(page_body(archived, 5, Surroundings()).html)
    assert list(dangers(top)) == []
    for box in top.xpath("//*[contains(@class, 's-picture')]"):
        box.text, box[:] = None, []
    before = parse_fragment(archived)
    for player in list(before.iter("video", "audio")):
        player.text, player[:] = None, []
    assert text_content(top) == text_content(before)


@pytest.mark.parametrize("html", [*BODIES, ATTACK])
def test_a_page_has_the_text_of_its_article(html: str) -> None:
    is_shown(html)


@given(some.lists(some.sampled_from(BODIES), max_size=6).map("".join))
def test_odd_bodies_in_a_row(html: str) -> None:
    is_shown(html)


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 5000 + "深",
        "<table><tr><td>" * 600 + "深",
        "<p>&lt;/script&gt; ]]&gt; &lt;!-- \u2028 \u202e שלום \ufffd</p>",
        "<table>" + "<tr><td>格</td><td>子</td></tr>" * 3_000 + "</table>",
        "".join(f'<img src="https://kexue.fm/{n}.png">' for n in range(500)),
    ],
    ids=["deep", "deep tables", "marks", "large table", "500 pictures"],
)
def test_a_large_or_deep_body_is_whole(html: str) -> None:
    is_shown(html)


# --- Formulas -------------------------------------------------------------------------------------

#: Environments that begin and end across one another: they cannot be told in linear time.
UNTOLD: Final = "".join(
    [rf"\begin{{a{n}}}{{\end{{a{n}}}" for n in range(400)] + [rf"\end{{a{n}}}" for n in range(400)]
)


def test_a_body_tells_how_much_there_is_to_draw() -> None:
    """By itself: an archive may lack the rows of its formulas."""
    assert page_body("<p>$x$</p>" * 20_000, 5, Surroundings()).load == 20_000
    assert page_body(f"<p>${'x' * 3998}$</p>" * 20, 5, Surroundings()).load == 20 * 4000 // 40
    assert page_body(f"<p>${'x' * 1_000_000}$</p>", 5, Surroundings()).load == 0
    assert page_body("<p>$x$ 1</p>", 5, Surroundings()).load == 1


def test_formulas_that_nobody_can_tell_stay_text() -> None:
    body = page_body(UNTOLD, 5, Surroundings())
    assert body.html == f'<div class="tex2jax_ignore">{UNTOLD}</div>'
    assert body.load == 0


def test_a_version_that_nobody_can_read_stops_nothing(archive: Path, folder: Path) -> None:
    with closing_archive(archive) as db:
        save_article(db, an_article(1, text="一二三四五六七八九$x$", links=[]), DAY2)
    edited(
        archive, "UPDATE revisions SET body_html = ? WHERE article_id = 1 AND number = 1", UNTOLD
    )
    export(archive, folder)
    said = text_content(page(folder, "versions/1.html"))
    assert "其中一版的公式无法辨认，不能比较。" in said


def test_a_table_of_contents_counts_no_equation() -> None:
    html = r"<h2>\begin{equation}x\tag{1}\end{equation}</h2><h2>$" + "x" * LONGEST + "$</h2>"
    first, second = page_body(html, 5, Surroundings()).headings
    assert first == Heading("s-heading-1", 1, r"\begin{equation*}x\end{equation*}")
    assert (first.is_drawn, second.is_drawn) == (True, False)


# --- Files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "kept", "note", "complaint"),
    [
        ("", 2, "", ""),
        ("lost", 1, "1 file of the archive not at hand", ""),
        ("damaged", 1, "", "1 file of the archive with other bytes than were stored: files/"),
        ("../../x", 1, "1 file of the archive not at hand", ""),
        ("files/ab/CON", 1, "1 file of the archive not at hand", ""),
        ("a\0b", 1, "1 file of the archive not at hand", ""),
    ],
)
def test_only_files_that_are_the_archive_s_are_copied(
    path: Path, folder: Path, change: str, kept: int, note: str, complaint: str
) -> None:
    """Whatever a row says of its place: a site may be given away."""
    (path.parent / "files").mkdir()
    urls = [f"https://kexue.fm/usr/uploads/{n}.png" for n in (1, 2)]
    with closing_archive(path) as db:
        pictures = [Picture(url, "", None) for url in urls]
        body = "".join(f'<img src="{url}">' for url in urls)
        save_article(db, an_article(1, body_html=body, pictures=pictures, links=[]), DAY1)
        for url in urls:
            file = FileFolder(path.parent / "files").store(url.encode(), "png", "image/png")
            note_file(db, file, url, DAY1)
            db.execute("UPDATE pictures SET sha256 = ? WHERE url = ?", [file.sha256, url])
        db.conn.commit()
    place = path.parent / file.path
    if change == "lost":
        place.unlink()
    elif change == "damaged":
        place.write_bytes(b"x" * file.bytes)
    elif change:
        edited(path, "UPDATE files SET path = ? WHERE sha256 = ?", change, file.sha256)
    outcome = export(path, folder)
    assert len(list(page(folder, "archives/1.html").iter("img"))) == kept
    assert len([one for one in folder.glob("files/*/*") if one.is_file()]) == kept
    assert note in "".join(outcome.notes)
    assert complaint in "".join(outcome.complaints(folder))
    assert bool(outcome.complaints(folder)) == bool(complaint)
