"""A note of an exported article: its name, its front matter, its tags, its body."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from io import StringIO

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from archiver.reading.exports.notes.front_matter import Value, front_matter
from archiver.reading.exports.notes.note_body import note_body
from archiver.reading.exports.notes.note_names import note_link, note_name
from archiver.reading.exports.notes.obsidian_tags import obsidian_tags
from archiver.verify.fidelity.markdown_outline import outline_of_markdown
from archiver.verify.fidelity.outline import Event

#: Any text that SQLite may give back, halves of surrogate pairs too.
texts = st.text(st.characters(), max_size=300)
NAMES = {12: "12-另一篇 (1).md", 34: "34.md"}

# --- Names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("从动力学角度看优化算法(四):GAN", "7-从动力学角度看优化算法(四)：GAN.md"),
        ("a/b\\c", "7-a／b＼c.md"),
        ("..", "7.md"),
        ("......", "7.md"),
        ("", "7.md"),
        (" .hidden. ", "7-hidden.md"),
        ("a\tb\u3000c\nd", "7-a b c d.md"),
        ('"x" <y> | z? *', "7-＂x＂ ＜y＞ ｜ z？ ＊.md"),
        ("C# [x] ^1", "7-C＃ ［x］ ＾1.md"),
        ("e\u0301", "7-é.md"),
        ("\ud800x\u202ey\x00", "7-xy.md"),
        ("CON", "7-CON.md"),
        ("👩‍👩‍👧‍👦", "7-👩‍👩‍👧‍👦.md"),
    ],
)
def test_name_of_a_note(title: str, name: str) -> None:
    assert note_name(7, title) == name


def test_long_names_are_cut_between_characters() -> None:
    assert note_name(7, "汉" * 300) == f"7-{'汉' * 65}.md"
    family = "👩‍👩‍👧‍👦"
    kept = note_name(7, family * 20).removeprefix("7-").removesuffix(".md")
    assert kept == family * 7  # 25 bytes each, of 195


@given(st.integers(1, 999_999_999), texts)
def test_names_are_legal_everywhere(article: int, title: str) -> None:
    """By the rules of Windows, of POSIX, and of Obsidian for names that are linked to."""
    name = note_name(article, title)
    assert len(name.encode()) <= 200
    assert not re.search(r'[<>:"/\\|?*#^\[\]\x00-\x1f\x7f]', name)
    assert unicodedata.is_normalized("NFC", name)
    stem = name.removesuffix(".md")
    assert stem == stem.strip(" .")
    assert re.match(rf"{article}(-|\.md)", name)  # so no two are the same, in any case


@given(st.integers(1, 999_999_999), texts)
def test_links_need_no_brackets_and_read_back(article: int, title: str) -> None:
    name = note_name(article, title)
    body = note_body(f"[x](https://kexue.fm/archives/{article}#a b)", {article: name})
    assert body.startswith("[x](https:")  # a blank ends an address: this is no link
    body = note_body(f"[x](https://kexue.fm/archives/{article}#a%20b)", {article: name})
    assert body == f"[x]({note_link(name, 'a b')})"


# --- Front matter ---------------------------------------------------------------------------------

values = st.dictionaries(
    st.from_regex(r"[a-z][a-z_]{0,9}", fullmatch=True).filter(lambda name: name not in "ynonoff"),
    st.one_of(
        st.integers(0, 10**12), texts, st.lists(texts, min_size=1, max_size=4),
        st.dates(date(2009, 1, 1), date(2099, 12, 31)),
    ),
    max_size=6,
)  # fmt: skip


@given(values)
def test_yaml_of_both_versions_reads_the_same(given: dict[str, Value]) -> None:
    block = front_matter(given)
    assert block.startswith("---\n")
    assert block.endswith("\n---\n") or not given
    inner = block.removeprefix("---\n").removesuffix("---\n")
    inner.encode()
    expected = {name: _whole(value) for name, value in given.items()}
    assert (yaml.safe_load(inner) or {}) == expected
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    assert (reader.load(StringIO(inner)) or {}) == expected


def _whole(value: Value) -> Value:
    """A value as a file can hold it: without halves of surrogate pairs."""
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, list):
        return [re.sub("[\ud800-\udfff]", "\ufffd", text) for text in value]
    return value


def test_front_matter_in_its_form() -> None:
    block = front_matter(
        {"title": 'a "b": #c\n\x85\u2028', "author": None, "date": date(2019, 5, 3), "tags": ["no"],
         "blog_tags": [], "id": 7}
    )  # fmt: skip
    assert block.splitlines() == [
        "---",
        r'title: "a \"b\": #c\n\u0085\u2028"',
        "date: 2019-05-03",
        "tags:",
        '  - "no"',
        "id: 7",
        "---",
    ]


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("位置编码", "位置编码"),
        ("Q&A", "Q-A"),
        ("C++", "C--"),
        ("machine learning", "machine-learning"),
        ("2024", "_2024"),
        ("生活/情感", "生活/情感"),
        ("/x/", "-x-"),
        ("a//b", "a--b"),
        ("#x", "-x"),
        ("--", None),
        ("", None),
    ],
)
def test_tags_for_obsidian(tag: str, shown: str | None) -> None:
    assert obsidian_tags([tag]) == ([shown] if shown else [])


@given(st.lists(texts, max_size=5))
def test_tags_are_valid_and_each_is_once(tags: list[str]) -> None:
    """https://help.obsidian.md/tags#Tag+format."""
    found = obsidian_tags(tags)
    assert len(set(found)) == len(found)
    for tag in found:
        assert all(c in "_-/" or unicodedata.category(c)[0] in "LMN" for c in tag), tag
        assert not all(unicodedata.category(c)[0] == "N" for c in tag), tag
        assert all(tag.split("/")), tag


# --- Bodies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("[a](https://kexue.fm/archives/12)", "[a](12-%E5%8F%A6%E4%B8%80%E7%AF%87%20%281%29.md)"),
        ('> - [a](<http://spaces.ac.cn/archives/34/> "t")x', '> - [a](34.md "t")x'),
        ("[a](https://kexue.fm/archives/34#%E7%BB%93%E6%9E%9C)", "[a](34.md#%E7%BB%93%E6%9E%9C)"),
        ("[a](https://kexue.fm/archives/34#结果)", "[a](34.md#%E7%BB%93%E6%9E%9C)"),
        ("[![p](q)](https://kexue.fm/archives/34)", "[![p](q)](34.md)"),
        ("| [a](https://kexue.fm/archives/34) \\| b |\n|--|\n", "| [a](34.md) \\| b |\n|--|\n"),
        ("## [a](https://kexue.fm/archives/34)", "## [a](34.md)"),
        ("[$x$ `c`](https://kexue.fm/archives/34)", "[$x$ `c`](34.md)"),
    ],
)
def test_links_lead_to_notes(markdown: str, expected: str) -> None:
    assert note_body(markdown, NAMES) == expected


@pytest.mark.parametrize(
    "markdown",
    [
        "[a](https://kexue.fm/archives/99)",  # not in the archive
        "[a](https://kexue.fm/archives/34#comments)",
        "[a](https://kexue.fm/archives/34#comment-1500)",
        "[a](https://kexue.fm/archives/34/comment-page-2)",
        "[a](https://kexue.fm/archives/34?replyTo=1500#respond-post-34)",
        "[a](https://example.org/archives/34)",
        "![a](https://kexue.fm/archives/34)",
        "`[a](https://kexue.fm/archives/34)`",
        "$[a](https://kexue.fm/archives/34)$",
        "```\n[a](https://kexue.fm/archives/34)\n```",
        "    [a](https://kexue.fm/archives/34)",
        "$$\n[a](https://kexue.fm/archives/34)\n$$",
        r"\[a](https://kexue.fm/archives/34)",
        '<a href="https://kexue.fm/archives/34">a</a>',
    ],
)
def test_nothing_else_becomes_a_link_to_a_note(markdown: str) -> None:
    assert note_body(markdown, NAMES) == markdown


def test_equal_addresses_are_told_apart_by_their_places() -> None:
    link = "[a](https://kexue.fm/archives/34)"
    body = note_body(f"`{link}` {link} ${link}$ {link}\n> {link}", NAMES)
    assert body == f"`{link}` [a](34.md) ${link}$ [a](34.md)\n> [a](34.md)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("话题 #标签 C#", r"话题 \#标签 C#"),
        ("50%% off%%", r"50%\% off%\%"),
        ("a == b === c", r"a =\= b =\=\= c"),
        ("`#x == %%` $a==b$ [x](y#z==)", "`#x == %%` $a==b$ [x](y#z==)"),
        (r"\#x &#35;y", r"\#x &#35;y"),
        ("#a $#b$ #c [#d $#e$ `#f` #g](h#i) #j", r"\#a $#b$ \#c [\#d $#e$ `#f` \#g](h#i) \#j"),
    ],
)
def test_what_only_obsidian_takes_for_markup_is_escaped(text: str, shown: str) -> None:
    assert note_body(text, {}) == shown
    assert outline_of_markdown(shown) == outline_of_markdown(text)


pieces = st.sampled_from(
    ["[a](https://kexue.fm/archives/34)", "`", "$", "$x$", "\n", "\n\n", "> ", "- ", "1. ", "字",
     "\\", "==", "%%", "#t", "# ", "| ", "|--|", "[", "](", ")", "<b>", "&amp;", "![p](q)", " ",
     "*", "```", "$$", "\n    ", "\t", "\0", "\r"]
)  # fmt: skip


@given(st.lists(pieces, max_size=12).map("".join))
def test_a_reader_sees_the_same_but_for_the_addresses(markdown: str) -> None:
    """The second reading of Markdown is that of the proof of fidelity."""
    before, after = map(outline_of_markdown, (markdown, note_body(markdown, NAMES)))
    linked, local = (Event("link", (to,)) for to in ("https://kexue.fm/archives/34", "34.md"))
    assert [linked if event == local else event for event in after] == before
    if not {"\0", "\t"} & set(markdown):  # else a line may stay as it is
        assert linked not in after
