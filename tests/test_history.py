"""``scrapy history``: every version can be listed, had back, and compared with any other."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from rig import commands
from scrapy.cmdline import execute
from scrapy.utils.project import get_project_settings

from archiver.body.contents.text import plain_text
from archiver.body.formulas.finder import find_formulas
from archiver.body.markdown import to_markdown
from archiver.items import Article, Status
from archiver.reading.history.diff_display import MARKS
from archiver.reading.history.version_comparison import comparison_lines
from archiver.reading.history.version_table import history_lines
from archiver.reading.history.versions import History, read_history
from archiver.store.articles import save_article
from archiver.store.read_only import open_for_reading
from archiver.store.sqlite import close_archive, open_archive
from archiver.store.tombstones import mark_gone
from archiver.terminal.text_width import width
from archiver.tree.document import parse_fragment

DAYS = [f"2026-11-{day}T08:00:00+00:00" for day in range(20, 30)]
TITLE = "让研究人员绞尽脑汁的位置编码"
FIRST = (
    r"<p>给定向量$\boldsymbol{q}$，做适当的旋转变换。</p><p>第二段。</p>"
    r"<p>\begin{equation}y = \boldsymbol{f}(x)\label{eq:f}\end{equation}</p>"
)
SECOND = (
    r"<p>给定向量$\boldsymbol{q}$，做适当的正交变换。</p><p>第二段。</p>"
    r"<p>\begin{equation}y = \boldsymbol{g}(x)\label{eq:f}\end{equation}</p><p>新的一段。</p>"
)


def an_article(html: str, **changes: Any) -> Article:
    body = parse_fragment(html)
    values: dict[str, Any] = {
        "title": TITLE,
        "author": "苏剑林",
        "published": "2021-02-03",
        "category": "信息时代",
        "tags": ["语言模型", "attention"],
        "excerpt_known": True,
        "body_html": html,
        "body_text": plain_text(body),
        "body_markdown": to_markdown(body),
        "formulas": find_formulas(body).found,
    }
    return Article(8130, **{**values, **changes})


def make_archive(folder: Path, *articles: Article) -> Path:
    """An archive that has read these articles day by day from 20 November on."""
    db = open_archive(folder / "kexue.db")
    for article, day in zip(articles, DAYS, strict=False):
        save_article(db, article, day)
    close_archive(db)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Article 8130 in four versions, the third suspicious, gone since; and 13, never read."""
    folder = make_archive(
        tmp_path_factory.mktemp("archive"),
        an_article(FIRST),
        an_article(SECOND),
        an_article("<p>空</p>"),
        an_article(SECOND, title=f"{TITLE}（增订）", category="数学研究", tags=["语言模型"]),
        Article(13, title="密", status=Status.PROTECTED),
    )
    db = open_archive(folder / "kexue.db")
    mark_gone(db, 8130, DAYS[5])
    close_archive(db)
    return folder


def history_of(folder: Path, article: int = 8130) -> History:
    with closing(open_for_reading(folder / "kexue.db")) as db:
        history = read_history(db, article)
    assert history is not None
    return history


def compared(folder: Path, old: int, new: int) -> list[str]:
    versions = {version.number: version for version in history_of(folder).versions}
    return list(comparison_lines(8130, versions[old], versions[new], MARKS))


# --- The history of an article --------------------------------------------------------------------


def test_table(folder: Path) -> None:
    assert list(history_lines(history_of(folder), 100)) == [
        "   no.  seen (UTC)        characters  formulas  title",
        f"     1  2026-11-20 08:00         101         2  {TITLE}",
        f"     2  2026-11-21 08:00         108         2  {TITLE}",
        "        changed: text",
        f"     3  2026-11-22 08:00           1         0  {TITLE}",
        "        changed: text",
        "        suspicious: it has lost 99 % of its text",
        f"*    4  2026-11-23 08:00         108         2  {TITLE}（增订）",
        "        changed: title, category, tags",
        "* the current version",
        "",
        "article 8130 (https://kexue.fm/archives/8130): gone since 2026-11-25 08:00 UTC;"
        " the copy is kept",
        "  2026-11-20 08:00  new         version 1",
        "  2026-11-21 08:00  edited      version 2: text",
        "  2026-11-22 08:00  suspicious  version 3",
        "  2026-11-23 08:00  edited      version 4: title, category, tags",
        "  2026-11-25 08:00  gone",
    ]


def test_table_of_a_long_title_has_100_columns(tmp_path: Path) -> None:
    make_archive(tmp_path, an_article(FIRST, title="x" + "旋转\n" * 40))
    _, line, *_ = history_lines(history_of(tmp_path), 100)
    assert line.endswith("  x旋转 旋转 旋转 旋转 旋转 旋转 旋转 旋转 旋转 旋转…")
    assert width(line) == 99  # the space before the mark is dropped


def test_article_that_was_never_read(folder: Path) -> None:
    assert list(history_lines(history_of(folder, 13), 100)) == [
        "no version of it has been seen",
        "",
        "article 13 (https://kexue.fm/archives/13): protected",
        "  2026-11-24 08:00  new",
    ]


def test_article_that_went_back_to_an_earlier_version(tmp_path: Path) -> None:
    """No new version is made then; the mark tells which one is the current one."""
    make_archive(tmp_path, an_article(FIRST), an_article(SECOND), an_article(FIRST))
    history = history_of(tmp_path)
    assert [version.number for version in history.versions] == [1, 2]
    assert history.current == 1


def test_current_version_is_told_by_more_than_its_text(tmp_path: Path) -> None:
    make_archive(tmp_path, an_article(FIRST), an_article(FIRST, tags=["改"]), an_article(FIRST))
    history = history_of(tmp_path)
    assert (len(history.versions), history.current) == (2, 1)


def test_comparison(folder: Path) -> None:
    assert compared(folder, 1, 4) == [
        "article 8130: version 1 (2026-11-20 08:00 UTC) → version 4 (2026-11-23 08:00 UTC)",
        f"title: {TITLE} → {TITLE}（增订）",
        "category: 信息时代 → 数学研究",
        "tags: 语言模型, attention → 语言模型",
        "",
        r"给定向量$\boldsymbol{q}$，做适当的[-旋转-]{+正交+}变换。"
        "\n\n第二段。\n\n$$\n"
        r"\begin{equation}y = \boldsymbol{[-f-]{+g+}}(x)\label{eq:f}\end{equation}"
        "\n$$\n\n{+新的一段。+}",
    ]


def test_comparison_backwards_and_with_a_suspicious_version(folder: Path) -> None:
    head, _, text = compared(folder, 3, 1)
    assert head == (
        "article 8130: version 3 (2026-11-22 08:00 UTC), suspicious (it has lost 99 % of its text)"
        " → version 1 (2026-11-20 08:00 UTC)"
    )
    assert text.startswith("[-空-]\n\n{+给定向量")


def test_comparison_of_the_same(folder: Path) -> None:
    assert compared(folder, 2, 2)[1:] == ["the two are the same"]
    assert compared(folder, 2, 4)[-1] == "the text is the same"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "<p>甲</p>",
            '<p id="a">甲</p>',
            "the Markdown is the same; the HTML differs, see --html",
        ),
        (
            "<pre>甲\n乙</pre>",
            "<pre>甲\n\n乙</pre>",
            "only line breaks differ",
        ),
    ],
)
def test_comparison_without_other_words(tmp_path: Path, old: str, new: str, words: str) -> None:
    """Something differs, but nothing that marks could show."""
    make_archive(tmp_path, an_article(old), an_article(new))
    assert compared(tmp_path, 1, 2)[-1] == words


def test_version_of_an_older_archive(tmp_path: Path) -> None:
    """What was not kept then is unknown, which is not a change."""
    make_archive(tmp_path, an_article(FIRST), an_article(SECOND, tags=["改"], category=None))
    with closing(sqlite3.connect(tmp_path / "kexue.db")) as connection:
        connection.execute(
            "UPDATE revisions SET author = NULL, published = NULL, category = NULL, tags = NULL"
            " WHERE number = 1"
        )
        connection.commit()
    history = history_of(tmp_path)
    assert history.changed_columns(history.versions[1]) == ["body_html"]
    assert compared(tmp_path, 1, 2)[1:3] == [
        "author, day, category and tags of archives of that time were not kept",
        "",
    ]


def test_value_that_is_missing(tmp_path: Path) -> None:
    make_archive(tmp_path, an_article(FIRST, tags=[], category=None), an_article(FIRST))
    assert compared(tmp_path, 1, 2)[1:3] == [
        "category: none → 信息时代",
        "tags: none → 语言模型, attention",
    ]


# --- The command ----------------------------------------------------------------------------------


class Outcome:
    """What a command has printed, and its exit status."""

    def __init__(self, status: object, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """``scrapy history`` in this process."""

    def run_history(folder: Path, *words: str) -> Outcome:
        arguments = ["scrapy", "history", "-s", f"KEXUE_DATA_DIR={folder}", *words]
        with pytest.raises(SystemExit) as ended:
            execute(arguments, get_project_settings())
        return Outcome(ended.value.code, *capsys.readouterr())

    return run_history


def test_command_lists(folder: Path, run: Run) -> None:
    done = run(folder, "8130")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(
        "   no.  seen (UTC)        characters  formulas  title\n     1  2026"
    )


def test_command_gives_a_version_back(folder: Path, run: Run) -> None:
    """The text of a version that is no longer the current one, as it was."""
    done = run(folder, "8130", "1")
    assert (done.status, done.err) == (0, "")
    assert done.out == (
        "给定向量$\\boldsymbol{q}$，做适当的旋转变换。\n\n第二段。\n\n"
        "$$\n\\begin{equation}y = \\boldsymbol{f}(x)\\label{eq:f}\\end{equation}\n$$\n"
    )
    assert run(folder, "8130", "1", "--html").out == f"{FIRST}\n"


def test_command_compares(folder: Path, run: Run) -> None:
    done = run(folder, "8130", "1", "2")
    assert (done.status, done.err) == (0, "")
    assert "做适当的[-旋转-]{+正交+}变换。" in done.out


def test_command_gives_json(folder: Path, run: Run) -> None:
    found = json.loads(run(folder, "8130", "--json").out)
    assert {key: value for key, value in found.items() if key not in {"versions", "changes"}} == {
        "id": 8130,
        "url": "https://kexue.fm/archives/8130",
        "title": f"{TITLE}（增订）",
        "status": "gone",
        "gone_at": DAYS[5],
    }
    assert found["changes"][1] == {
        "seen_at": DAYS[1],
        "kind": "edited",
        "revision": 2,
        "fields": ["body_html"],
    }
    expected = {
        "number": 3,
        "seen_at": DAYS[2],
        "content_sha256": hashlib.sha256(f"{TITLE}\0<p>空</p>".encode()).hexdigest(),
        "title": TITLE,
        "author": "苏剑林",
        "published": "2021-02-03",
        "category": "信息时代",
        "tags": ["语言模型", "attention"],
        "characters": 1,
        "formula_count": 0,
        "changed": ["body_html"],
        "is_current": False,
        "suspicious": "it has lost 99 % of its text",
    }
    assert found["versions"][2] == expected
    assert [version["is_current"] for version in found["versions"]] == [False, False, False, True]
    assert json.loads(run(folder, "8130", "3", "--json").out) == {
        "article_id": 8130,
        **expected,
        "body_html": "<p>空</p>",
        "body_text": "空",
        "body_markdown": "空",
    }


def test_command_says_that_a_version_is_empty(tmp_path: Path, run: Run) -> None:
    make_archive(tmp_path, an_article(FIRST), an_article(""))
    done = run(tmp_path, "8130", "2")
    assert (done.status, done.out) == (0, "")
    assert done.err == "scrapy history: version 2 has no text\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "give the number of an article, e.g. 6583"),
        (["99"], "article 99 is not in the archive; scrapy crawl kexue -a ids=99 asks the blog"),
        (["8130", "5"], "article 8130 has no version 5; it has versions 1 to 4"),
        (["8130", "1", "0"], "article 8130 has no version 0; it has versions 1 to 4"),
        (["13", "1"], "article 13 has no version 1; none has been seen"),
        (["abc"], "abc is no number; give an article and versions, e.g. 6583 1 2"),
        (["８１３０"], "８１３０ is no number; give an article"),
        (["9" * 30], f"{'9' * 30} is no number; give an article"),
        (["8130", "1", "2", "3"], "3: give an article and two of its versions at most"),
        (["8130", "--htm1"], "unknown option --htm1"),
        (["8130", "--html"], "--html prints one version: give its number"),
        (["8130", "1", "2", "--html"], "--html prints one version: give its number"),
        (["8130", "1", "2", "--json"], "--json is for the list or for one version"),
        (["8130", "1", "--json", "--html"], "give --json or --html; the JSON has the HTML in it"),
        (["8130", "-s", "KEXUE_NAME=other"], "there is no archive at"),
    ],
)
def test_command_refuses(folder: Path, run: Run, words: list[str], sentence: str) -> None:
    """One sentence that names the thing, exit status 2."""
    done = run(folder, *words)
    assert done.status == 2
    assert sentence in done.err
    assert "version 1" not in done.out


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("DROP TABLE changes", "kexue.db: no such table: changes"),
        (
            "UPDATE revisions SET tags = '甲' WHERE number = 2",
            "article 8130, tags of version 2: no JSON",
        ),
        ("UPDATE changes SET fields = '{}'", "article 8130, fields of its changes: no JSON array"),
    ],
)
def test_command_on_a_damaged_archive(
    tmp_path: Path, run: Run, statement: str, sentence: str
) -> None:
    make_archive(tmp_path, an_article(FIRST), an_article(SECOND))
    with closing(sqlite3.connect(tmp_path / "kexue.db")) as connection:
        connection.execute(statement)
        connection.commit()
    done = run(tmp_path, "8130")
    assert (done.status, done.out) == (1, "")
    assert sentence in done.err


def test_command_changes_nothing(folder: Path, run: Run) -> None:
    def state() -> dict[str, str]:
        return {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()
        }

    before = state()
    assert run(folder, "8130", "1", "2").status == 0
    assert state() == before


def test_command_beside_a_crawl(tmp_path: Path, run: Run) -> None:
    """While a crawl has the archive open, what it has stored is shown."""
    make_archive(tmp_path, an_article(FIRST))
    writer = open_archive(tmp_path / "kexue.db")
    save_article(writer, an_article(SECOND), DAYS[1])
    done = run(tmp_path, "8130", "1", "2")
    close_archive(writer)
    assert done.status == 0
    assert "{+新的一段。+}" in done.out


def run_on_terminal(folder: Path, environment: dict[str, str]) -> str:
    """What ``scrapy history 8130 1 2`` writes to a terminal."""
    master, slave = pty.openpty()
    try:
        words = ("history", "8130", "1", "2", "-s", f"KEXUE_DATA_DIR={folder}")
        ended = commands.run(*words, stdout=slave, env={"TERM": "xterm", **environment})
        assert ended.returncode == 0
        return os.read(master, 4096).decode()
    finally:
        os.close(slave)
        os.close(master)


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"NO_COLOR": ""}, "适当的\x1b[31m旋转\x1b[0m\x1b[32m正交\x1b[0m变换"),
        ({"NO_COLOR": "1"}, "适当的[-旋转-]{+正交+}变换"),
        ({"NO_COLOR": "", "TERM": "dumb"}, "适当的[-旋转-]{+正交+}变换"),
    ],
)
def test_command_on_a_terminal(folder: Path, environment: dict[str, str], words: str) -> None:
    """Colours take the place of the marks, unless the reader wants none (no-color.org)."""
    assert words in run_on_terminal(folder, environment)
