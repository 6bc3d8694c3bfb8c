"""The program ``kexue``: the commands of this project from any folder, under its own name."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from crawling import QUICK
from replica import Replica, make_posts
from rig.commands import run
from sqlite_utils import Database

from archiver import __version__
from archiver.commands import command_line
from archiver.commands.early_signals import is_crawl
from archiver.terminal.installed_tools import typed_tool
from archiver.terminal.program import program_of, typed
from archiver.terminal.text_width import width

OPTIONS = [f"-s{name}={value}" for name, value in QUICK.items()]
FOREIGN = "[settings]\ndefault = foreign.settings\n"


def kexue(*words: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return run(*words, name="kexue", **options)


# --- What it says of itself -----------------------------------------------------------------------


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",), ("help",)])
def test_help_lists_the_commands_of_the_folder(tmp_path: Path, words: tuple[str, ...]) -> None:
    """All of them, no command of Scrapy's, on 80 columns."""
    said = kexue(*words, cwd=tmp_path)
    assert (said.returncode, said.stderr) == (0, "")
    files = (ROOT / "archiver" / "commands").glob("*.py")
    own = sorted(path.stem for path in files if "class Command(" in path.read_text("utf-8"))
    _, _, listed, *_ = said.stdout.split("\n\n")
    assert re.findall(r"^  (\w+) ", listed, re.MULTILINE) == own
    assert "kexue crawl" in said.stdout
    assert "scrapy" not in said.stdout.lower()
    assert max(map(width, said.stdout.splitlines())) <= 80


def test_version(tmp_path: Path) -> None:
    said = kexue("--version", cwd=tmp_path)
    assert (said.returncode, said.stdout) == (0, f"kexue-archiver {__version__}\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("crwal", "kexue: there is no command crwal; did you mean crawl?"),
        ("shell", "kexue: there is no command shell; kexue --help lists them"),
        ("startproject x", "kexue: there is no command startproject; kexue --help lists them"),
        ("value_checks", "kexue: there is no command value_checks; kexue --help lists them"),
        ("-s X=1 crawl", "kexue: -s stands before the command; options stand behind it"),
        ("crawl kexeu", "kexue crawl: there is no spider kexeu; there is kexue"),
        ("crawl full=1", "kexue crawl: full=1: give it as -a full=1"),
        ("crawl --full", "kexue crawl: --full: give it as -a full=1"),
        ("crawl kexue kexue", "kexue crawl: kexue: give one spider and options only"),
        ("search", "kexue search: give a word to search for, as in: kexue search 编码"),
        ("status --jsno", "kexue status: unknown option --jsno"),
        ("history", "kexue history: give the number of an article, e.g. 6583"),
        ("crawl -a", "kexue crawl: argument -a: expected one argument"),
    ],
)
def test_wrong_use_is_one_sentence(tmp_path: Path, words: str, sentence: str) -> None:
    said = kexue(*words.split(), cwd=tmp_path)
    assert (said.returncode, said.stdout, said.stderr) == (2, "", f"{sentence}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "usage"),
    [("kexue", "kexue crawl [-a NAME=VALUE]"), ("scrapy", "scrapy crawl kexue [-a NAME=VALUE]")],
)
def test_usage_names_the_program(name: str, usage: str) -> None:
    assert f"\n  {usage} " in run("crawl", "--help", name=name).stdout


def test_no_command_waits_for_what_others_need() -> None:
    """Scrapy loads the modules of all commands for each of them."""
    heavy = (
        "numpy", "pandas", "dateparser", "tldextract", "requests", "aiohttp", "markdown_it",
        "archiver.body", "archiver.reparsing", "archiver.replay",
    )  # fmt: skip
    program = (
        "import sys; from archiver.commands import command_line; command_line.own_commands();"
        "print(*sys.modules)"
    )
    loaded = subprocess.check_output([sys.executable, "-c", program], text=True).split()
    assert "archiver.commands.status" in loaded
    assert [name for name in heavy if name in loaded] == []


def test_an_interruption_while_it_loads_is_one_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["kexue", "status"])
    monkeypatch.setattr(command_line, "own_commands", interrupt)
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert (ended.value.code, capsys.readouterr().err) == (1, "kexue: interrupted\n")


def test_help_onto_a_full_disk_is_one_sentence() -> None:
    with Path("/dev/full").open("wb") as full:
        said = kexue("--help", stdout=full.fileno())
    assert said.returncode == 1
    assert said.stderr == "kexue: cannot write to standard output: No space left on device\n"


# --- Its settings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"SCRAPY_SETTINGS_MODULE": "foreign.settings"},
        {"SCRAPY_PROJECT": "other", "SCRAPY_PYTHON_SHELL": "python"},
    ],
)
def test_project_of_the_working_folder_does_not_take_over(
    tmp_path: Path, env: dict[str, str]
) -> None:
    (tmp_path / "scrapy.cfg").write_text(FOREIGN)
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "settings.py").write_text("raise SystemExit('taken over')\n")
    said = kexue("status", cwd=tmp_path, env=env)
    assert said.returncode == 2
    assert said.stderr.startswith("kexue status: there is no archive at data/kexue.db;")


def test_demo_of_days_is_not_taken_over(tmp_path: Path) -> None:
    """Each of its crawls has a process of its own, which is the same program."""
    (tmp_path / "scrapy.cfg").write_text(FOREIGN)
    (tmp_path / "archiver.py").write_text("raise SystemExit('taken over')\n")
    said = kexue("demo", "--days", "1", cwd=tmp_path)
    assert (said.returncode, said.stderr) == (0, "")
    assert " listed, " in said.stdout
    assert said.stdout.endswith("database    data/demo-days.db\n")


@pytest.fixture
def blog() -> Iterator[Replica]:
    with Replica(make_posts(3)) as replica:
        yield replica


@pytest.mark.parametrize("words", [("crawl",), ("crawl", "kexue", "-a", "full=1")])
def test_crawl_from_any_folder(tmp_path: Path, blog: Replica, words: tuple[str, ...]) -> None:
    """Into the folder ``data`` there, with or without the name of the spider."""
    env = {"KEXUE_BASE_URL": blog.base_url, "KEXUE_CONTACT": "me@example.net"}
    said = kexue(*words, *OPTIONS, cwd=tmp_path, env=env)
    assert said.returncode == 0, said.stderr
    database = Database(tmp_path / "data" / "kexue.db")
    assert database["articles"].count == 3
    database.close()
    agents = {seen.headers["User-Agent"] for seen in blog.log if "archives" in seen.path}
    assert agents == {f"kexue-archiver/{__version__} (+mailto:me@example.net)"}


def test_advice_names_the_program(tmp_path: Path, blog: Replica) -> None:
    """What an archive without articles, or without the article, is told to do."""
    env = {"KEXUE_BASE_URL": blog.base_url, "KEXUE_DATA_DIR": str(tmp_path)}
    blog.set_posts(replace(post, state="draft") for post in blog.posts)
    kexue("crawl", *OPTIONS, env=env)
    advice = {"kexue": "kexue crawl", "scrapy": "scrapy crawl kexue"}
    for name, command in advice.items():
        verified = run("verify", env=env, name=name)
        assert verified.stderr.endswith(f" the archive has no articles yet; {command} fills it\n")
        history = run("history", "7", env=env, name=name)
        assert f"; {command} -a ids=7 asks the blog for it\n" in history.stderr


# --- Where it runs --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "database"),
    [
        ("archive", "archive/kexue.db"),
        ("./a b/", "a b/kexue.db"),
        ("/nowhere/at/all", "/nowhere/at/all/kexue.db"),
        ("~/archive", "/home/me/archive/kexue.db"),
    ],
)
def test_data_folder_is_relative_absolute_or_at_home(
    tmp_path: Path, given: str, database: str
) -> None:
    """A crontab and a unit of systemd leave ``~`` as it is."""
    said = kexue("status", cwd=tmp_path, env={"KEXUE_DATA_DIR": given, "HOME": "/home/me"})
    assert said.returncode == 2
    assert said.stderr.startswith(f"kexue status: there is no archive at {database}; ")


@pytest.mark.parametrize("words", [("status",), ("search", "x"), ("verify",)])
def test_reading_in_a_folder_that_was_deleted(tmp_path: Path, words: tuple[str, ...]) -> None:
    said = kexue(*words, cwd=tmp_path, program="import os; os.rmdir(os.getcwd())")
    assert said.returncode == 2
    assert said.stderr.startswith(f"kexue {words[0]}: there is no archive at data/kexue.db; ")
    assert said.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["crawl", "demo"])
@pytest.mark.parametrize("folder", ["deleted", "read-only"])
def test_writing_where_nothing_can_be_written(tmp_path: Path, command: str, folder: str) -> None:
    is_deleted = folder == "deleted"
    program = "import os; os.rmdir(os.getcwd())" if is_deleted else ""
    cwd = tmp_path if is_deleted else Path("/proc")  # where root cannot write either
    said = kexue(command, cwd=cwd, program=program)
    assert said.returncode == 2
    assert said.stderr == (
        f"kexue {command}: cannot write to the data folder data: No such file or directory;"
        " set KEXUE_DATA_DIR to a folder that you can write to\n"
    )


def test_crawl_from_a_folder_that_was_deleted(tmp_path: Path, blog: Replica) -> None:
    """With the data elsewhere."""
    gone = tmp_path / "gone"
    gone.mkdir()
    env = {"KEXUE_BASE_URL": blog.base_url, "KEXUE_DATA_DIR": str(tmp_path / "data")}
    program = "import os; os.rmdir(os.getcwd())"
    said = kexue("crawl", *OPTIONS, cwd=gone, env=env, program=program)
    assert said.returncode == 0, said.stderr
    assert (tmp_path / "data" / "kexue.jsonl").read_bytes().count(b"\n") == 3


# --- Names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "program"),
    [
        ("/home/me/.local/bin/kexue", "kexue"),
        ("kexue", "kexue"),
        ("/usr/lib/python3/site-packages/archiver/__main__.py", "kexue"),
        (".venv/bin/scrapy", "scrapy"),
        ("/usr/lib/python3/site-packages/scrapy/__main__.py", "scrapy"),
        ("/usr/bin/pytest", None),
        ("/home/me/archiver/tests.py", None),
        ("", None),
    ],
)
def test_program_behind_a_path(path: str, program: str | None) -> None:
    assert program_of(path) == program
    assert is_crawl([path, "crawl"]) == (program is not None)
    assert not is_crawl([path, "status"])


@pytest.mark.parametrize(
    ("program", "command", "text"),
    [
        ("kexue", "crawl -a full=1", "kexue crawl -a full=1"),
        ("scrapy", "crawl -a full=1", "scrapy crawl kexue -a full=1"),
        ("scrapy", "crawl", "scrapy crawl kexue"),
        ("kexue", "history ID", "kexue history ID"),
        ("pytest", "history ID", "scrapy history ID"),
    ],
)
def test_command_as_it_is_typed(
    monkeypatch: pytest.MonkeyPatch, program: str, command: str, text: str
) -> None:
    monkeypatch.setattr(sys, "argv", [f"/usr/bin/{program}"])
    assert typed(command) == text


def test_tool_as_it_is_typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By its name where the shell finds it, else by a path or module that works."""
    folder = tmp_path / "my environment" / "bin"
    folder.mkdir(parents=True)
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    monkeypatch.setenv("PATH", "/nowhere")
    assert typed_tool("a-tool", "a_tool") == f"'{folder}/python' -m a_tool"
    tool = folder / "a-tool"
    tool.touch(mode=0o755)
    assert typed_tool("a-tool", "a_tool") == f"'{tool}'"
    monkeypatch.chdir(tmp_path)
    assert typed_tool("a-tool", "a_tool") == "'my environment/bin/a-tool'"
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert typed_tool("a-tool", "a_tool") == f"'{tool}'"
    monkeypatch.setenv("PATH", str(folder))
    assert typed_tool("a-tool", "a_tool") == "a-tool"


def test_no_sentence_has_the_name_of_one_program_only() -> None:
    """What tells a command says ``typed("status")``, which knows the program that was started."""
    found = [
        f"{path.relative_to(ROOT)}: {text}"
        for path in (ROOT / "archiver").rglob("*.py")
        for text in texts(ast.parse(path.read_text("utf-8")))
        if re.search(r"\b(scrapy|kexue) [a-z]+\b", text)
    ]
    assert found == []


def texts(tree: ast.AST) -> Iterator[str]:
    """The strings of a module that are no docstrings."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield "" if id(node) in docstrings else node.value
