"""Docstrings state what holds: none asks, and that of a predicate begins with "True when"."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator

from conftest import ROOT

SOURCES = sorted(
    str(path.relative_to(ROOT))
    for folder in ("archiver", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
)
#: A predicate: a function that returns bool, named with a verb (``is_…``, ``may_…``, ``shows_…``).
PREDICATE = re.compile(r"_*(?:is|has|may|can|[a-z]+s)(?:_|$)")
TRUE = re.compile(r"True (?:when|for)\b")
SENTENCE_END = re.compile(r"[.?!](?=\s|$)")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def docstrings(source: str) -> dict[ast.AST, tuple[int, str]]:
    """What is documented, with its line and its docstring."""
    nodes = ast.walk(ast.parse((ROOT / source).read_text("utf-8")))
    documented = [node for node in nodes if isinstance(node, ast.Module | ast.ClassDef | Function)]
    return {
        node: (getattr(node, "lineno", 1), text)
        for node in documented
        if (text := ast.get_docstring(node))
    }


def attribute_comments(source: str) -> Iterator[tuple[int, str]]:
    """The comments that begin with ``#:``, each as one text, with its first line."""
    line, words = 0, ""
    with (ROOT / source).open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT and token.string.startswith("#:"):
                line, words = line or token.start[0], f"{words} {token.string[2:].strip()}"
            elif words and token.type not in {tokenize.COMMENT, tokenize.NL}:
                yield line, words.strip()
                line, words = 0, ""


def is_question(text: str) -> bool:
    """True when the first sentence of a text is a question; code in it does not count."""
    end = SENTENCE_END.search(re.sub(r"``.*?``", "x", text, flags=re.DOTALL))
    return end is not None and end[0] == "?"


def test_no_docstring_is_a_question() -> None:
    """Nor is a comment on an attribute or constant."""
    asked = [
        f"{source}:{line}: {text.splitlines()[0]}"
        for source in SOURCES
        for line, text in (*docstrings(source).values(), *attribute_comments(source))
        if is_question(text)
    ]
    assert not asked, "\n".join(["say what holds, not what is asked:", *asked])


def test_predicates_say_when_they_are_true() -> None:
    others = [
        f"{source}:{line}: {node.name}: {text.splitlines()[0]}"
        for source in SOURCES
        for node, (line, text) in docstrings(source).items()
        if isinstance(node, Function) and is_predicate(node) and not TRUE.match(text)
    ]
    assert not others, "\n".join(['begin with "True when" or "True for":', *others])


def is_predicate(node: Function) -> bool:
    """True when a function tells whether something holds."""
    returns_bool = isinstance(node.returns, ast.Name) and node.returns.id == "bool"
    return returns_bool and PREDICATE.match(node.name) is not None


def test_the_tests_tell_questions_from_statements() -> None:
    assert is_question("Is it so? Only where ``a``\nstands.")
    assert not is_question("True when ``a?`` stands there. Why?")
    names = [node.name for node in docstrings("archiver/site.py") if isinstance(node, Function)]
    assert {"article_url", "may_ask"} <= set(names)
    assert any("other sites" in text for _, text in attribute_comments("archiver/site.py"))
