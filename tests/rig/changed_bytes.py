"""Changes one byte of an archive at a time, and looks whether ``scrapy verify`` finds it.

What it does not find must be in unused space: then what the file says is proved to be the same.
``PYTHONPATH=tests python -m rig.changed_bytes SEED COUNT`` changes so many bytes of each kind.
"""

from __future__ import annotations

import gzip
import random
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from archiver import site
from archiver.processes import Processes
from archiver.store.errors import StoreError
from archiver.store.read_only import open_for_reading
from archiver.verify.checks import Checks
from archiver.verify.findings import find_all
from archiver.warc.member_walk import MemberWalk
from rig.written import files_of, write_archive

#: Kind → its files.
KINDS: Final = {
    "database": "*.db",
    "JSONL": "*.jsonl",
    "feed": "*.xml",
    "WARC": "warc/*.warc.gz",
    "files": "files/*/*",
}


@dataclass(frozen=True, slots=True)
class Changed:
    """A byte that was changed, and what became of it."""

    path: Path
    at: int
    old: int
    new: int
    #: The first finding, or the sentence of an archive that cannot be opened; ``None`` where
    #: nothing was found.
    found: str | None
    #: True when what the file says is the same.
    is_same: bool

    @property
    def is_missed(self) -> bool:
        """True when something else is said now, and nobody notices."""
        return self.found is None and not self.is_same

    def __str__(self) -> str:
        return f"{self.path.name}, byte {self.at:,}: {self.old:#04x} to {self.new:#04x}"


def change_bytes(original: Path, copy: Path, pattern: str, count: int, seed: int) -> list[Changed]:
    """Change so many random bytes of the files of a pattern, each in a fresh copy of the folder."""
    chance = random.Random(seed)
    files = [path for path in sorted(original.glob(pattern)) if path.stat().st_size]
    shutil.copytree(original, copy, dirs_exist_ok=True)
    return [_change(copy / path.relative_to(original), chance, copy) for path in _some(
        files, count, chance
    )]  # fmt: skip


def _some(files: list[Path], count: int, chance: random.Random) -> Iterator[Path]:
    """Files, each as often as it is large."""
    sizes = [path.stat().st_size for path in files]
    yield from chance.choices(files, sizes, k=count)


def _change(path: Path, chance: random.Random, folder: Path) -> Changed:
    content = path.read_bytes()
    at = chance.randrange(len(content))
    new = chance.choice([value for value in range(256) if value != content[at]])
    says = _SAYS.get(path.suffix, Path.read_bytes)
    before = says(path)
    path.write_bytes(content[:at] + bytes([new]) + content[at + 1 :])
    try:
        found = what_verify_finds(folder)
        is_same = found is None and says(path) == before
    finally:
        path.write_bytes(content)
        for log in folder.glob("*.db-*"):
            log.unlink()
    return Changed(path, at, content[at], new, found, is_same)


def what_verify_finds(folder: Path) -> str | None:
    """The first finding of ``scrapy verify``, as the command would give it."""
    files = files_of(folder)
    try:
        with closing(open_for_reading(files["database"])) as db:
            found = find_all(
                Checks(db, None),
                files,
                folder / "warc",
                folder / "files",
                with_counts=True,
                base=site.Base.parse(site.CANONICAL_BASE),
                fidelity=False,
                processes=Processes(),
            )
            return next(iter(found.problems), None)
    except (StoreError, sqlite3.Error, UnicodeDecodeError) as error:
        return str(error)


# --- What a file says -----------------------------------------------------------------------------

_PLACES: Final = (
    "CREATE VIRTUAL TABLE temp.places USING fts5vocab('main', 'articles_fts', 'instance')"
)


def _rows(path: Path) -> Any:
    """All that a database holds: its schema, the rows of its tables, and what is said of it.

    White space between the words of a declaration says nothing, and the statistics by which SQLite
    chooses an index decide no result. Of the full-text index it is all that is found with it: what
    was written of texts that were changed later is not used.
    """
    with closing(sqlite3.connect(path)) as db:
        db.text_factory = bytes
        schema = [
            (kind, name, table, " ".join((sql or b"").decode("utf-8", "replace").split()))
            for kind, name, table, sql in db.execute(
                "SELECT type, name, tbl_name, sql FROM sqlite_master"
            )
        ]
        names = [name.decode() for kind, name, *_ in schema if kind == b"table"]
        tables = {
            name: db.execute(f'SELECT * FROM "{name}"').fetchall()
            for name in names
            if not name.startswith(("sqlite_stat", "articles_fts"))
        }
        db.execute(_PLACES)
        index = sorted(db.execute("SELECT term, doc, col, offset FROM temp.places"))
        whole = db.execute("PRAGMA integrity_check").fetchall()
        said = [db.execute(f"PRAGMA {name}").fetchall() for name in ("application_id", "encoding")]
    return schema, tables, index, whole, said


def _members(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        places = [(member.offset, member.length) for member in MemberWalk(file)]
    content = path.read_bytes()
    return [gzip.decompress(content[start : start + length]) for start, length in places]


_SAYS: Final[Mapping[str, Callable[[Path], Any]]] = {".db": _rows, ".gz": _members}


def main() -> None:
    """Print what became of each kind; exit status 1 when a change was missed."""
    seed, count = map(int, sys.argv[1:3])
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        original = Path(folder) / "original"
        write_archive(original)
        for kind, pattern in KINDS.items():
            changes = change_bytes(original, Path(folder) / "copy", pattern, count, seed)
            found = sum(change.found is not None for change in changes)
            sys.stdout.write(f"{kind}: {len(changes)} bytes changed, {found} found\n")
            lost = [change for change in changes if change.is_missed]
            sys.stdout.writelines(f"  missed: {change}\n" for change in lost)
            missed += len(lost)
    sys.exit(missed > 0)


if __name__ == "__main__":
    main()
