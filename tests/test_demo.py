"""``scrapy demo``: what the README promises a new user."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from rig.commands import run
from sqlite_utils import Database

from archiver.demo.posts import load_posts

EIGHT = [
    (6583, "从动力学角度看优化算法(四):GAN的第三个阶段", "2019-05-03", 94037),
    (7006, "最小熵原理(五):“层层递进”之社区发现与聚类", "2019-10-19", 148764),
    (6784, "你跳绳的时候,想过绳子的形状曲线是怎样的吗?", "2019-07-06", 48773),
    (7325, "突破瓶颈,打造更强大的Transformer", "2020-04-13", 124234),
    (7533, "积分梯度:一种新颖的神经网络可视化方法", "2020-06-28", 89083),
    (7575, "BERT-of-Theseus:基于模块替换的模型压缩方法", "2020-07-17", 90045),
    (8084, "【搜出来的文本】⋅(二)从MCMC到模拟退火", "2021-01-14", 49835),
    (8870, "多任务学习漫谈(一):以损失之名", "2022-01-18", 147380),
]


def run_demo(folder: Path) -> subprocess.CompletedProcess[str]:
    return run("demo", "-s", f"KEXUE_DATA_DIR={folder}")


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The demo run twice into one folder."""
    folder = tmp_path_factory.mktemp("demo")
    first = run_demo(folder)
    lines = (folder / "demo.jsonl").read_bytes()
    second = run_demo(folder)
    return {"folder": folder, "first": first, "lines": lines, "second": second}


def articles(twice: dict[str, Any]) -> dict[int, dict[str, Any]]:
    database = Database(twice["folder"] / "demo.db")
    rows = {row["id"]: row for row in database["articles"].rows}
    database.close()
    return rows


def test_exit_status_and_queries(twice: dict[str, Any]) -> None:
    first = twice["first"]
    assert first.returncode == 0, first.stderr
    assert len(re.findall(r"\n\$ \S*sqlite-utils ", first.stdout)) == 3
    assert first.stderr == ""


def test_the_eight_rows_are_exact(twice: dict[str, Any]) -> None:
    rows = articles(twice)
    keys = ("id", "title", "published", "readers")
    shown = [tuple(rows[article][key] for key in keys) for article, *_ in EIGHT]
    assert shown == EIGHT
    assert {rows[article]["author"] for article, *_ in EIGHT} == {"苏剑林"}
    assert rows[6784]["excerpt"] == ""


def test_every_listed_post_is_archived_as_it_is(twice: dict[str, Any]) -> None:
    rows = articles(twice)
    posts = {p.id: p for p in load_posts() if p.state in {"published", "protected"}}
    assert rows.keys() == posts.keys()
    assert len(rows) >= 60
    for article, post in posts.items():
        row = rows[article]
        if post.state == "protected":
            assert (row["status"], row["body_html"], row["body_text"]) == ("protected", None, None)
            continue
        readers = None if post.byline == "no-readers" else post.readers
        facts = (row["title"], row["author"], row["published"], row["readers"], row["category"])
        day = post.published.date().isoformat()
        assert facts == (post.title, post.author, day, readers, post.category.name)
        assert json.loads(row["tags"]) == list(post.tags)


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md", "docs/data-format.md"])
def test_short_terms_are_found_as_the_docs_say(twice: dict[str, Any], page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    statements = re.findall(r"SELECT[^\n\"]* LIKE '%熵%'[^\n\"]*", text)
    assert statements
    database = Database(twice["folder"] / "demo.db")
    for statement in statements:
        found = [row["id"] for row in database.query(statement)]
        assert found == [7006, 8352, 10850]
    index = database.table("articles")
    dropped, whole = (
        [row["id"] for row in index.search(words, quote=True)] for words in ("注意力 zq", "注意力")
    )
    alone = list(index.search("熵", quote=True))
    database.close()
    assert dropped == whole != []
    assert alone == []


def test_no_boilerplate_is_left(twice: dict[str, Any]) -> None:
    marks = ('id="content_tips"', 'id="pay"', 'id="how_to_cite"', "<script", "<iframe", "onclick")
    bodies = [row["body_html"] or "" for row in articles(twice).values()]
    assert [mark for mark in marks for body in bodies if mark in body] == []


def test_second_run_changes_nothing(twice: dict[str, Any]) -> None:
    second = twice["second"]
    assert second.returncode == 0, second.stderr
    assert "  new           0\n" in second.stdout
    assert "  changed       0\n" in second.stdout
    assert (twice["folder"] / "demo.jsonl").read_bytes() == twice["lines"]


def test_jsonl_has_one_object_an_article_sorted_by_id(twice: dict[str, Any]) -> None:
    ids = [json.loads(line)["id"] for line in twice["lines"].decode("utf-8").splitlines()]
    assert ids == sorted(articles(twice))


def test_only_its_files_are_left(twice: dict[str, Any]) -> None:
    names = sorted(path.name for path in twice["folder"].iterdir())
    assert names == [
        *(".run.lock", "demo-changes.xml", "demo-files", "demo-warc", "demo.db", "demo.jsonl"),
    ]
