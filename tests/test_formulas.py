"""Formulas by MathJax's rules: comments, rare marks, and time in proportion to the text."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from processor_time import is_in_proportion, takes_less_than
from test_body import MARKS

from archiver.body.clean import absolute_addresses as links
from archiver.body.formulas import scanner as scan
from archiver.body.formulas.finder import find_formulas
from archiver.body.formulas.scanner import ends_formula
from archiver.tree.document import parse_fragment
from archiver.tree.unexpected import UnexpectedPage
from archiver.tree.xml_text import comment_text
from archiver.verify.fidelity import addresses, tex2jax
from archiver.verify.fidelity.rendering import rendered_lines


def formulas(html: str) -> list[str]:
    return [found.latex for found in find_formulas(parse_fragment(html)).found]


def formulas_of_text(text: str) -> list[str]:
    body = parse_fragment("<p></p>")
    body.text = text
    return [found.latex for found in find_formulas(body).found]


@limits(deadline=None)
@given(st.lists(st.sampled_from(MARKS), max_size=40))
def test_the_audit_finds_the_same_by_code_of_its_own(marks: list[str]) -> None:
    """Formulas, where they stand, and the comments in them; without a browser to judge both."""
    body = parse_fragment("".join(marks))
    ours, audited = find_formulas(body), tex2jax.find_formulas(body)
    assert audited.found == ours.found
    assert audited.comments == ours.comments
    assert audited.breaks == ours.breaks
    assert {node: [tuple(span) for span in ours.parts(node)] for node in audited.parts} == (
        audited.parts
    )


@limits(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["http:", "https:", "ftp:", "mailto:", "//", "/", "www.", "a.b", "kexue.fm", "?", "#",
             "x", "@", ":80", ":99999", ":x", "[", "\\", " ", "archives/5", "/comment-page-2",
             "\u3000", "{", "..", "javascript:", "é", "中"]
        ),
        max_size=6,
    )
)  # fmt: skip
def test_the_audit_reads_addresses_as_the_links_do(parts: list[str]) -> None:
    """All but hosts that are none (``www.?x.y``, ``[::1]x``), which no author writes."""
    href = "".join(parts)
    assume(not href.strip().startswith("www."))
    assert addresses.absolute_address(href, 321) == links.absolute(href, 321)
    assert addresses.problem_of(href) == links.problem_of(href)
    assert addresses.target_of(href) == links.target_of(href)


@pytest.mark.parametrize(
    "href",
    [f"http://a.b:{'9' * 5000}/", "http://a.b:00080/", "http://a.b:65536", "http://[99999999]/",
     "http://[::1]:80/", "http://[]/", "http://a.b:٣/"],
)  # fmt: skip
def test_hosts_and_ports_that_the_audit_reads_as_the_links_do(href: str) -> None:
    assert addresses.problem_of(href) == links.problem_of(href)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        # encloseMath of tex2jax adds the text of comments, of a CDATA section what is inside.
        ("$a<!-- x -->b$", ["$a x b$"]),
        ("$a<![CDATA[x]]>b$", ["$axb$"]),
        ("$a<!--[CDATA[x-->b$", ["$a[CDATA[xb$"]),
        ("$a<!---->b$", ["$ab$"]),
        ("$a<!-- b -- c --->d$", ["$a b -- c -d$"]),
        ("$a<br><!--x-->\nb$", ["$a\nx\nb$"]),
        # … but it looks for marks in texts only, each for itself.
        ("$a<!--$-->b$", ["$a$b$"]),
        ("$a<!--$-->b", []),
        ("<!--$-->a$", []),
        ("<!--$x$-->", []),
        (r"\<!---->$x$", ["$x$"]),
        (r"$a\<!---->$", ["$a\\$"]),
        ("$<!---->$a$$", ["$$"]),
        (r"\begin{a<!--x-->}y\end{a}", []),
        # The line feed behind <br> is the same line break; behind <wbr> it is one of its own.
        ("$a<br>\nb$", ["$a\nb$"]),
        ("$a<wbr>\nb$", ["$a\nb$"]),
        ("$a<br><wbr>\nb$", ["$a\n\nb$"]),
    ],
)
def test_comments_and_breaks(html: str, expected: list[str]) -> None:
    assert formulas(html) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\begin{a", []),
        (r"\ref{a", []),
        (r"\begin{\ref{x}", []),  # one name, up to the brace; the search goes on inside it
        (r"\begin{a}\ref{x}", [r"\ref{x}"]),
        (r"\\\\(x\)", [r"\(x\)"]),
        (r"\\\$x$ $y$", ["$ $"]),
        (r"\\\\\\$x$", []),
        (r"\begin{a}{\end{a}\end{a}", [r"\begin{a}{\end{a}"]),
        (r"\begin{a}{\end{a}}\end{a}", [r"\begin{a}{\end{a}}\end{a}"]),
        (r"\begin{a}\begin{b}\end{a}\end{b}", [r"\begin{a}\begin{b}\end{a}"]),
        (r"\end{a}\begin{a}$x$", ["$x$"]),
        (r"\begin{}x\end{}", [r"\begin{}x\end{}"]),
        (r"\begin{a b}x\end{a b}", [r"\begin{a b}x\end{a b}"]),
        (r"\begin{a{}x\end{a{}", [r"\begin{a{}x\end{a{}"]),
        (r"\begin{" + "n" * 300 + r"}x\end{" + "n" * 300 + "}",
         [r"\begin{" + "n" * 300 + r"}x\end{" + "n" * 300 + "}"]),
    ],
)  # fmt: skip
def test_rare_marks(text: str, expected: list[str]) -> None:
    assert formulas_of_text(text) == expected


@pytest.mark.parametrize("comment", ["x", " x ", "-", "--", "a--b-", "- -", "-->"[:2], "文", ""])
def test_comments_are_kept_as_written(comment: str) -> None:
    """XML forbids ``--`` in comments; the page's text can be had again all the same."""
    (element,) = parse_fragment(f"<!--{comment}-->")
    assert comment_text(element) == comment


@pytest.mark.parametrize(
    ("text", "end", "expected"),
    [
        ("x", "$", False),
        (r"\frac{a}{b}", "$", False),
        ("a$", "$", True),
        (r"a\$", "$", False),
        ("{", "$", True),
        ("}", "$", True),
        ("}{", "$", True),
        ("$", r"\)", False),
        (r"\)", r"\)", True),
    ],
)
def test_ends_formula(text: str, end: str, expected: bool) -> None:
    assert ends_formula(text, end) is expected


PIECES = ["$", "$$", "\\", r"\(", r"\)", "{", "}", r"\begin{", r"\begin{a}", r"\end{a}", r"\ref{"]
PIECES += [r"\begin{b}", r"\end{b}", "x", "<br>", "<wbr>", "<!--x-->", "<b>", "</b>", "a}", "\n"]


@limits(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_patience_changes_nothing(html: str) -> None:
    """A table answers what a search answers, for environments too."""
    body = parse_fragment(html)
    searched = find_formulas(body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "_MOST_TOKENS", 0)
        looked_up = find_formulas(body)
    assert looked_up.found == searched.found
    for node in [(body, False)] + [(e, tail) for e in body.iter() for tail in (False, True)]:
        assert looked_up.parts(node) == searched.parts(node)


DENSE = ["$", "$$", r"\begin{", r"\begin{a}", r"\ref{", "\\", r"\(", "{", "}", "$x{", "$ ", "$\n"]
DENSE += [r"\begin{a}{\end{a}", r"\end{a}", r"\end{", r"$\begin{a}", "\\\\(", r"\$"]


@pytest.mark.parametrize("unit", DENSE)
def test_time_is_in_proportion_to_the_text(unit: str) -> None:
    assert is_in_proportion(lambda size: _find(unit * (size // len(unit))), 60_000)


@pytest.mark.parametrize(
    "unit",
    [r"\begin{{a{0}}}", r"\begin{{a{0}}}{{}}\end{{a{0}}}", r"\begin{{a{0}}}{{\end{{a{0}}}"],
)
def test_many_names_take_linear_time(unit: str) -> None:
    assert is_in_proportion(lambda count: _find("".join(map(unit.format, range(count)))), 3000)


@pytest.mark.parametrize("unit", ["$x$ ", "$$x", "$${{", "${{", r"\begin{{a{0}}}"])
def test_the_audit_finds_them_in_linear_time(unit: str) -> None:
    """But where braces are closed far behind: there it is as slow as MathJax."""

    def read(count: int) -> None:
        body = parse_fragment("".join(map(unit.format, range(count))))
        rendered_lines(body, tex2jax.find_formulas(body))

    assert is_in_proportion(read, 8_000)


def test_environments_that_would_take_quadratic_time_are_refused() -> None:
    text = "".join(rf"\begin{{a{n}}}{{\end{{a{n}}}" for n in range(200))
    ends = "".join(rf"\end{{a{n}}}" for n in range(200))
    with pytest.raises(UnexpectedPage, match="unclosed braces"):
        formulas_of_text(text + ends)


def _find(text: str) -> None:
    body = parse_fragment("<p></p>")
    body.text = text
    find_formulas(body)


@pytest.mark.parametrize("unit", ["$x$\\begin{a}", "$x$\\(", "$x$\\[", "$x$\\ref{", "$\\$"])
def test_a_common_formula_before_what_never_ends_takes_no_longer(unit: str) -> None:
    """What may search the rest of a text in vain is tried once, not behind each formula."""

    def find() -> None:
        assert len(formulas_of_text(unit * 40_000)) >= 1

    assert takes_less_than(10, find)
