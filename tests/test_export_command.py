"""``scrapy export`` on the demo archive: what it says, and what Obsidian makes of the notes."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from contextlib import closing
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pybtex.database import parse_file
from rig.commands import run

from archiver.reading.exports.kinds import KINDS
from archiver.store.read_only import open_for_reading

#: By the name of its property in https://help.obsidian.md/properties.
TYPES = {
    "title": str, "aliases": list, "author": str, "date": date, "category": str, "tags": list,
    "blog_tags": list, "url": str, "license": str, "readers": int, "comments": int, "id": int,
    "status": str, "gone_at": str, "versions": int,
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo archive."""
    folder = tmp_path_factory.mktemp("demo")
    assert run("demo", "-s", f"KEXUE_DATA_DIR={folder}").returncode == 0
    return folder


def export(folder: Path, *words: object, **options: int) -> subprocess.CompletedProcess[str]:
    settings = ("-s", f"KEXUE_DATA_DIR={folder}", "-s", "KEXUE_NAME=demo")
    return run("export", *words, *settings, **options)


@pytest.fixture(scope="module")
def vault(folder: Path) -> Path:
    """The demo archive as a folder of notes."""
    said = export(folder, "markdown", folder / "vault")
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout == f"{folder}/vault: 63 files written, 0 unchanged, 0 removed\n"
    return folder / "vault"


# --- As Obsidian reads it -------------------------------------------------------------------------


def notes(vault: Path) -> list[Path]:
    found = sorted(vault.glob("*.md"))
    assert len(found) == 63  # 62 articles with a text, and the index
    return found


def split_note(path: Path) -> tuple[dict[str, object], str]:
    """Front matter and body; the index has a body only."""
    text = path.read_text("utf-8")
    if path.name == "README.md":
        return {}, text
    head, mark, body = text.removeprefix("---\n").partition("\n---\n")
    assert text.startswith("---\n"), path.name
    assert mark, path.name
    return yaml.safe_load(head), body


@cache
def reader() -> MarkdownIt:
    markdown = MarkdownIt("commonmark").enable("table")
    return markdown.use(dollarmath_plugin, double_inline=True, allow_labels=False)


def tokens(body: str) -> list[Token]:
    """The blocks of a body and what is in their lines."""
    blocks = reader().parse(body)
    return [token for block in blocks for token in (block, *(block.children or ()))]


def test_names_are_legal(vault: Path) -> None:
    for path in notes(vault):
        assert not re.search(r'[<>:"/\\|?*#^\[\]\x00-\x1f]', path.name)
        assert unicodedata.is_normalized("NFC", path.name)
        assert len(path.name.encode()) <= 200


def test_properties_have_the_types_of_obsidian(vault: Path) -> None:
    seen = set()
    for path in notes(vault):
        properties, _ = split_note(path)
        for name, value in properties.items():
            assert type(value) is TYPES[name], f"{path.name}: {name}"
            seen.add(name)
        for tag in properties.get("tags", ()):  # type: ignore[attr-defined]
            assert re.fullmatch(r"[\w/-]*[^\W\d]+[\w/-]*", tag), tag
    assert seen == TYPES.keys() - {"gone_at"}
    tagged = next(path for path in notes(vault) if "Q-A" in path.read_text("utf-8"))
    properties, _ = split_note(tagged)
    assert "Q&A" in properties["blog_tags"]  # type: ignore[operator]


def test_local_links_lead_to_notes(vault: Path) -> None:
    """And the index leads to all of them."""
    names = {path.name for path in notes(vault)}
    linked: dict[str, set[str]] = {}
    for path in notes(vault):
        targets = [urlsplit(str(t.attrGet("href"))) for t in tokens(split_note(path)[1])]
        local = {unquote(to.path) for to in targets if not to.scheme and to.path.endswith(".md")}
        assert local <= names, path.name
        linked[path.name] = local
    assert linked["README.md"] == names - {"README.md"}
    assert sum(map(len, linked.values())) > len(names) + 7
    rotation = next(path for path in notes(vault) if path.name.startswith("10977-"))
    assert f"#{'%E6%97%8B%E8%BD%AC'})" in rotation.read_text("utf-8")


def test_formulas_stand_as_obsidian_wants_them(vault: Path) -> None:
    """Dollars next to what they enclose; displayed formulas on lines of their own; no labels."""
    displayed = 0
    for path in notes(vault):
        for token in tokens(split_note(path)[1]):
            if token.type == "math_inline":
                assert token.content == token.content.strip(), path.name
            assert token.type != "math_inline_double", path.name
            if token.type.startswith("math"):
                assert not re.search(r"\\label|\\(?:eq)?ref\b", token.content), path.name
            displayed += token.type == "math_block"
    assert displayed > 70


def test_no_text_is_a_comment_or_highlight_of_obsidian(vault: Path) -> None:
    for path in notes(vault):
        text = [token for token in tokens(split_note(path)[1]) if token.type == "inline"]
        for line in text:
            plain = re.sub(r"`[^`]*`|\$[^$]*\$|\]\([^)]*\)", "", line.content)
            assert "%%" not in plain, path.name
            assert "==" not in plain, path.name


# --- What the command says ------------------------------------------------------------------------


def test_again_nothing_is_written(folder: Path, vault: Path) -> None:
    said = export(folder, "markdown", vault)
    assert said.stdout == f"{vault}: 0 files written, 63 unchanged, 0 removed\n"


def test_an_edited_note_stays_until_it_may_go(folder: Path, vault: Path) -> None:
    edited = notes(vault)[0]
    text = edited.read_text("utf-8")
    edited.write_text(f"{text}\nmine\n", "utf-8")
    said = export(folder, "markdown", vault)
    assert said.returncode == 1
    assert f"stays what somebody has changed: {edited.name}; rename" in said.stderr
    assert "mine" in edited.read_text("utf-8")
    assert export(folder, "markdown", vault, "--force").returncode == 0
    assert edited.read_text("utf-8") == text


def test_parquet_and_bibtex(folder: Path) -> None:
    said = export(folder, "parquet", folder / "parquet")
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.endswith(": 19 files written, 0 unchanged, 0 removed\n")
    said = export(folder, "bibtex", folder / "blog.bib", "--category", "物理化学")
    assert (said.returncode, said.stderr) == (0, "")
    assert len(parse_file(str(folder / "blog.bib"), "bibtex").entries) == 4


def test_wacz(folder: Path) -> None:
    """A WARC file that is gone is named, and the pages in it are counted."""
    wacz = folder / "blog.wacz"
    said = export(folder, "wacz", wacz)
    assert (said.returncode, said.stderr) == (0, "")
    line, note = said.stdout.splitlines()
    assert line == f"{wacz}: 1 file written, 0 unchanged, 0 removed"
    assert note == "  63 articles of 63 in the list of pages"
    (warc,) = (folder / "demo-warc").glob("*.warc.gz")
    warc.rename(folder / "away")
    said = export(folder, "wacz", wacz)
    assert said.returncode == 1
    assert said.stderr == (
        f"scrapy export: no WARC file in {warc.parent} can be read; restore a backup of them\n"
    )
    (folder / "away").rename(warc)
    assert "0 files written, 1 unchanged" in export(folder, "wacz", wacz).stdout


def test_a_site_shows_every_comment_once(folder: Path, tmp_path: Path) -> None:
    """All 195 of the demo, each on the page of its article; ``--no-comments`` takes them away."""
    pages = tmp_path / "site" / "archives"
    assert export(folder, "site", pages.parent).returncode == 0
    with closing(open_for_reading(folder / "demo.db")) as db:
        stored = db.execute("SELECT article_id, id FROM comments ORDER BY 1, 2").fetchall()
    shown = [
        (int(path.stem), int(comment))
        for path in pages.iterdir()
        for comment in re.findall(r'<li id="s-comment-(\d+)"', path.read_text("utf-8"))
    ]
    assert (len(shown), sorted(shown)) == (195, stored)
    assert "博客上有 46 条评论，存档中有其中 27 条。" in (pages / "6583.html").read_text("utf-8")
    concerned = sum("s-comment" in path.read_text("utf-8") for path in pages.iterdir())
    said = export(folder, "site", pages.parent, "--no-comments")
    assert f"{concerned} files written" in said.stdout
    assert not any("s-comment" in path.read_text("utf-8") for path in pages.iterdir())


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (
            [],
            "give a kind and a target: markdown DIR, parquet DIR, bibtex FILE, wacz FILE, site DIR",
        ),
        (["html", "x"], "there is no kind html; there are: markdown DIR"),
        (
            ["pdf", "x"],
            "there is no kind pdf: write a site with scrapy export site DIR, then print",
        ),
        (["markdown"], "give one target, as in: scrapy export markdown DIR"),
        (["markdown", "a", "b"], "give one target, as in: scrapy export markdown DIR"),
        (["markdown", "a", "--since", "heute"], "--since heute: give a day like 2024-01-31"),
        (["markdown", "a", "--since", "2099-01-01"], "no article is within --since"),
        (["site", "a", "--ids", "六"], "--ids=六 is not a list of archive ids like 6583,7006"),
        (["site", "a", "--ids", "6583,9"], "the archive has no article 9"),
        (["markdown", "a", "--category", "无"], "there is no category 无"),
        (["markdown", "/nowhere/a"], "there is no folder /nowhere; make it first"),
        (["wacz", "README.md"], "README.md is not an export, or not whole, so it was not touched"),
        (["wacz", "a", "--category", "物理化学"], "a WACZ file has whole WARC files; --since"),
        (["wacz", "a", "--no-comments"], "--no-comments is for site: wacz has whole pages"),
        (["epub", "README.md"], "README.md is not an export, or not whole, so it was not touched"),
        (["epub", "a", "--series", "最小熵"], "there is no series 最小熵; there is 最小熵原理"),
        (["wacz", "a", "--series", "最小熵原理"], "a WACZ file has whole WARC files; --since"),
        (["bibtex", "README.md"], "README.md is not an export, so it was not touched"),
        (["markdown", "docs"], "docs holds other things (adding-a-field.md, "),
    ],
)
def test_wrong_use(folder: Path, words: list[str], reason: str) -> None:
    said = export(folder, *words)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith(f"scrapy export: {reason}")
    assert said.stderr.count("\n") == 1


def test_a_series_as_a_book_and_as_notes(folder: Path, tmp_path: Path) -> None:
    """MathJax is started, and its threads do not keep the command from ending."""
    said = export(folder, "epub", tmp_path / "a.epub", "--series", "最小熵原理")
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.splitlines()[0] == (
        f"{tmp_path}/a.epub: 1 file written, 0 unchanged, 0 removed"
    )
    assert said.stdout.splitlines()[1].startswith("  1 article, ")
    said = export(folder, "markdown", tmp_path / "notes", "--series", "最小熵原理")
    assert said.stdout == f"{tmp_path}/notes: 2 files written, 0 unchanged, 0 removed\n"


def test_a_file_that_cannot_be_written_to_its_end(folder: Path, tmp_path: Path) -> None:
    """One sentence, and nothing that is torn; the next export goes on."""
    said = export(folder, "parquet", tmp_path / "p", largest_file=40_000)
    assert said.returncode == 1
    assert "File too large; what is whole stays, the next export goes on" in said.stderr
    assert said.stderr.count("\n") == 1
    whole = list((tmp_path / "p").rglob("*.parquet"))
    assert 0 < len(whole) < 19
    said = export(folder, "parquet", tmp_path / "p")
    assert f"{19 - len(whole)} files written, {len(whole)} unchanged, 0 removed" in said.stdout


def test_without_an_archive(tmp_path: Path) -> None:
    said = run("export", "bibtex", tmp_path / "a.bib", "-s", f"KEXUE_DATA_DIR={tmp_path}")
    assert said.returncode == 2
    assert f"scrapy export: there is no archive at {tmp_path}/kexue.db" in said.stderr
    assert not (tmp_path / "a.bib").exists()


def test_help_lists_the_kinds() -> None:
    said = run("export", "--help")
    assert all(
        f"{kind.name} {kind.target}" in " ".join(said.stdout.split()) for kind in KINDS.values()
    )
