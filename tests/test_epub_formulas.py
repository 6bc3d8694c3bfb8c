"""Formulas of a book: MathJax without a browser, its limits, and MathML as readers draw it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import REAL
from lxml import etree
from py_mini_racer import JSOOMException

from archiver.body.formulas.finder import find_formulas
from archiver.body.read import read_stored_body
from archiver.demo.posts import load_posts
from archiver.extraction.saved_page import extract
from archiver.items import Formula
from archiver.reading.exports.epub import mathjax_engine
from archiver.reading.exports.epub.math_letters import in_letters
from archiver.reading.exports.epub.math_markup import UnusableMarkup, read_markup
from archiver.reading.exports.epub.mathjax_engine import MathJaxEngine
from archiver.reading.exports.epub.placed_formulas import Drawn, drawn
from archiver.reading.exports.mathjax_files import mathjax_folder
from archiver.reading.exports.shown_body.long_formulas import LONGEST
from archiver.store.errors import StoreError
from archiver.tree.document import parse_fragment


def mathjax() -> Path:
    folder = mathjax_folder()
    assert folder is not None
    return folder


@pytest.fixture(scope="module")
def engine() -> Iterator[MathJaxEngine]:
    with MathJaxEngine(mathjax()) as engine:
        yield engine


def formulas(*latex: str) -> list[Formula]:
    return [Formula(one, display=not re.match(r"\$[^$]", one)) for one in latex]


def made(engine: MathJaxEngine, *latex: str) -> Drawn:
    found = formulas(*latex)
    return drawn(found, engine.convert(found))


def markup(engine: MathJaxEngine, *latex: str) -> str:
    """What stands in the chapter for the last of some formulas."""
    found = made(engine, *latex)
    return [etree.tostring(found.element(n), encoding="unicode") for n in range(len(latex))][-1]


# --- MathJax --------------------------------------------------------------------------------------


def test_all_formulas_of_the_demo_are_drawn(engine: MathJaxEngine) -> None:
    count = 0
    for post in load_posts():
        found = find_formulas(parse_fragment(read_stored_body(post.body).html)).found
        texts = engine.convert(found)
        assert [one.latex for one, text in zip(found, texts, strict=True) if text is None] == []
        assert not any("<merror" in (text or "") for text in texts)
        count += len(found)
    assert count == 477


@pytest.mark.real
def test_all_formulas_of_real_articles_are_drawn(engine: MathJaxEngine, real_folder: Path) -> None:
    count = 0
    for path in sorted((real_folder / "real_articles").glob("*/source.html")):
        found = find_formulas(parse_fragment(read_stored_body(path.read_text("utf-8")).html)).found
        assert None not in engine.convert(found), path
        count += len(found)
    for path in sorted((REAL / "site_samples").glob("article-*.html")):
        item = extract(path.read_bytes()).rows[0]
        found = find_formulas(parse_fragment(item["body_html"])).found
        texts = zip(found, engine.convert(found), strict=True)
        left = [one.latex for one, text in texts if text is None]
        assert left in ([], ["$a > b & c$"]), path  # which is an error on the blog too
        count += len(found)
    assert count > 100


def test_formulas_of_an_article_know_each_other(engine: MathJaxEngine) -> None:
    """Macros, numbers, a reference to an equation further down; the next article begins anew."""
    latex = (
        r"\eqref{b}",
        r"$\newcommand{\R}{\mathbb R}$",
        r"\begin{equation}\R\label{a}\end{equation}",
        r"\begin{equation}y\label{b}\end{equation}",
        r"$x\text{ 由 \eqref{a}}$",
    )
    found = made(engine, *latex)
    first = found.element(0)
    assert (first.tag, first.text, first.get("href")) == ("a", "(2)", "#s-equation-2")
    texts = ["".join(map(str, found.element(n).itertext())) for n in range(1, 5)]
    assert texts == ["", "ℝ(1)", "y(2)", "x\xa0由\xa0(1)"]
    assert [text for text in engine.convert(formulas(r"$\R$", r"\eqref{a}")) if text][1:] != []
    assert "???" in markup(engine, r"\eqref{a}")


def test_equations_of_one_name_have_no_id_in_common(engine: MathJaxEngine) -> None:
    found = made(engine, r"$$a\tag{*}$$", r"$$b\tag{*}$$", r"$\cssId{q}{a}\cssId{q}{b}$")
    ids = [one.get("id") for n in range(3) for one in found.element(n).iter() if one.get("id")]
    assert ids == ["s-equation-1", "s-equation-2"]


@pytest.mark.parametrize(
    "latex",
    [
        r"$\require{AMScd}\begin{CD}A@>a>>B\\ @VbVV @AAcA\\ C@=D\end{CD}$",
        r"$\cancel{x}\bbox[red]{y}\ce{H2O}\unicode{x4e2d}\enclose{circle}{z}\color{red}{a}$",
        r"$\boldsymbol{x}\text{中文 $a$}\tag{甲}$",
        r"\begin{align}a&=b\tag{*}\\&=c\notag\end{align}",
        r"$\def\f#1{#1^2}\f{x}\bra{a}\operatorname*{argmax}_x\xlongequal{a}\verb|a|$",
    ],
)
def test_extensions_come_when_they_are_used(engine: MathJaxEngine, latex: str) -> None:
    assert None not in engine.convert(formulas(latex))


def test_a_formula_that_cannot_be_read_is_latex(engine: MathJaxEngine) -> None:
    found = made(engine, r"$\frac{x}$", r"$\left( x$", "$x$")
    assert found.unread == 2
    element = found.element(0)
    assert (element.tag, element.get("class"), element.text) == ("code", "latex", r"$\frac{x}$")
    assert found.element(2).tag == "math"


@pytest.mark.parametrize(
    "latex",
    [
        f"${'x' * (LONGEST + 1)}$",
        r"$\def\a{\a\a}\a$",
        "$" + "{" * 3000 + "x" + "}" * 3000 + "$",
        "$" + r"\sqrt{" * 150 + "x" + "}" * 150 + "$",
    ],
)
def test_a_formula_without_end_harms_no_other(engine: MathJaxEngine, latex: str) -> None:
    found = made(engine, "$a$", latex, "$b$")
    assert [one is None for one in found.markup] in ([False, True, False], [False, False, False])
    assert found.element(2).tag == "math"


#: MathJax needs a second for it.
SLOW = f"${'x+' * (LONGEST // 2 - 10)}x$"


def test_formulas_that_take_too_long_are_latex() -> None:
    """MathJax stands still in them, and goes on with the next one."""
    given = formulas(r"$$a\label{a}\tag{7}$$", *[SLOW] * 4, r"$\eqref{a}$")
    with MathJaxEngine(mathjax(), seconds=0.1) as engine:
        texts = engine.convert(given)
    assert [text is None for text in texts] == [False, *[True] * 4, False]
    assert "(7)" in str(texts[-1])


def test_when_the_time_of_an_article_is_over_what_was_read_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mathjax_engine, "_MOST_SLOW", 0)
    monkeypatch.setattr(mathjax_engine, "_MORE", 0.02)
    with MathJaxEngine(mathjax(), seconds=0.1) as engine:
        texts = engine.convert(formulas("$a$", SLOW, "$b$"))
    assert [text is None for text in texts] == [False, True, True]


def test_what_takes_all_memory_is_latex(monkeypatch: pytest.MonkeyPatch) -> None:
    """V8 ends then; it is started again, and leaves that formula out."""
    asked: list[str] = []
    ask = MathJaxEngine._ask

    def ask_with_little_memory(self: MathJaxEngine, call: str, seconds: float | None = None) -> str:
        asked.append(call)
        if call.startswith("begin"):
            self.large = "FULL" in call  # type: ignore[attr-defined]
        if call == "go(0)" and self.large and self._current == 1:  # type: ignore[attr-defined]
            raise JSOOMException
        if call == "go(100)" and self.large:  # type: ignore[attr-defined]
            raise JSOOMException
        return ask(self, call, seconds)

    monkeypatch.setattr(MathJaxEngine, "_ask", ask_with_little_memory)
    with MathJaxEngine(mathjax()) as engine:
        texts = engine.convert(formulas("$a$", r"$\text{FULL}$", "$b$"))
    assert [text is None for text in texts] == [False, True, False]


def test_a_mathjax_that_is_another_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        StoreError, match=r"cannot read .*loader\.js: No such file or directory; pip"
    ):
        MathJaxEngine(tmp_path)
    for name in mathjax_engine._FILES:
        place = tmp_path / "es5" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("MathJax.version = '9'")
    with (
        MathJaxEngine(tmp_path) as engine,
        pytest.raises(StoreError, match=r"MathJax does not run here, pip install .*: "),
    ):
        engine.convert(formulas("$a$"))


def test_an_interruption_leaves_no_call_behind() -> None:
    """The package would complain of one on stderr."""
    script = (
        "import sys, os, signal, threading\n"
        "from pathlib import Path\n"
        "from archiver.items import Formula\n"
        "from archiver.reading.exports.epub.mathjax_engine import MathJaxEngine\n"
        "with MathJaxEngine(Path(sys.argv[1])) as engine:\n"
        "    engine.convert([Formula('$a$', display=False)])\n"
        "    threading.Timer(0.1, os.kill, [os.getpid(), signal.SIGINT]).start()\n"
        "    engine.convert([Formula('$' + 'x+' * 1900 + 'x$', display=False)] * 20)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(mathjax())], capture_output=True, text=True, check=False
    )
    assert done.stderr.endswith("KeyboardInterrupt\n")
    assert "asyncio" not in done.stderr
    assert "pending" not in done.stderr


def test_many_formulas_take_little_time(engine: MathJaxEngine) -> None:
    """The blog has 80,000; the limit for an article grows with their number."""
    texts = engine.convert(formulas(*(f"$x_{{{n}}}$" for n in range(2000))))
    assert len(texts) == 2000
    assert None not in texts


# --- As readers draw it ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "variant", "letters"),
    [
        ("xR1", "bold", "𝐱𝐑𝟏"),
        ("θ", "bold-italic", "𝜽"),
        ("h", "italic", "ℎ"),
        ("LBeg", "script", "ℒℬℯℊ"),
        ("CgZ", "fraktur", "ℭ𝔤ℨ"),
        ("RN1", "double-struck", "ℝℕ𝟙"),
        ("a", "monospace", "𝚊"),
        ("中", "bold", None),
        ("x", "-tex-unknown", None),
    ],
)
def test_letters_of_another_kind_are_characters(
    text: str, variant: str, letters: str | None
) -> None:
    assert in_letters(text, variant) == letters


@pytest.mark.parametrize(
    ("latex", "part"),
    [
        (r"$\mathbf{v}\mathcal{L}$", "<mi>𝐯</mi>"),
        (r"$\mathrm{d}x$", '<mi mathvariant="normal">d</mi>'),
        (r"$\textbf{粗 a}$", '<mtext style="font-weight:bold">粗 a</mtext>'),
        (r"$\style{position:fixed}{x}$", '$"><mi>x</mi></math>'),
        (r"$\bbox[border:1px solid red]{x}$", 'style="border:1px solid red"'),
        (r"$\href{https://a.example}{x}$", "><mi>x</mi></"),
        (r"$\href{#}{x}y$", "<mi>x</mi><mi>y</mi>"),
        (r"$$x\tag{7}$$", '<mtd id="s-equation-1" class="number"><mtext>(7)</mtext></mtd></mtr>'),
        (
            r"\begin{align}a&=b\notag\\c\label{x}\end{align}",
            'padding-left:0em"/><mtd id="s-equation-1" class="number">',
        ),
        (r"$$\begin{array}{l|r}a&b\\ \hline c&d\end{array}$$", "border-right:1px solid"),
        (r"$$\begin{array}{l|r}a&b\\ \hline c&d\end{array}$$", "border-bottom:1px solid"),
        (r"\begin{align}a&=b\end{align}", "text-align:right;padding-right:0;padding-left:0"),
        (r"$a<b$", 'alttext="$a&lt;b$"'),
        (r"$\mmlToken{mi}[dir=x mathsize=abc mathcolor='url(a)']{a}$", "><mi>a</mi></"),
        (r"$\require{braket}\Braket{a|b}$", "|"),
        (r"$\toggle{a}{b}\endtoggle$", "<mrow><mi>a</mi></mrow></"),
        (r"$\mmlToken{mglyph}[src=a]{}x$", "><mi>x</mi></"),
    ],
)
def test_markup(engine: MathJaxEngine, latex: str, part: str) -> None:
    found = markup(engine, latex)
    assert part in found
    assert "mlabeledtr" not in found
    assert "data-" not in found
    assert "braketbar" not in found


def test_markup_that_is_none() -> None:
    with pytest.raises(UnusableMarkup):
        read_markup("<math><mi></math>")
