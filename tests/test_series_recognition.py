"""Which articles are parts of one series, by their titles and links."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from archiver.demo.posts import load_posts
from archiver.extraction.series.numerals import parse_numeral
from archiver.extraction.series.recognition import recognise
from archiver.store.series_tables import Series, Titled

Links = list[tuple[int, int]]


@cache
def listed() -> tuple[list[Titled], dict[str, list[int]]]:
    """The titles of fixtures/series/titles.txt, and the articles of each series in their order."""
    titles: list[Titled] = []
    series: dict[str, list[int]] = {}
    for line in (ROOT / "fixtures" / "series" / "titles.txt").read_text("utf-8").splitlines():
        first, _, rest = line.partition(" ")
        if first == "=":
            articles = series.setdefault(rest, [])
        elif first != "#":
            titles.append(Titled(int(first), rest))
            articles.append(int(first))
    series.pop("-")
    return titles, series


def of(titles: Iterable[str | tuple[str, str]], links: Links | None = None) -> list[Series]:
    """What is recognised in titles, some with their days, that have the ids 1, 2, 3, …"""
    pairs = [(title, None) if isinstance(title, str) else title for title in titles]
    articles = [Titled(number, *pair) for number, pair in enumerate(pairs, 1)]
    return list(recognise(articles, links or []))


def found(*titles: str | tuple[str, str], links: Links | None = None) -> dict[str, list[int]]:
    return {s.name: [part.article for part in s.parts] for s in of(titles, links)}


# --- Corpora --------------------------------------------------------------------------------------


def test_the_titles_of_the_blog() -> None:
    """All of 59 series with 296 parts, in their order, and no article that is in none."""
    titles, expected = listed()
    made = {s.name: [part.article for part in s.parts] for s in recognise(titles, [])}
    assert made == expected
    assert len(expected) >= 59
    assert sum(map(len, expected.values())) >= 296


def test_nothing_is_missing_but_what_was_renamed() -> None:
    titles, _ = listed()
    links = [(1942, 1637), (3134, 2067)]
    assert {s.name: s.missing for s in recognise(titles, []) if s.missing} == {
        "费曼积分法": (1, 2, 3, 4)
    }
    joined = {s.name: s for s in recognise(titles, links)}
    assert len(joined) == 58
    assert [part.number for part in joined["费曼积分法"].parts] == [*range(1, 9)]
    assert joined["费曼积分法"].id == 1615


def test_the_demo_blog() -> None:
    """Of each only one part was written."""
    posts = [post for post in load_posts() if post.state == "published"]
    series = recognise((Titled(p.id, p.title, str(p.published)[:10]) for p in posts), [])
    known = {s.name: ([part.number for part in s.parts], s.missing) for s in series}
    assert (
        known.items()
        >= {
            "从动力学角度看优化算法": ([4], (1, 2, 3)),
            "最小熵原理": ([5], (1, 2, 3, 4)),
            "搜出来的文本": ([2], (1,)),
            "多任务学习漫谈": ([1], ()),
        }.items()
    )


@pytest.mark.real
def test_an_index_of_the_blog(real_folder: Path) -> None:
    """Of all titles on it, read one by one, these are parts of a series."""
    page = (real_folder / "site_samples" / "content.html").read_text("utf-8")
    rows = re.findall(r'日: <a href="[^"]*/archives/(\d+)">([^<]+)</a>', page)
    titles = [Titled(int(number), html.unescape(title)) for number, title in rows]
    named = {s.name: [p.article for p in s.parts] for s in recognise(titles, [])}
    assert len(titles) > 20
    assert named == {
        "浅谈中文分词": [2558],
        "从动力学角度看优化算法": [6583],
        "最小熵原理": [7006],
    }


# --- Titles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7), ("07", 7), ("31", 31), ("0", None), ("100", None), ("九", 9), ("十", 10),
        ("十二", 12), ("二十", 20), ("三十一", 31), ("二十二十", None), ("IV", 4), ("XX", 20),
        ("IIII", None), ("上", 1), ("下", 3), ("", None), ("甲", None), ("²", None),
    ],
)  # fmt: skip
def test_numerals(text: str, number: int | None) -> None:
    assert parse_numeral(text) == number


def test_one_series_in_all_forms() -> None:
    """Of number and name: width, quotes, spaces and punctuation are written now so, now so."""
    (series,) = of(
        [
            "最小熵原理（一）", "“最小熵原理”(二)：词库", "最小熵原理 （３）：x", "最小熵原理④",
            "最小熵原理：5、五", "最小熵原理(VI)", "【最小熵原理】 7. 七", "最小熵原理之八",
            "《最小熵原理9》：九", "最小熵原理第十讲",
        ]
    )  # fmt: skip
    assert series.name == "最小熵原理"
    assert [part.number for part in series.parts] == [*range(1, 11)]


def test_halves() -> None:
    numbers = {
        series.name: [part.number for part in series.parts]
        for series in of(
            ["光·上篇", "光学·上篇", "光学·下篇", "热学（上）", "热学（下）", "热学（中）：丙"]
        )
    }
    assert numbers == {"光学": [1, 2], "热学": [1, 2, 3]}


def test_the_first_number_is_that_of_the_part() -> None:
    """Parts that are numbered twice stand by their days."""
    series = of(
        [("文字：3. 特征(2)", "2016-06-19"), ("文字：3. 特征(1)", "2016-06-18"), "文字：1. 述"]
    )
    ((first, second, third),) = (one.parts for one in series)
    assert (first, second, third) == ((3, 1), (2, 3), (1, 3))
    assert series[0].missing == (2,)


def test_parts_without_a_number() -> None:
    """The first may have the bare name; a continuation stands at the end."""
    (series,) = of(["弹簧将如何伸长？", "弹簧将如何伸长(2)？", "弹簧将如何伸长（补充，草稿）"])
    assert series.parts == ((1, None), (2, 2), (3, None))
    assert series.missing == ()
    assert found("微分几何", "微分几何（续）") == {"微分几何": [1, 2]}
    assert found("微分几何（续）", "再谈微分几何", "微分几何") == {}
    assert found("微分几何（一）", "微分几何", "再谈微分几何（附图）") == {"微分几何": [1]}


def test_two_series_of_one_name() -> None:
    """A number one that comes long after the first begins another series."""
    days = ("2010-01-01", "2010-02-01", "2015-01-01", "2015-01-09")
    numbers = ("一", "二", "一", "二")
    series = of([(f"读书笔记（{n}）", day) for n, day in zip(numbers, days, strict=True)])
    assert [(s.id, [part.article for part in s.parts]) for s in series] == [
        (1, [1, 2]),
        (3, [3, 4]),
    ]
    assert found("2018年总结（一）", "2019年总结（一）").keys() == {"2018年总结", "2019年总结"}


@pytest.mark.parametrize(
    "titles",
    [
        ("漫谈SU(2)", "漫谈SU(3)", "从SO(2)到SO(3)"),
        ("$f(2)$", "$f(3)$", "f(1)", "f(2)"),
        ("GPT-2：新", "GPT-3：新", "GPT2：a", "GPT3：b", "RoFormerV2：a", "RoFormerV3：b"),
        ("习题解答V0.1", "习题解答V0.2", "发布:1.5", "发布:2.5"),
        ("年报（2018）", "年报（2019）", "年报2018", "年报2019", "2018年", "2019年"),
        ("2010年第3期", "2010年第4期", "第7届大赛", "第8届大赛", "月报第3期", "月报第4期"),
        ("3D电影", "4D电影", "二维", "三维", "第100篇文章", "第1000篇文章"),
        ("最重要的定理之一", "最大的湖之一", "之二"),
        ("声学(1)", "声学（上）", "光学：3、", "力学第三篇"),
        ("【转载】（一）——“全角标点”", "【翻译】（二）"),
        ("观测（一）班", "6月1日（二）", "星期（三）"),
        ("《文》:甲(1)", "《文》:乙(2)", "《文》:丙"),
        ("windows 8", "windows 7", "Messier 88", "Messier 87", "浅谈11", "浅谈12"),
        ("（一）", "一", "(1)", "", "：3、", "【】（一）", "》（二）", "（" * 5000, "\ud800（一）"),
    ],
)
def test_no_series(titles: tuple[str, ...]) -> None:
    """Years, versions, dimensions, formulas, and single parts of which nothing else is known."""
    assert found(*titles) == {}


def test_one_part_alone() -> None:
    """A Chinese numeral in brackets is proof enough; what is missing before it is named."""
    (series,) = of(["电动力学（三）：场"])
    assert (series.name, series.parts, series.missing) == ("电动力学", ((1, 3),), (1, 2))


def test_names_that_differ_by_a_sign_with_a_meaning() -> None:
    names = found("学习C（一）", "学习C++（一）", "学习C#（一）")
    assert names == {"学习C": [1], "学习C++": [2], "学习C#": [3]}


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("从动力学角度看优化算法（一）", "从动力学角度看优化方法（二）", True),
        ("积分法——在积分号下(1)", "积分法(2)：欧拉", True),
        ("2018年度总结报告（一）", "2019年度总结报告（二）", False),
        ("线性代数讲义上册（一）", "线性代数讲义下册（二）", False),
        ("从动力学角度看优化算法（一）", "从动力学角度看优化方法（一）", False),
        ("变分自编码器（一）", "最小熵原理（二）", False),
    ],
)
def test_links_join_what_was_renamed(first: str, second: str, joined: bool) -> None:
    """Only like names, and no number twice. Each has one more part, so both are series."""
    titles = [
        first,
        second,
        *(re.sub("[（(].[）)]", n, t) for n, t in (("(8)", first), ("(9)", second))),
    ]
    assert len(of(titles)) == 2
    assert len(of(titles, [(2, 1)])) == 2 - joined


#: Pieces of which titles are made that lie on the borders of the rules.
PIECES = st.sampled_from(
    [
        "最小熵",
        "原理",
        "A",
        "（一）",
        "(2)",
        "（下）",
        "：3、",
        "《",
        "》",
        "【书】",
        "之二",
        "（续）",
        "：",
        "4",
    ]
)
TITLES = st.lists(st.lists(PIECES, max_size=4).map("".join), max_size=8)
DAYS = st.none() | st.sampled_from(["2010-01-01", "2015-05-05", "no day"])


@given(titles=st.lists(st.tuples(TITLES.map("".join), DAYS), max_size=9), data=st.data())
def test_an_article_is_in_one_series_whatever_the_order(
    titles: list[tuple[str, str | None]], data: st.DataObject
) -> None:
    """So the tables can hold what is recognised, and a second run makes the same."""
    articles = [Titled(number, *pair) for number, pair in enumerate(titles)]
    pairs = data.draw(st.lists(st.tuples(*[st.integers(0, 8)] * 2), max_size=6))
    series = recognise(articles, pairs)
    members = [part.article for one in series for part in one.parts]
    assert len(members) == len(set(members))
    assert len({one.id for one in series}) == len(series)
    assert recognise(data.draw(st.permutations(articles)), pairs[::-1]) == series
    for one in series:
        numbers = [part.number for part in one.parts if part.number is not None]
        assert numbers == sorted(numbers)
        assert not {*one.missing} & {*numbers}
