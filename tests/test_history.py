"""``scrapy history``: every version can be listed, had back, and compared with any other."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from scrapy.cmdline import execute
from scrapy.utils.project import get_project_settings

from archiver.body.contents.text import plain_text
from archiver.body.formulas.finder import find_formulas
from archiver.body.markdown import to_markdown
from archiver.items import Article, Status
from archiver.reading.history.text_diff import compare_texts
from archiver.reading.history.diff_lines import COLOURS, MARKS, show_lines
from archiver.reading.history.history_lines import history_lines
from archiver.reading.history.text_diff import Mark, Piece, new_text, old_text
from archiver.reading.history.tokens import TOKEN
from archiver.reading.history.version_comparison import comparison_lines
from archiver.reading.history.versions import History, read_history
from archiver.store.articles import save_article
from archiver.store.sqlite import close_archive, open_archive
from archiver.store.tombstones import mark_gone
from archiver.terminal.screen import cut, width
from archiver.tree.document import parse_fragment
from archiver.verify.integrity import open_for_reading

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
    formulas = find_formulas(body)
    values: dict[str, Any] = {
        "title": TITLE,
        "author": "苏剑林",
        "published": "2021-02-03",
        "category": "信息时代",
        "tags": ["语言模型", "attention"],
        "excerpt_known": True,
        "body_html": html,
        "body_text": plain_text(body, formulas),
        "body_markdown": to_markdown(body, formulas),
        "formulas": formulas.found,
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


def shown(old: str, new: str) -> str:
    return show_lines(compare_texts(old, new), MARKS)


# --- Tokens ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("旋转式", ["旋", "转", "式"]),
        ("batch size", ["batch", " ", "size"]),
        ("don't", ["don't"]),
        ("naïve词", ["naïve", "词"]),
        (r"$\alpha_1\\", ["$", r"\alpha", "_", "1", "\\\\"]),
        (r"\operatorname*{max}", [r"\operatorname*", "{", "max", "}"]),
        ("3.14，(0,1)", ["3.14", "，", "(", "0", ",", "1", ")"]),
        ("甲\n\n乙  丙", ["甲", "\n\n", "乙", "  ", "丙"]),
        ("Transformer模型", ["Transformer", "模", "型"]),
        ("\\", ["\\"]),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    """Chinese one by one; words, numbers and commands whole."""
    assert TOKEN.findall(text) == tokens


@limits(deadline=None)  # a loaded machine is no defect
@given(st.text())
def test_tokens_are_the_text(text: str) -> None:
    assert "".join(TOKEN.findall(text)) == text


def test_columns_of_a_terminal() -> None:
    assert width("位置a，") == 7
    assert width("e\u0301\u200b") == 1
    assert cut("位置编码", 8) == "位置编码"
    assert cut("位置编码", 7) == "位置编…"
    assert cut("位置编码", 6) == "位置…"


# --- The difference of two texts ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "做适当的旋转变换，就可以。",
            "做适当的正交变换，就可以。",
            "做适当的[-旋转-]{+正交+}变换，就可以。",
        ),
        # What is added is a sentence or a pair of brackets where it can be one.
        ("甲。乙。丙。", "甲。乙。新的话。丙。", "甲。乙。{+新的话。+}丙。"),
        ("已知，甲，乙，丙", "已知，甲，丁，乙，丙", "已知，甲，{+丁，+}乙，丙"),
        (r"\frac{a}{b}+c", r"\frac{a}{c}{b}+c", r"\frac{a}{+{c}+}{b}+c"),
        ("由$x$和$z$得", "由$x$和$y$和$z$得", "由$x${+和$y$+}和$z$得"),
        # Commands, words and numbers change as a whole.
        (r"$\alpha_1+x$ 是解", r"$\gamma_1-x$ 是解", r"$[-\alpha-]{+\gamma+}_1[-+-]{+-+}x$ 是解"),
        ("误差为 0.5%，取 128", "误差为 0.6%，取 256", "误差为 [-0.5-]{+0.6+}%，取 [-128-]{+256+}"),
        ("在$(0,1)$上递增", "在$(0,2)$上递增", "在$(0,[-1-]{+2+})$上递增"),
        ("取 Transformer 模型", "取 Transformers 模型", "取 [-Transformer-]{+Transformers+} 模型"),
        # A word that happens to stand in both is told with its neighbours.
        (
            "我们研究连续函数的极限与收敛。",
            "我们研究离散序列的求和与收敛。",
            "我们研究[-连续函数的极限-]{+离散序列的求和+}与收敛。",
        ),
        # White space is shown, too.
        ("a $x$ b", "a  $x$ b", "a[- -]{+  +}$x$ b"),
        # Two other sentences are not mixed.
        (
            "今天天气很好，我们去了公园。",
            "函数的连续性是数学分析的基本概念。",
            "[-今天天气很好，我们去了公园。-]\n{+函数的连续性是数学分析的基本概念。+}",
        ),
        # Line by line: an added item, a formula between its fences.
        ("- 甲\n- 乙\n\n尾\n\n", "- 甲\n- 乙\n- 丙\n\n尾\n\n", "- 甲\n- 乙\n{+- 丙+}\n\n尾"),
        (
            "$$\n\\begin{align}a\\end{align}\n$$\n\n$$\nx+y=1\n$$\n\n",
            "$$\n\\begin{align}a\\end{align}\n$$\n\n$$\nx+y=2\n$$\n\n",
            "…\n$$\n\n$$\nx+y=[-1-]{+2+}\n$$",
        ),
        ("甲\n\n", "甲\n\n乙\n\n", "甲\n\n{+乙+}"),
        ("甲\n\n乙\n\n", "乙\n\n", "[-甲-]\n\n乙"),
        ("", "甲", "{+甲+}"),
        ("甲\n乙\n", "甲\n\n乙\n", ""),
        ("甲", "甲", ""),
    ],
)
def test_difference(old: str, new: str, expected: str) -> None:
    """How edits of Chinese text with formulas read."""
    assert shown(old, new) == expected


def test_only_what_is_near_is_shown() -> None:
    """Two lines on each side; a gap of one line is no gap, as ``…`` takes a line too."""
    old = "".join(f"第{n}段。\n\n" for n in "一二三四五六七八九十")
    new = old.replace("第四段", "第四节")
    assert shown(old, new) == (
        "第一段。\n\n第二段。\n\n第三段。\n\n第四[-段-]{+节+}。\n\n第五段。\n\n第六段。\n\n…"
    )
    assert shown(old, old.replace("第十段", "第十节")) == (
        "…\n\n第八段。\n\n第九段。\n\n第十[-段-]{+节+}。"
    )


SENTENCE = "这种方案不需要额外的参数，计算量几乎可以忽略。"


def test_long_paragraph_is_cut() -> None:
    """One changed word in a thousand characters, with twenty characters around it."""
    head, tail = SENTENCE * 25, SENTENCE * 20
    assert shown(f"{head}旋转{tail}", f"{head}正交{tail}") == (
        "…案不需要额外的参数，计算量几乎可以忽略。[-旋转-]{+正交+}这种方案不需要额外的参数，计算量几乎可以…"
    )


def test_between_two_changes_is_cut_in_the_middle() -> None:
    text = SENTENCE * 4
    assert shown(f"甲{text}乙", f"丙{text}丁") == (
        "[-甲-]{+丙+}这种方案不需要额外的参数，计算量几乎可以…案不需要额外的参数，计算量几乎可以忽略。[-乙-]{+丁+}"
    )


def test_unchanged_lines_are_cut_and_short_ones_are_not() -> None:
    old = f"{SENTENCE * 4}\n\n{SENTENCE}\n\n旧的\n\n"
    assert shown(old, old.replace("旧的", "旧了")) == (
        f"这种方案不需要额外的参数，计算量几乎可以…案不需要额外的参数，计算量几乎可以忽略。\n\n{SENTENCE}"
        "\n\n旧[-的-]{+了+}"
    )


def test_cut_never_parts_a_command() -> None:
    command = r"\boldsymbol"
    text = f"{command}a" * 30
    result = shown(f"{text}甲{text}", f"{text}乙{text}")
    assert result == f"…{f'{command}a' * 3}[-甲-]{{+乙+}}{f'{command}a' * 3}…"


def test_colours() -> None:
    """Colours of letters do not show white space, so its ground is coloured."""
    lines = compare_texts("甲乙丙 丁戊", "甲己丙  丁戊")
    assert show_lines(lines, COLOURS) == (
        "甲\x1b[31m乙\x1b[0m\x1b[32m己\x1b[0m丙\x1b[41m \x1b[0m\x1b[42m  \x1b[0m丁戊"
    )


PART = st.sampled_from(
    [*"甲乙丙，。的", " ", "\n", "\n\n", "$", "{", "}", r"\alpha", "x", "12", "$$", "…", "[-", "+}"]
)
TEXT = st.lists(PART, max_size=40).map("".join)


@limits(deadline=None)  # a loaded machine is no defect
@given(TEXT, TEXT)
def test_both_texts_can_be_rebuilt(old: str, new: str) -> None:
    """What is kept and removed is the old text, what is kept and added the new one."""
    lines = compare_texts(old, new)
    assert (old_text(lines), new_text(lines)) == (old, new)


@limits(deadline=None)  # a loaded machine is no defect
@given(TEXT, st.integers(0, 40), st.integers(0, 10), TEXT)
def test_edits_can_be_rebuilt(text: str, start: int, length: int, inserted: str) -> None:
    """The same for texts that have much in common."""
    new = text[:start] + inserted + text[start + length :]
    lines = compare_texts(text, new)
    assert (old_text(lines), new_text(lines)) == (text, new)


@limits(deadline=None)  # a loaded machine is no defect
@given(TEXT, TEXT)
def test_no_change_is_cut(old: str, new: str) -> None:
    """However much is left out, all that was removed or added is shown whole."""
    around = SENTENCE * 5
    lines = compare_texts(f"{around}{old}{around}", f"{around}{new}{around}")
    result = show_lines(lines, MARKS)
    for piece in (piece for line in lines for piece in line if piece.mark is not Mark.KEPT):
        words = piece.text.rstrip("\n")
        assert not words or MARKS.show(Piece(piece.mark, words)) in result


# --- What would take too long ---------------------------------------------------------------------


def test_every_paragraph_of_a_long_article() -> None:
    """70 kB are compared word by word, every paragraph with its own."""
    old = "".join(f"第{n}段，{SENTENCE * 4}取 $x_{{{n}}}$。\n\n" for n in range(300))
    new = old.replace("不需要", "无须").replace("取 $", "令 $")
    lines = compare_texts(old, new)
    assert len(old.encode()) > 70_000
    assert len(lines) == 300
    assert [sum(piece.mark is Mark.REMOVED for piece in line) for line in lines] == [5] * 300


def test_too_much_to_compare_is_shown_whole() -> None:
    """Two thousand times the same token in one line: four million pairs to look at."""
    old, new = "甲乙" * 2_000, "乙丙甲" * 1_500
    assert compare_lines(old, new, Effort()) == [
        [Piece(Mark.REMOVED, old)],
        [Piece(Mark.ADDED, new)],
    ]
    assert compare_lines("甲乙", "甲丙", Effort(0)) == [
        [Piece(Mark.KEPT, "甲"), Piece(Mark.REMOVED, "乙"), Piece(Mark.ADDED, "丙")]
    ]
    assert len(compare_lines("甲乙丙", "乙甲丁甲", Effort(1))) == 2


def test_effort_is_for_the_whole_text() -> None:
    """Many lines that are each quick to compare are not quick together."""
    effort = Effort(5)
    assert [effort.allows("aa", "aa"), effort.allows("aa", "aa")] == [True, False]
    assert effort.allows("ab", "ac")
    assert not effort.allows("a", "a")


def test_lines_are_paired_by_what_they_share() -> None:
    old = ["关于旋转的讨论", "关于收敛的证明", "旧的话"]
    new = ["新加的内容", "关于旋转的新讨论", "关于收敛的简短证明"]
    assert pair_lines(old, new) == [
        (None, "新加的内容"),
        ("关于旋转的讨论", "关于旋转的新讨论"),
        ("关于收敛的证明", "关于收敛的简短证明"),
        ("旧的话", None),
    ]


def test_line_that_much_was_added_to_stays_the_same_line() -> None:
    assert pair_lines(["见上。", SENTENCE], [SENTENCE + "而且" * 100]) == [
        ("见上。", None),
        (SENTENCE, SENTENCE + "而且" * 100),
    ]


def test_too_many_lines_are_not_paired() -> None:
    old, new = [f"甲{n}" for n in range(2_001)], [f"甲{n}。" for n in range(2_000)]
    pairs = pair_lines(old, new)
    assert pairs[0] == ("甲0", None)
    assert pairs[-1] == (None, "甲1999。")
    assert len(pairs) == 4_001


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
    assert history.changed(history.versions[1]) == ["body_html"]
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
        (["8130", "5"], "article 8130 has no version 5; it has 4, from 1 on"),
        (["8130", "1", "0"], "article 8130 has no version 0; it has 4, from 1 on"),
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
        subprocess.run(
            [
                *(sys.executable, "-m", "scrapy", "history", "8130", "1", "2"),
                *("-s", f"KEXUE_DATA_DIR={folder}"),
            ],
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm", "PYTHONIOENCODING": "utf-8", **environment},
            stdout=slave,
            timeout=60,
            check=True,
        )
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
