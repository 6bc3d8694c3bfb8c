"""Quotes, lists and tables in Markdown: their marks, and the empty lines between blocks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from archiver.body.markdown import layout, to_markdown
from archiver.tree.document import parse_fragment
from archiver.verify.fidelity.markdown_outline import outline_of_markdown
from archiver.verify.fidelity.tree_outline import outline_of_tree


def markdown(html: str) -> str:
    return to_markdown(parse_fragment(html))


LOOSE = "<ul><li><p>子</p><p>丑</p></ul>"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<ul><li>一<ul><li>二</ul><li>三</ul>", "- 一\n  - 二\n- 三"),
        ("<ol start=9><li>一<ul><li>二</ul><li>三</ol>", "9. 一\n   - 二\n10. 三"),
        ("<ol start=10><li><p>一</p><p>二</p><li>三</ol>", "10. 一\n\n    二\n\n11. 三"),
        ("<ul><li>一<ol start=2><li>二</ol><li>三</ul>", "- 一\n\n  2. 二\n- 三"),
        ("<ul><li><ul><li>一</ul><li>二</ul>", "- - 一\n- 二"),
        ("<ul><li><blockquote>一</blockquote><li>二</ul>", "- > 一\n\n- 二"),
        ("<ul><li>一<li><blockquote>二</blockquote></ul>", "- 一\n- > 二"),
        ("<ul><li><blockquote>一</blockquote><ul><li>二</ul></ul>", "- > 一\n  - 二"),
        (f"<ul><li>一{LOOSE}<li>二</ul>", "- 一\n\n  - 子\n\n    丑\n\n- 二"),
        (f"<ul><li>一<li>二{LOOSE}</ul>", "- 一\n- 二\n  - 子\n\n    丑"),
        (f"<ul><li>一<li><ul><li>{LOOSE}</ul><li>二</ul>", "- 一\n- - - 子\n\n      丑\n\n- 二"),
        ("<ul><li>一<li>二<p>三</p></ul>", "- 一\n\n- 二\n\n  三"),
        ("<ul><li>一<ul><li>二</ul>三</ul>", "- 一\n\n  - 二\n\n  三"),
        ("<blockquote>一<ul><li>二</ul></blockquote>", "> 一\n>\n> - 二"),
        ("<blockquote><blockquote>一</blockquote>二</blockquote>", "> > 一\n>\n> 二"),
        ("<ul><li><pre>a\n\n b</pre></ul>", "- ```\n  a\n\n   b\n  ```"),
        ("<blockquote><pre>a\n\n b</pre></blockquote>", "> ```\n> a\n>\n>  b\n> ```"),
        (
            "<ul><li><dl><dt>一</dl><li>二</ul>",
            "- <dl>\n  <dt>\n\n  一\n\n  </dt>\n  </dl>\n\n- 二",
        ),
        ("<ul><li></li><li>一</ul><blockquote></blockquote>", "- 一"),
        ("<table><tr><td>甲<tr><td></table>", "| 甲 |\n| --- |\n|  |"),
        ("<table><tbody hidden><tr><td>甲</tbody></table>乙", "乙"),
        ("<table><tbody hidden><tr><td>甲<tbody><tr><td>乙</table>", "| 乙 |\n| --- |"),
    ],
)
def test_blocks_in_blocks(html: str, expected: str) -> None:
    assert markdown(html) == expected


def test_a_list_that_begins_late_is_no_text_of_the_quote_before_it() -> None:
    """A paragraph of CommonMark goes on in a line with ``2.``, also when it stands in a quote."""
    quote = "<blockquote><p>一</p><p>二</p></blockquote>"
    assert markdown(f"<ul><li>{quote}<ol start=2><li>三</ol></ul>") == (
        "- > 一\n  >\n  > 二\n\n  2. 三"
    )


def nested(blocks: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Quotes and lists around other blocks."""
    contents = st.lists(blocks, min_size=1, max_size=3).map("".join)
    items = st.lists(contents.map("<li>{}</li>".format), min_size=1, max_size=3).map("".join)
    first = st.sampled_from([0, 1, 1, 2, 9])
    return st.one_of(
        contents.map("<blockquote>{}</blockquote>".format),
        items.map("<ul>{}</ul>".format),
        st.builds("<ol start={}>{}</ol>".format, first, items),
    )


BLOCKS = st.recursive(
    st.sampled_from(["<p>一<br>二</p>", "三", "<pre>a\n\nb</pre>", "$$x$$", "<h3>四</h3>", "<hr>"]),
    nested,
    max_leaves=12,
)


@limits(deadline=None)
@given(st.lists(BLOCKS, max_size=4).map("".join))
def test_blocks_read_back_as_they_were(html: str) -> None:
    """A reader of CommonMark sees the quotes, lists and items that the body has."""
    assert outline_of_markdown(markdown(html)) == outline_of_tree(parse_fragment(html))


@pytest.mark.parametrize("unit", ["<ul><li>x", "<blockquote>x", "<ol><li>x<blockquote>y"])
def test_deep_blocks_take_linear_time(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However deep a page nests them, each line gets the marks of a few quotes and lists."""
    written = 0
    with_marks = layout._with_marks

    def count(text: str, *marks: str) -> str:
        nonlocal written
        written += len(text)
        return with_marks(text, *marks)

    monkeypatch.setattr(layout, "_with_marks", count)
    text = markdown(unit * 400)
    assert 0 < written < 2 * layout.DEEPEST * len(text)
