"""The index of a WACZ file: lines of CDXJ in their order, packed in blocks, and where those are.

It is sorted on the disk, so memory does not grow with it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Self

from archiver.reading.exports.wacz.index_entries import index_entry
from archiver.store.errors import StoreError
from archiver.warc.member_walk import Member

#: The name of the packed lines in the WACZ file.
PACKED: Final = "index.cdx.gz"
#: Lines of a block, as the program wacz has them.
_BLOCK: Final = 1024
_META: Final = {"format": "cdxj-gzip-1.0", "filename": PACKED}
_MADE: Final = """
    CREATE TABLE entries
      (warc TEXT, offset INTEGER, key TEXT, timestamp TEXT, fields TEXT,
       PRIMARY KEY (warc, offset)) WITHOUT ROWID
"""
_SORTED: Final = """
    SELECT key, timestamp, fields FROM entries ORDER BY key, timestamp, warc, offset
"""


class RecordIndex:
    """Which answers can be shown, and where they are; a context manager.

    The entries are in a file without a name, where SQLite has such files (``SQLITE_TMPDIR``,
    ``/var/tmp``). Raises ``StoreError`` when they cannot be written there.
    """

    def __init__(self) -> None:
        #: The places of the blocks: the file ``index.idx``, once the blocks were taken.
        self.list_of_blocks = f"!meta 0 {json.dumps(_META)}\n"
        self._db = sqlite3.connect("")
        self._query(_MADE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def note(self, warc: str, place: Member, member: bytes) -> None:
        """Take up the record at a place of a file, if it is to be shown."""
        entry = index_entry(warc, place, member)
        if entry is not None:
            values = (warc, place.offset, entry.key, entry.timestamp, entry.fields)
            self._query("INSERT INTO entries VALUES (?, ?, ?, ?, ?)", values)

    def forget(self, warc: str) -> None:
        """Drop what was noted of a file."""
        self._query("DELETE FROM entries WHERE warc = ?", (warc,))

    def has(self, warc: str, offset: int) -> bool:
        """True when the record at a place is shown."""
        rows = self._query("SELECT 1 FROM entries WHERE warc = ? AND offset = ?", (warc, offset))
        return bool(rows)

    def blocks(self) -> Iterator[bytes]:
        """The packed lines, a block at a time; taken once."""
        offset = 0
        with _on_disk():
            rows = self._db.execute(_SORTED)
            while lines := rows.fetchmany(_BLOCK):
                packed = gzip.compress(_text(lines).encode(), mtime=0)
                sha256 = hashlib.sha256(packed).hexdigest()
                place = {"offset": offset, "length": len(packed), "digest": f"sha256:{sha256}"}
                key, timestamp, _ = lines[0]
                self.list_of_blocks += f"{key} {timestamp} {json.dumps(place)}\n"
                offset += len(packed)
                yield packed

    def _query(self, sql: str, values: tuple[str | int, ...] = ()) -> list[Any]:
        with _on_disk():
            return self._db.execute(sql, values).fetchall()


def _text(lines: Iterable[tuple[str, str, str]]) -> str:
    return "".join(f"{key} {timestamp} {fields}\n" for key, timestamp, fields in lines)


@contextmanager
def _on_disk() -> Iterator[None]:
    """Make an error of SQLite a sentence: only the disk can be the reason."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(
            f"cannot sort the index: {error}; make room for it in /var/tmp, or set SQLITE_TMPDIR"
        ) from error
