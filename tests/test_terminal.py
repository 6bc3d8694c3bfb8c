"""Nothing that a page or a server says is obeyed by the terminal that shows it."""

from __future__ import annotations

import json
import logging
import os
import pty
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from conftest import ROOT
from crawling import Archive
from hypothesis import given
from hypothesis import strategies as st
from replica import make_post
from rig.commands import run
from scrapy.cmdline import execute
from scrapy.utils.project import get_project_settings
from test_history import DAYS, SECOND, an_article, make_archive

from archiver.demo.blog import Blog
from archiver.demo.routes import answer
from archiver.run.log import ShownFormatter
from archiver.store.failures import save_failure
from archiver.store.run_records import finish_run, start_run
from archiver.store.sqlite import close_archive, open_archive
from archiver.terminal.printable import one_line, printable, printable_json

#: Written down anew: what moves a cursor, changes the order of letters, begins a line, hides.
_CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"]
_DIRECTIONS = list("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_OTHERS = list("\u2028\u2029\u206a\u206f\ufff9\ufffb\U000e0001\U000e0041")
OBEYED = frozenset([*_CONTROLS, *_DIRECTIONS, *_OTHERS])
HALVES = ["\ud800", "\udc9b", "\udfff"]
#: One text with all of them; a database holds no halves of pairs.
EVIL = "".join(f"字{character}" for character in sorted(OBEYED))


def is_harmless(text: str) -> bool:
    return not OBEYED & set(text)


# --- The function ---------------------------------------------------------------------------------


@pytest.mark.parametrize("character", sorted(OBEYED) + HALVES)
def test_each_is_named(character: str) -> None:
    name = f"{ord(character):04X}"
    assert printable(f"甲{character}乙") == f"甲<U+{name}>乙"
    assert character not in one_line(f"甲{character}乙")
    written = printable_json([f"甲{character}乙"])
    assert json.loads(written) == [f"甲{character}乙"]
    assert character not in written
    written.encode()


@given(st.text())
def test_nothing_else_is_changed(text: str) -> None:
    """Nor is anything of the kind left, and whatever it is can be written."""
    result = printable(text)
    assert is_harmless(result)
    result.encode()
    if is_harmless(text) and not any(unicodedata.category(c) in {"Cs", "Cf"} for c in text):
        assert result == text
    assert json.loads(printable_json({text: text})) == {text: text}


def test_text_of_the_blog_stays_as_it_is() -> None:
    text = "苏剑林：$\\boldsymbol{x}$，“全角”\u3000é👨\u200d👩\n\t第二行"
    assert printable(text) == text
    assert printable_json(text) == json.dumps(text, ensure_ascii=False)


def test_log_lines_and_their_tracebacks() -> None:
    """What a server says may be in an error's own words too."""
    try:
        raise ValueError(EVIL + "\udc9b")
    except ValueError:
        record = logging.LogRecord(
            "a", 30, "a.py", 1, "%s: %s", ("http://a/", EVIL), sys.exc_info()
        )
    line = ShownFormatter(logging.Formatter("[%(name)s] %(message)s")).format(record)
    assert line.startswith("[a] http://a/: 字<U+0000>字<U+0001>")
    assert "Traceback" in line
    assert is_harmless(line)
    line.encode()


# --- The commands ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Titles, texts, tags, reasons and addresses are as bad as a database can hold them."""
    words = {"title": EVIL, "author": EVIL, "category": EVIL, "tags": [EVIL]}
    folder = make_archive(
        tmp_path_factory.mktemp("evil"),
        an_article(SECOND),
        an_article(f"{SECOND}<p>{EVIL.replace(chr(0), '')}</p>", **words),
        an_article("<p>空</p>", title=EVIL),
    )
    db = open_archive(folder / "kexue.db")
    db.execute("UPDATE revisions SET suspicious = suspicious || ? WHERE number = 3", [EVIL])
    db.execute("UPDATE articles SET url = url || ?, published = ?", [EVIL, EVIL])
    save_failure(db, f"http://a/{EVIL}", 9, EVIL, DAYS[3])
    db.execute(
        "INSERT INTO sightings (article_id, title, first_seen, last_seen, absent)"
        " VALUES (9, ?, ?, ?, 0)",
        [EVIL, DAYS[0], DAYS[0]],
    )
    run = start_run(db, "normal", DAYS[3])
    finish_run(db, run, {"finished_at": DAYS[4], "ending": EVIL, "outcome": EVIL})
    db.conn.commit()
    close_archive(db)
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ["history", "8130"],
        ["history", "8130", "1", "2"],
        ["history", "8130", "2", "3"],
        ["history", "--json", "8130"],
        ["history", "--json", "8130", "2"],
        ["status"],
        ["status", "--json"],
        ["verify"],
        ["verify", "--fidelity"],
    ],
    ids=" ".join,
)
def test_command(archive: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        execute(["scrapy", *words, "-s", f"KEXUE_DATA_DIR={archive}"], get_project_settings())
    out, err = capsys.readouterr()
    assert "字" in out + err
    assert is_harmless(out + err)
    if "--json" in words:
        assert EVIL in str_values(json.loads(out))


def str_values(value: object) -> list[str]:
    """All texts in a JSON value."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in str_values(each)]
    if isinstance(value, list):
        return [text for each in value for text in str_values(each)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("options", [[], ["--audit"]])
def test_extract(options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    post = make_post(321, title="题\u202e\x9b\x85", body="<p>\u202e文\u2067</p>")
    page = tmp_path / "页\u202e\x9b.html"
    page.write_bytes(answer(Blog((post,)), "/archives/321").body)
    other = tmp_path / "\u2067.html"
    other.write_text("<p>\u202e", "utf-8")
    files = [str(page), str(other)] if options else [str(page)]
    with pytest.raises(SystemExit):
        execute(["scrapy", "extract", *options, *files], get_project_settings())
    out, err = capsys.readouterr()
    assert is_harmless(out + err)
    assert ("<U+202E>" in out and "<U+2067>" in err) if options else "\\u202e" in out


def test_body_on_a_terminal_and_in_a_pipe(archive: Path) -> None:
    """In a pipe a version is data, and stays what it is."""
    command = ("history", "8130", "2", "-s", f"KEXUE_DATA_DIR={archive}")
    assert "\u202e" in run(*command).stdout
    master, slave = pty.openpty()
    try:
        assert run(*command, stdout=slave).returncode == 0
        seen = os.read(master, 65536).decode()
    finally:
        os.close(slave)
        os.close(master)
    assert "<U+202E>" in seen
    assert is_harmless(seen.replace("\r\n", "\n"))


def test_closed_output(archive: Path) -> None:
    """As with ``>&-`` in a shell: a sentence, no traceback."""
    command = f"{sys.executable} -m scrapy history 8130 2 -s KEXUE_DATA_DIR={archive} >&-"
    ended = subprocess.run(
        command, shell=True, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (
        1,
        "scrapy history: cannot write to standard output: it is closed\n",
    )


def test_crawl(tmp_path: Path) -> None:
    """Report, log, hook: titles, addresses and what a redirect says."""
    posts = [make_post(101, title="题\u202e\x9b\x85"), make_post(102, day=1, title="\u2067题")]
    posts.append(make_post(103, day=2))
    with Archive(tmp_path, posts) as blog:
        blog.replica.fault("/archives/102", kind="other-host", host="http://e\x9b\x85vil.example")
        packing = "g\xc2\x9bz\xc2\x85"  # UTF-8, byte for byte
        blog.replica.fault(
            "/archives/103", kind="odd-header", name="Content-Encoding", value=packing
        )
        ended = blog.crawl(LOG_LEVEL="DEBUG", KEXUE_HOOK_COMMAND="cat >&2")
    assert ended.status == 1
    assert "another host" in ended.said
    assert "unsupported encoding(s) 'g<U+009B>z<U+0085>'" in ended.said
    assert is_harmless(ended.said)
    (title,) = ended.rows("SELECT title FROM articles")[0]
    assert "\u202e" in title, "what is stored is what the page says"
