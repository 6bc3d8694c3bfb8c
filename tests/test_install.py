"""The wheel as people get it: in an empty environment, in an empty folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from conftest import ROOT

from archiver import __version__

pytestmark = pytest.mark.install

NAME: Final = f"kexue_archiver-{__version__}"
PACKAGE: Final = re.compile(
    r"archiver/((\w+/)*\w+\.py|py\.typed|reading/(datasette/metadata|search/folding)\.json"
    r"|demo/articles/\d+\.html|reading/exports/site/(templates/\w+\.html|static/[\w-]+\.(css|js))"
    r"|reading/exports/epub/(templates/\w+\.(xhtml|opf|ncx|xml)|static/[\w-]+\.(css|js)))"
)
WHEEL: Final = re.compile(
    rf"{PACKAGE.pattern}|{re.escape(NAME)}\.dist-info/"
    r"(METADATA|RECORD|WHEEL|entry_points\.txt|licenses/LICENSE|top_level\.txt)"
)
SDIST: Final = re.compile(
    rf"{PACKAGE.pattern}|LICENSE|MANIFEST\.in|PKG-INFO|README\.md|pyproject\.toml|setup\.cfg"
    r"|kexue_archiver\.egg-info/\S+"
)
#: What lies about in a clone that is used, and must not be published.
STRAYS: Final = (
    "data/kexue.db",
    "archiver/kexue.db",
    "archiver/notes.txt",
    "archiver/__pycache__/site.cpython-311.pyc",
    "archiver/demo/articles/.6583.html.swp",
    "archiver/demo/articles/6583.html~",
    "build/lib/archiver/old.py",
)
#: Not copied: they are large, and no build looks at them.
LEFT: Final = shutil.ignore_patterns(".*", "cache", "node_modules", "build", "dist", "*.egg-info")


def uv(*words: object, cwd: Path) -> None:
    """Run uv; its last words are shown when it fails."""
    command = [sys.executable, "-m", "uv", "--quiet", *map(str, words)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist of a clone that is in use, and the wheel that is made of it."""
    folder = tmp_path_factory.mktemp("build")
    clone = folder / "clone"
    shutil.copytree(ROOT, clone, ignore=LEFT)
    for stray in STRAYS:
        (clone / stray).parent.mkdir(parents=True, exist_ok=True)
        (clone / stray).touch()
    uv("build", "--out-dir", folder / "dist", clone, cwd=folder)
    return folder / "dist"


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    return dist / f"{NAME}-py3-none-any.whl"


def sources() -> set[str]:
    """The files of the package that people need."""
    files = {str(path.relative_to(ROOT)) for path in (ROOT / "archiver").rglob("*.*")}
    return set(filter(PACKAGE.fullmatch, files))


def test_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert [name for name in names if not WHEEL.fullmatch(name)] == []
    assert set(filter(PACKAGE.fullmatch, names)) == sources()
    assert f"{NAME}.dist-info/licenses/LICENSE" in names


def test_sdist_holds_what_the_wheel_is_made_of(dist: Path) -> None:
    with tarfile.open(dist / f"{NAME}.tar.gz") as archive:
        files = [entry.name for entry in archive.getmembers() if entry.isfile()]
    names = [name.removeprefix(f"{NAME}/") for name in files]
    assert [name for name in names if not SDIST.fullmatch(name)] == []
    assert set(filter(PACKAGE.fullmatch, names)) == sources()
    assert {"LICENSE", "README.md", "pyproject.toml"} <= set(names)


# --- Installed ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """An empty folder of somebody who has the program, and nothing else, on the search path."""

    folder: Path
    path: str
    python: Path

    def run(self, command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a line of the shell there, in an environment of these variables and a home."""
        env = {"PATH": self.path, "HOME": str(self.folder.parent), **variables}
        return subprocess.run(
            command, shell=True, cwd=self.folder, env=env, capture_output=True, text=True,
            encoding="utf-8", check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def place(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """As pipx does it: an environment of its own, and a link to the one program."""
    home = tmp_path_factory.mktemp("home")
    environment, programs, folder = home / "environment", home / "bin", home / "empty"
    uv("venv", "--python", sys.executable, environment, cwd=home)
    uv("pip", "install", "--python", environment / "bin" / "python", wheel, cwd=home)
    programs.mkdir()
    folder.mkdir()
    (programs / "kexue").symlink_to(environment / "bin" / "kexue")
    yield Place(folder, f"{programs}{os.pathsep}/usr/bin:/bin", environment / "bin" / "python")
    shutil.rmtree(environment)


@pytest.fixture(scope="module")
def demo(place: Place) -> subprocess.CompletedProcess[str]:
    return place.run("kexue demo")


def test_demo_works_and_leaves_its_data_only(
    place: Place, demo: subprocess.CompletedProcess[str]
) -> None:
    assert (demo.returncode, demo.stderr) == (0, "")
    assert "  listed        " in demo.stdout
    assert [path.name for path in place.folder.iterdir()] == ["data"]


def test_queries_of_the_demo_work_as_they_are_printed(
    place: Place, demo: subprocess.CompletedProcess[str]
) -> None:
    _, *queries = demo.stdout.split("\n$ ")
    assert len(queries) >= 3
    for query in queries:
        command, _, result = query.partition("\n")
        done = place.run(command, PYTHONUTF8="1")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.strip() == result.strip() != ""


@pytest.mark.usefixtures("demo")
def test_archive_is_read(place: Place) -> None:
    status = place.run("kexue status", KEXUE_NAME="demo")
    assert (status.returncode, status.stderr) == (0, "")
    found = place.run("kexue search 熵 -模型", KEXUE_NAME="demo")
    assert (found.returncode, found.stderr) == (0, "")
    assert "7006" in found.stdout
    verified = place.run("kexue verify -s KEXUE_NAME=demo")
    assert (verified.returncode, verified.stderr) == (0, "")


def test_all_commands_are_listed_without_the_extras(place: Place) -> None:
    """None needs a package at its import that only an extra brings."""
    said = place.run("kexue")
    files = (ROOT / "archiver" / "commands").glob("*.py")
    own = {path.stem for path in files if "class Command(" in path.read_text("utf-8")}
    assert (said.returncode, said.stderr) == (0, "")
    assert own <= set(said.stdout.split())


def test_module_is_the_program(place: Place) -> None:
    said = place.run(f"{place.python} -m archiver --version")
    assert (said.returncode, said.stdout) == (0, f"kexue-archiver {__version__}\n")
    status = place.run(f"{place.python} -m archiver status")
    assert status.returncode == 2
    assert status.stderr.startswith("kexue status: there is no archive at data/kexue.db; ")
