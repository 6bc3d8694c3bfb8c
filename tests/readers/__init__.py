"""The readers of Markdown that people use: each takes all documents at once and gives their HTML.

Two are Python packages. pandoc comes from the system (Debian: ``apt-get install pandoc``) and does
all documents in one process; remark needs Node and the packages of ``package.json``
(``make readers-test`` installs them). Whoever misses one gets a skip that says which.

cmark-gfm, and pandoc's GFM before version 3, know no formulas: GitHub takes them out before it
reads the Markdown, and so does ``_without_formulas`` here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest

_HERE: Final = Path(__file__).parent
_SEPARATOR: Final = "\x1e"
_Read = Callable[[Sequence[str]], list[str]]

#: Escaped characters and code, in which there are no formulas, then formulas.
_FORMULA = re.compile(
    r"\\.|(`+)(?!`).*?(?<!`)\1(?!`)|<pre>.*?</pre>"
    r"|(?P<formula>\$\$(?:\\.|[^\\])+?\$\$|\$(?:\\.|[^\\$])+\$)",
    re.DOTALL,
)
#: The mark of a quote before each line of a formula.
_QUOTED = re.compile(r"\n[ >]*")
#: What stands for a formula has a dollar at both ends, for the rules of emphasis beside it.
_STAND_IN = re.compile(r"\$m([0-9]+)m\$")


def _cmark_gfm(documents: Sequence[str]) -> list[str]:
    from cmarkgfm import cmark

    extensions = ["table", "autolink", "strikethrough", "tasklist"]
    unsafe = cmark.Options.CMARK_OPT_UNSAFE  # GitHub shows inline HTML, but for some elements
    return [
        str(cmark.markdown_to_html_with_extensions(document, unsafe, extensions))
        for document in documents
    ]


def _markdown_it(documents: Sequence[str], *, linkify: bool = False) -> list[str]:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    reader = MarkdownIt("commonmark", {"linkify": linkify, "maxNesting": 100})
    reader.enable(["table", "strikethrough", *(["linkify"] if linkify else [])])
    reader.use(dollarmath_plugin, double_inline=True, allow_labels=False)
    return [str(reader.render(document)) for document in documents]


def _linkify(documents: Sequence[str]) -> list[str]:
    return _markdown_it(documents, linkify=True)


def _remark(documents: Sequence[str]) -> list[str]:
    read = subprocess.run(
        ["node", _HERE / "remark.mjs"],
        input=json.dumps(documents).encode(),
        capture_output=True,
        check=True,
    )
    return list(json.loads(read.stdout))


def _pandoc(documents: Sequence[str], form: str, folder: Path) -> list[str]:
    names = {"DOCUMENTS": folder / "documents", "WRITTEN": folder / "written"}
    names["DOCUMENTS"].write_text(_SEPARATOR.join(documents), "utf-8")
    environ = {name: str(path) for name, path in names.items()} | {"READER": form}
    command = [
        "pandoc",
        "-f",
        "markdown",
        "-t",
        "plain",
        "-L",
        str(_HERE / "pandoc.lua"),
        os.devnull,
    ]
    subprocess.run(command, env={**os.environ, **environ}, capture_output=True, check=True)
    return names["WRITTEN"].read_text("utf-8").split(_SEPARATOR)


def _without_formulas(read: _Read) -> _Read:
    """The reader behind a step that takes the formulas out and puts them back into its HTML."""

    def read_rest(documents: Sequence[str]) -> list[str]:
        taken: list[str] = []

        def take(match: re.Match[str]) -> str:
            if match["formula"] is None:
                return match[0]
            taken.append(_QUOTED.sub("\n", match["formula"]))
            return f"$m{len(taken) - 1}m$"

        def put_back(match: re.Match[str]) -> str:
            return f'<span class="math">{escape(taken[int(match[1])], quote=False)}</span>'

        rest = [_FORMULA.sub(take, document) for document in documents]
        return [_STAND_IN.sub(put_back, html) for html in read(rest)]

    return read_rest


def reader_named(name: str, folder: Path) -> _Read:
    """A reader; ``folder`` is for its files. Skips the test where the reader is missing."""
    missing = _missing(name)
    if missing:
        pytest.skip(f"{missing} is missing")
    return {
        "cmark-gfm": _without_formulas(_cmark_gfm),
        "markdown-it": _markdown_it,
        "markdown-it with linkify": _linkify,
        "remark": _remark,
        "pandoc gfm": _without_formulas(lambda texts: _pandoc(texts, "gfm", folder)),
        "pandoc markdown": lambda texts: _pandoc(texts, "markdown-smart", folder),
    }[name]


READERS: Final = (
    "cmark-gfm",
    "markdown-it",
    "markdown-it with linkify",
    "remark",
    "pandoc gfm",
    "pandoc markdown",
)


def _missing(name: str) -> str | None:
    """What a reader needs and this machine does not have."""
    if name == "cmark-gfm" and find_spec("cmarkgfm") is None:
        return "the package cmarkgfm (make readers-test installs it)"
    if name.endswith("linkify") and find_spec("linkify_it") is None:
        return "the package linkify-it-py (make readers-test installs it)"
    if name.startswith("pandoc") and shutil.which("pandoc") is None:
        return "the program pandoc (Debian: apt-get install pandoc)"
    if name == "remark" and shutil.which("node") is None:
        return "the program node (Debian: apt-get install nodejs npm)"
    if name == "remark" and not (_HERE / "node_modules" / "remark-gfm").is_dir():
        return "remark (make readers-test installs it with npm)"
    return None
