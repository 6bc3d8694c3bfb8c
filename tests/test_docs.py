"""What the pages for people name is there: links, files, commands, options, settings, SQL.

Each test tells the page and what it names in vain. A page is right or the project is: change the
one that is wrong.
"""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import pytest
from conftest import ROOT
from markdown_it import MarkdownIt
from markdown_it.token import Token
from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings
from sqlite_utils import Database

from archiver.planning.plan import ARGUMENTS
from archiver.setting_names import own_settings
from archiver.store.sqlite import close_archive, open_archive

PAGES: Final = sorted(
    str(path.relative_to(ROOT))
    for pattern in ("*.md", "docs/*.md", "fixtures/*.md")
    for path in ROOT.glob(pattern)
)
#: A file or folder, with its folder or without.
PATH: Final = re.compile(r"\.?[\w-]+(?:/[\w.-]+)*(?:/|\.(?:py|md|toml|yaml|cfg))")
#: What a crawl writes, what a reader's machine has, and an example of an address.
NOT_HERE: Final = re.compile(r"data/|files/|\.venv|\.github/|main\.py")
FOLDERS: Final = ("archiver", "benchmarks", "docs", "fixtures", "notebooks", "tests")
#: Ends of the names of files that are called as tables are.
ENDINGS: Final = {"xml", "html"}

every_page = pytest.mark.parametrize("page", PAGES)


# --- What a page says -----------------------------------------------------------------------------


@cache
def tokens(page: str) -> list[Token]:
    """The tokens of a page, those of its lines among them."""
    blocks = MarkdownIt("commonmark").enable("table").parse((ROOT / page).read_text("utf-8"))
    return [token for block in blocks for token in (block, *(block.children or ()))]


def code(page: str) -> list[str]:
    """The lines of code on a page, in text and in blocks."""
    kinds = {"code_inline", "code_block", "fence"}
    texts = [token.content for token in tokens(page) if token.type in kinds]
    return [line.strip() for text in texts for line in text.splitlines()]


def commands(page: str, program: str) -> Iterator[list[str]]:
    """The words behind each call of a program; a pipe, a comment or a sentence ends them."""
    for line in code(page):  # in `scrapy crawl kexue` it is no program
        for words in re.findall(rf"(?:^|[\s/])(?<!crawl ){program} ([^|#&;>)]*)", line):
            try:
                yield shlex.split(words)
            except ValueError:  # half of a quoted command
                yield words.split()


@cache
def anchors(page: str) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = [
        following.content
        for token, following in pairwise(tokens(page))
        if token.type == "heading_open"
    ]
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


# --- Links and files ------------------------------------------------------------------------------


@every_page
def test_links_lead_somewhere(page: str) -> None:
    broken = []
    for token in tokens(page):
        href = str(token.attrGet("href") or token.attrGet("src") or "")
        target = urlsplit(href)
        if not href or target.scheme:
            continue
        path = (ROOT / page).parent / unquote(target.path) if target.path else ROOT / page
        name = str(path.resolve().relative_to(ROOT))
        if not path.exists() or (target.fragment and unquote(target.fragment) not in anchors(name)):
            broken.append(href)
    assert broken == [], f"{page}: links to nothing"


@every_page
def test_files_are_there(page: str) -> None:
    named = {name for line in code(page) for name in re.split(r"[\s'\"=:]+", line)}
    missing = {name for name in named if PATH.fullmatch(name) and not is_there(name)}
    assert missing == set(), f"{page}: names files and folders that are not there"


def is_there(name: str) -> bool:
    """True when a path leads to something, from the project's folder or from archiver/.

    A name without its folder is enough, and so is what only a reader of the page has.
    """
    path = name.rstrip("/")
    places = (ROOT / path, ROOT / "archiver" / path)
    return (
        bool(NOT_HERE.match(name))
        or any(place.exists() for place in places)
        or ("/" not in path and path in names())
    )


@cache
def names() -> frozenset[str]:
    """The names of all files and folders."""
    return frozenset(path.name for folder in FOLDERS for path in (ROOT / folder).rglob("*"))


def test_files_named_in_comments_are_there() -> None:
    """In the code, the Makefile and pyproject.toml."""
    folders = ("archiver", "benchmarks")
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (*sources, ROOT / "Makefile", ROOT / "pyproject.toml")
        for name in re.findall(r"(?<![\w./{}-])[\w/-]+\.(?:py|md)\b", path.read_text("utf-8"))
        if not is_there(name)
    }
    assert missing == set()


@every_page
def test_modules_are_there(page: str) -> None:
    named = {name for line in code(page) for name in re.findall(r"\barchiver(?:\.\w+)+", line)}
    paths = {name: ROOT.joinpath(*name.split(".")) for name in named}
    missing = {
        name
        for name, path in paths.items()
        if not (path.is_dir() or path.with_suffix(".py").exists() or is_defined(path))
    }
    assert missing == set(), f"{page}: names modules that are not there"


def is_defined(path: Path) -> bool:
    """True when the last name of a path is one that the module before it defines."""
    modules = (path.parent.with_suffix(".py"), path.parent / "__init__.py")
    name = rf"^(?:class |def |){path.name}\b"
    texts = (module.read_text("utf-8") for module in modules if module.exists())
    return any(re.search(name, text, re.MULTILINE) for text in texts)


# --- Commands, arguments, settings ----------------------------------------------------------------


@every_page
def test_make_targets_are_there(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {words[0] for words in commands(page, "make") if words}
    assert named - targets == set(), f"{page}: make has no such target"


def test_makefile_lists_its_targets() -> None:
    """Its first lines are the help: each target is explained there and declared phony."""
    text = (ROOT / "Makefile").read_text("utf-8")
    phony = set(re.findall(r"[\w-]+", re.findall(r"^\.PHONY:(.*)", text, re.MULTILINE)[0]))
    assert set(re.findall(r"^#   make ([a-z-]+)", text, re.MULTILINE)) == phony
    assert set(re.findall(r"^([a-z-]+):", text, re.MULTILINE)) == phony


@every_page
@pytest.mark.parametrize("program", ["scrapy", "kexue"])
def test_commands_are_there(page: str, program: str) -> None:
    """Their options too. ``scrapy COMMAND`` and ``scrapy <name>`` stand for all."""
    unknown = []
    for words in commands(page, program):
        if not words or words[0].startswith("<") or words[0].isupper():
            continue
        options = options_of(words[0], own_only=program == "kexue")
        given = {word.partition("=")[0] for word in words if re.match("--?[a-z]", word)}
        if not options or not given <= options | {"--help"}:
            unknown.append(" ".join(words))
    assert unknown == [], f"{page}: {program} has no such command or option"


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_readme_names_all_commands(page: str) -> None:
    folder = ROOT / "archiver" / "commands"
    own = {path.stem for path in folder.glob("*.py") if "class Command(" in path.read_text("utf-8")}
    both = [*commands(page, "kexue"), *commands(page, "scrapy")]
    named = {words[0] for words in both if words}
    assert own - named == set(), f"{page} does not name: kexue {', '.join(sorted(own - named))}"


@cache
def options_of(name: str, *, own_only: bool = False) -> set[str]:
    """The options of a command of this project or of Scrapy; none where there is none."""
    packages = ("archiver.commands",) if own_only else ("archiver.commands", "scrapy.commands")
    modules = [f"{package}.{name}" for package in packages]
    found = [module for module in modules if name.isidentifier() and find_spec(module)]
    if not found:
        return set()
    command = import_module(found[0]).Command()
    command.settings = get_project_settings()
    parser = argparse.ArgumentParser(conflict_handler="resolve")
    command.add_options(parser)
    return set(re.findall(r"(?<!\w)--?[a-z][a-z-]*", parser.format_help()))


@every_page
def test_spider_arguments_are_there(page: str) -> None:
    named = {name for line in code(page) for name in re.findall(r"-a (\w+)=", line)}
    known = {"name", *(argument.name for argument in ARGUMENTS)}  # `-a name=value` stands for all
    assert named - known == set(), f"{page}: no such argument"


@every_page
def test_settings_are_there(page: str, settings: Settings) -> None:
    text = (ROOT / page).read_text("utf-8")
    named = {name for line in code(page) for name in re.findall(r"-s ([A-Z]\w+)=", line)} - {"NAME"}
    own = {setting.name for setting in own_settings()} | {"KEXUE_EXIT_STATUS"}  # of the hook
    assert named - {*settings, *Settings(), *own} == set(), f"{page}: there is no such setting"
    assert set(re.findall(r"KEXUE_[A-Z_]+(?<!_)\b", text)) - own == set(), (
        f"{page}: no such setting"
    )


# --- The database ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """An archive without articles."""
    db = open_archive(tmp_path_factory.mktemp("docs") / "kexue.db")
    yield db
    close_archive(db)


@every_page
def test_sql_is_understood(page: str, empty: Database) -> None:
    """Every statement names tables and columns that there are."""
    for line in code(page):
        for statement in re.findall(r"SELECT\b[^\"\n]*", line):
            empty.execute(f"EXPLAIN {statement.rpartition(chr(39) + ' -')[0] or statement}")


@every_page
def test_columns_are_there(page: str, empty: Database) -> None:
    """Those that ``sqlite-utils rows`` and ``search`` show, and those written ``table.column``."""
    relations = (*empty.tables, *empty.views)
    tables = {table.name: {column.name for column in table.columns} for table in relations}
    named = {pair for line in code(page) for pair in re.findall(r"^(\w+)\.(\w+)$", line)}
    named = {
        (table, column) for table, column in named if table in tables and column not in ENDINGS
    }
    for words in commands(page, "sqlite-utils"):
        if words[0] in {"rows", "search"}:
            shown = {words[place + 1] for place, word in enumerate(words) if word == "-c"}
            named |= {(words[2], column) for column in shown}
    missing = {
        f"{table}.{column}" for table, column in named if column not in tables.get(table, ())
    }
    assert missing == set(), f"{page}: there are no such columns"


# --- The tests themselves -------------------------------------------------------------------------


def test_the_tests_read_the_pages() -> None:
    """What they look for is found where it is known to stand."""
    assert {"README.md", "CONTRIBUTING.md", "docs/architecture.md"} <= set(PAGES)
    assert ["crawl", "-a", "full=1"] in list(commands("docs/operating.md", "kexue"))
    assert ["crawl", "kexue"] in list(commands("docs/data-format.md", "scrapy"))
    assert "how-trouble-reaches-you" in anchors("docs/operating.md")
    assert "--max-age" in options_of("status")
    assert sum(words[0] == "rows" for words in commands("README.md", "sqlite-utils")) > 1
