"""The files of an archive (database, JSONL, feed of changes) while one run writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sqlite_utils import Database

from archiver.store.change_feed import write_feed
from archiver.store.exchanged_files import check_unexchanged, exchanged, lacks_run, leave_no_log
from archiver.store.jsonl import write_jsonl
from archiver.store.paths import identity_of
from archiver.store.sqlite import close_archive
from archiver.store.written_files import write_if_changed

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


def files_of(settings: BaseSettings) -> dict[str, Path]:
    """The paths of the ``database``, the ``jsonl`` file and the feed of ``changes``.

    ``~`` is the home folder also where no shell has said so, as in a crontab; raises
    ``RuntimeError`` where there is none.
    """
    folder = Path(settings["KEXUE_DATA_DIR"]).expanduser()
    name = settings["KEXUE_NAME"]
    feed = "changes.xml" if name == "kexue" else f"{name}-changes.xml"
    return {
        "database": folder / f"{name}.db",
        "jsonl": folder / f"{name}.jsonl",
        "changes": folder / feed,
    }


class ArchiveFiles:
    """Writes the files, and finds out whether another program has exchanged them meanwhile.

    Make it when the database has been opened: what is there then is what the run found.
    """

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self.paths = paths
        self._found = {name: identity_of(path) for name, path in paths.items()}
        self._written = {"database": self._found["database"]}

    def write_exports(
        self, db: Database, *, with_counts: bool, with_comments: bool = False
    ) -> None:
        """Write JSONL and feed from the database where they are not as they would be.

        Raises ``StoreError``.
        """
        options = {"with_counts": with_counts, "with_comments": with_comments}
        self._write("jsonl", db, write_jsonl, **options)
        self._write("changes", db, write_feed)

    def close_database(self, db: Database) -> None:
        """Close the database; its log does not stay beside a file of another program."""
        path = self.paths["database"]
        log = identity_of(path.with_name(f"{path.name}-wal"))
        close_archive(db)
        leave_no_log(path, self._written["database"], log)

    def find_exchanged(self) -> str | None:
        """The sentence for the first file that is not the one that was written, or ``None``."""
        return exchanged(self.paths, self._written)

    def find_missing_run(self, run_id: int, started_at: str) -> str | None:
        """The sentence when the closed database lacks the record of the run, or ``None``."""
        return lacks_run(self.paths["database"], run_id, started_at)

    def _write(self, name: str, db: Database, write: Callable[..., int], **options: bool) -> None:
        check_unexchanged(self.paths[name], self._found[name])
        write_if_changed(db, name, self.paths[name], write, **options)
        self._written[name] = identity_of(self.paths[name])
