"""Exported entries are the blog's own, and BibTeX reads back what they say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from archived import DAY1, DAY2, URL, a_protected, an_article
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import BibliographyData, parse_string
from sqlite_utils import Database

from archiver.demo.blog import Blog
from archiver.demo.posts import load_posts
from archiver.demo.theme.boilerplate import render_boilerplate
from archiver.reading.exports.bibtex_file import bibtex_entry, write_bibtex
from archiver.reading.exports.bibtex_text import bibtex_name, bibtex_text
from archiver.reading.exports.job import Job
from archiver.reading.exports.selection import Selection
from archiver.store.articles import save_article
from archiver.store.errors import StoreError
from archiver.store.tombstones import mark_gone


def an_entry(**values: Any) -> str:
    row = {
        "id": 6583, "url": URL, "title": "标题", "author": "苏剑林", "published": "2019-05-03",
        "status": "published",
    }  # fmt: skip
    return bibtex_entry({**row, **values})


def read(text: str) -> BibliographyData:
    return parse_string(text, "bibtex")


def test_entries_are_those_of_the_blog() -> None:
    """As its pages show them, but for the blank lines around."""
    post = next(post for post in load_posts() if post.id == 6583)
    page = render_boilerplate(Blog((post,), "https://kexue.fm"), post)
    (shown,) = re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)
    assert an_entry(title=post.title).strip() == shown


def test_what_is_not_known_is_left_out() -> None:
    entry = an_entry(author=None, published=None)
    fields = read(entry).entries["kexuefm-6583"].fields
    assert dict(fields) == {"title": "标题", "url": rf"\url{{{URL}}}"}


def test_an_article_that_is_gone_says_so() -> None:
    assert "note={no longer on the blog}" in an_entry(status="gone")


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("C# 与 50% 的 R&D_1", r"C\# 与 50\% 的 R\&D\_1"),
        (r"$\mathcal{O}(n\log n)$ 与 \(x_1\)", r"$\mathcal{O}(n\log n)$ 与 $x_1$"),
        ("$5 和 {集合", r"\$5 和 \textbraceleft{}集合"),
        ("$a}$", r"\$a\textbraceright{}\$"),
        ("$a}b{c$", r"\$a\textbraceright{}b\textbraceleft{}c\$"),
        (r"$a\)b$", r"\$a\textbackslash{})b\$"),
        ("$a%b$", r"\$a\%b\$"),
        (r"\LaTeX~^", r"\textbackslash{}LaTeX\textasciitilde{}\textasciicircum{}"),
        (" a\n b\x00\ud800", "a b\ufffd\ufffd"),
    ],
)
def test_titles_are_escaped(title: str, field: str) -> None:
    assert bibtex_text(title) == field


def test_a_name_is_not_parted() -> None:
    assert bibtex_name("苏剑林") == "苏剑林"
    for name in ("甲 and 乙, 丙", "甲 AND 乙", "甲, 乙"):
        people = read(an_entry(author=name)).entries["kexuefm-6583"].persons["author"]
        assert list(map(str, people)) == [f"{{{name}}}"]


MEANT = {
    r"\textbackslash{}": "\\", r"\textbraceleft{}": "{", r"\textbraceright{}": "}",
    r"\textasciitilde{}": "~", r"\textasciicircum{}": "^",
    **{f"\\{character}": character for character in "&%#_$"},
}  # fmt: skip
ESCAPE = re.compile("|".join(map(re.escape, MEANT)))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1))
def test_any_title_reads_back(title: str) -> None:
    """By a reader of BibTeX; braces are balanced, or the fields behind it would be lost."""
    fields = read(an_entry(title=title)).entries["kexuefm-6583"].fields
    assert set(fields) == {"title", "year", "month", "url"}
    if "$" not in title and r"\(" not in title:
        assert ESCAPE.sub(lambda match: MEANT[match[0]], fields["title"]) == title


# --- The file -------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "blog.bib"


def test_the_file(db: Database, file: Path) -> None:
    """It has an entry for each article with a text; one that stays the same is not rewritten."""
    save_article(db, an_article(1), DAY1)
    save_article(db, an_article(2), DAY1)
    save_article(db, a_protected(3), DAY1)
    mark_gone(db, 2, DAY2)
    assert write_bibtex(Job(db, file)).written == 1
    entries = read(file.read_text("utf-8")).entries
    assert list(entries) == ["kexuefm-1", "kexuefm-2"]
    assert entries["kexuefm-2"].fields["note"] == "no longer on the blog"
    inode = file.stat().st_ino
    assert write_bibtex(Job(db, file)).unchanged == 1
    assert file.stat().st_ino == inode
    assert write_bibtex(Job(db, file, Selection(since="2030-01-01"))).written == 1
    assert not read(file.read_text("utf-8")).entries
    assert [path.name for path in file.parent.glob("blog.bib*")] == ["blog.bib"]


def test_a_file_that_somebody_has_changed_stays(db: Database, file: Path) -> None:
    save_article(db, an_article(1), DAY1)
    write_bibtex(Job(db, file))
    mine = file.read_text("utf-8").replace("标题", "我的标题")
    for changed in (mine, f"{file.read_text('utf-8')}\n@misc{{mine,}}\n"):
        file.write_text(changed, "utf-8")
        outcome = write_bibtex(Job(db, file))
        assert outcome.edited == ["blog.bib"]
        assert file.read_text("utf-8") == changed
    assert write_bibtex(Job(db, file, is_forced=True)).written == 1
    assert "@misc" not in file.read_text("utf-8")


@pytest.mark.parametrize("content", ["", "@misc{mine,}\n", "% mine\n"])
def test_a_file_of_others_is_refused(db: Database, file: Path, content: str) -> None:
    file.write_text(content, "utf-8")
    with pytest.raises(StoreError, match=r"is not an export, so it was not touched") as refused:
        write_bibtex(Job(db, file, is_forced=True))
    assert refused.value.wrong_use
    assert file.read_text("utf-8") == content


def test_a_folder_and_a_missing_one_are_refused(db: Database, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder; give the name of a file"):
        write_bibtex(Job(db, tmp_path))
    with pytest.raises(StoreError, match="File name too long"):
        write_bibtex(Job(db, tmp_path / ("b" * 300)))
    with pytest.raises(StoreError, match=r"there is no folder .*/a; make it first"):
        write_bibtex(Job(db, tmp_path / "a" / "b.bib"))
