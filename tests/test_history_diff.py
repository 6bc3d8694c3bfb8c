"""The difference of two texts: what a reader of ``scrapy history`` is shown of it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from processor_time import takes_less_than

from archiver.reading.history.diff_display import COLOURS, MARKS, format_diff
from archiver.reading.history.edits import Budget, Edit, find_edits
from archiver.reading.history.text_diff import Line, Mark, Piece, compare_texts, new_text, old_text
from archiver.reading.history.tokens import TOKEN
from archiver.terminal.text_width import cut, width


def shown(old: str, new: str) -> str:
    return format_diff(compare_texts(old, new), MARKS)


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
        ("由$x$和$z$得", "由$x$和$y$和$z$得", "由$x$和{+$y$和+}$z$得"),
        (r"$x$和$z$", r"$x$，$y$和$z$", "$x${+，$y$+}和$z$"),
        (
            r"$\frac{a}{b}+\left(x\right)+f(x)$",
            r"$\frac{a}{c}{b}+\left(x\right)+\left(y\right)+f(x)$",
            r"$\frac{a}{+{c}+}{b}+\left(x\right){++\left(y\right)+}+f(x)$",
        ),
        (r"见“甲”。\n\n", r"见“甲”（“乙”）。\n\n", r"见“甲”{+（“乙”）+}。\n\n"),
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
    assert format_diff(lines, COLOURS) == (
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
    result = format_diff(lines, MARKS)
    for piece in (piece for line in lines for piece in line if piece.mark is not Mark.KEPT):
        words = piece.text.rstrip("\n")
        assert not words or MARKS.mark(Piece(piece.mark, words)) in result


# --- Large texts, and many lines ------------------------------------------------------------------

#: The most common characters, as in a text, and two texts of 300 kB that share nothing but them.
_CHARACTERS = [chr(0x4E00 + n) for n in range(3_000)]
_WEIGHTS = [1 / (n + 1) for n in range(3_000)]


def a_book(seed: int) -> str:
    letters = random.Random(seed).choices(_CHARACTERS, _WEIGHTS, k=10**5)
    return "\n\n".join("".join(letters[n : n + 80]) for n in range(0, 10**5, 80))


FIRST_BOOK, SECOND_BOOK = a_book(1), a_book(2)


def test_every_paragraph_of_a_long_article() -> None:
    """70 kB are compared word by word, every paragraph with its own."""
    old = "".join(f"第{n}段，{SENTENCE * 4}取 $x_{{{n}}}$。\n\n" for n in range(300))
    new = old.replace("不需要", "无须").replace("取 $", "令 $")
    lines = compare_texts(old, new)
    assert len(old.encode()) > 70_000
    assert len(lines) == 300
    assert [sum(piece.mark is Mark.REMOVED for piece in line) for line in lines] == [5] * 300


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(FIRST_BOOK, SECOND_BOOK, id="rewritten"),
        pytest.param(FIRST_BOOK.replace("\n", ""), SECOND_BOOK.replace("\n", ""), id="one line"),
        pytest.param(
            FIRST_BOOK, "改".join(FIRST_BOOK[n : n + 7] for n in range(0, 10**5, 7)), id="7"
        ),
        pytest.param("甲" * 1_900, "乙甲" * 950, id="one token again and again"),
        pytest.param("甲\n" * 50_000, "甲\n乙\n" * 25_000, id="one line again and again"),
    ],
)
def test_comparison_is_bounded(old: str, new: str) -> None:
    """Two texts of 300 kB that differ everywhere: ``difflib`` alone needs minutes or hours."""
    lines: list[Line] = []

    def compare() -> None:
        lines[:] = compare_texts(old, new)

    assert takes_less_than(20, compare)  # one or two seconds on a quiet machine
    assert (old_text(lines), new_text(lines)) == (old, new)


def test_budget_is_for_the_whole_text() -> None:
    """What is compared takes from it; without it only what begins and ends alike is found."""
    budget = Budget()
    find_edits("甲乙丙丁", "戊乙己丁庚", budget)
    assert budget.steps < Budget().steps
    assert find_edits("甲乙丙丁", "甲戊丙己丁", Budget(0)) == [
        Edit("甲", "乙丙", "戊丙己"),
        Edit("丁"),
    ]


def test_lines_are_paired_by_what_they_share() -> None:
    """Of several lines that changed, each is compared with the one that it became."""
    old = "关于旋转的讨论\n关于收敛的证明\n旧的话\n"
    new = "新加的内容\n关于旋转的新讨论\n关于收敛的简短证明\n"
    assert shown(old, new) == (
        "{+新加的内容+}\n关于旋转的{+新+}讨论\n关于收敛的{+简短+}证明\n[-旧的话-]"
    )


def test_line_that_much_was_added_to_stays_the_same_line() -> None:
    added = "而且" * 100
    assert shown(f"见上。\n{SENTENCE}\n", f"{SENTENCE}{added}\n").startswith("[-见上。-]\n")
    assert shown(f"见上。\n{SENTENCE}\n", f"{SENTENCE}{added}\n").endswith(f"{{+{added}+}}")


def test_rewritten_lines_are_shown_whole() -> None:
    """All old ones, then all new ones."""
    old, new = "今天天气很好\n我们去了公园\n", "函数的连续性\n是基本概念\n另见\n"
    assert shown(old, new) == (
        "[-今天天气很好-]\n[-我们去了公园-]\n{+函数的连续性+}\n{+是基本概念+}\n{+另见+}"
    )
