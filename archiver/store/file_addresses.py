"""The table ``file_addresses``, and what ``pictures`` and ``links`` say of the files they lead to.

Whether a picture has its file follows from the address that was asked for it. A new row has it from
``with_files``; ``_copy`` follows what comes of asking, and ``settle`` is for rows of old archives.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlite_utils import Database

from archiver.site import Base
from archiver.store.records import Row
from archiver.upload_urls import file_url, is_linked_file

#: A picture in the body itself: there is nothing to ask for.
_IN_BODY: Final = "url LIKE 'data:%'"
_UNSETTLED: Final = f"file_url IS NULL AND status IS NULL AND NOT {_IN_BODY}"
_COPY: Final = """
    UPDATE pictures SET (sha256, path, status) = (
      SELECT a.sha256, f.path, a.status
      FROM file_addresses AS a LEFT JOIN files AS f ON f.sha256 = a.sha256
      WHERE a.url = file_url)
    WHERE file_url IN (SELECT url FROM file_addresses)
"""
_KNOWN: Final = """
    SELECT a.url AS file_url, a.sha256, f.path, a.status
    FROM file_addresses AS a LEFT JOIN files AS f ON f.sha256 = a.sha256
    WHERE a.url IN (SELECT value FROM json_each(:urls))
"""
#: In the order in which files are asked for: those of the newest articles first.
_WANTED: Final = """
    SELECT file_url AS url, w.article_id AS article, is_picture,
      a.status, a.sha256, a.etag, a.last_modified, a.asked_at, coalesce(a.tries, 0) AS tries,
      f.path, f.bytes
    FROM (
      SELECT file_url, article_id, position, 1 AS is_picture FROM pictures
      UNION ALL SELECT file_url, article_id, position, 0 FROM links WHERE :linked
    ) AS w
    JOIN articles ON articles.id = w.article_id
    LEFT JOIN file_addresses AS a ON a.url = file_url
    LEFT JOIN files AS f ON f.sha256 = a.sha256
    WHERE file_url IS NOT NULL
    ORDER BY coalesce(published, '') DESC, w.article_id DESC, is_picture DESC, position
"""
_READ: Final = """
    INSERT INTO file_addresses (url, status, sha256, etag, last_modified, asked_at, tries)
    VALUES (:url, 'ok', :sha256, :etag, :last_modified, :now, 0)
    ON CONFLICT (url) DO UPDATE SET status = 'ok', sha256 = excluded.sha256, etag = excluded.etag,
      last_modified = excluded.last_modified, asked_at = excluded.asked_at, tries = 0, reason = NULL
"""
_CONFIRMED: Final = """
    UPDATE file_addresses SET status = 'ok', etag = coalesce(:etag, etag),
      last_modified = coalesce(:last_modified, last_modified), asked_at = :now, tries = 0,
      reason = NULL
    WHERE url = :url
"""
_REFUSED: Final = """
    INSERT INTO file_addresses (url, status, asked_at, tries, reason)
    VALUES (:url, :status, :now, 1, :reason)
    ON CONFLICT (url) DO UPDATE SET
      status = iif(sha256 IS NULL OR :is_lost, excluded.status, status),
      sha256 = iif(:is_lost, NULL, sha256),
      asked_at = excluded.asked_at, tries = tries + 1, reason = excluded.reason
"""
_PICTURES: Final = f"""
    SELECT coalesce(status, 'left'), count(DISTINCT coalesce(file_url, url)) FROM pictures
    WHERE (status IS NOT NULL OR file_url IS NOT NULL OR NOT {_IN_BODY})
      AND (:all OR article_id IN (SELECT value FROM json_each(:ids)))
    GROUP BY 1
"""  # noqa: S608
_LINKED: Final = """
    SELECT coalesce(a.status, 'left'), count(DISTINCT file_url)
    FROM links LEFT JOIN file_addresses AS a ON a.url = file_url
    WHERE file_url IS NOT NULL
      AND file_url NOT IN (SELECT file_url FROM pictures WHERE file_url IS NOT NULL)
      AND (:all OR article_id IN (SELECT value FROM json_each(:ids)))
    GROUP BY 1
"""
_NAMED: Final = """
    SELECT url, status, reason, tries, asked_at FROM file_addresses WHERE status <> 'ok'
    UNION ALL
    SELECT DISTINCT url, status, 'on another host, which is not asked', 0, NULL FROM pictures
    WHERE status = 'foreign' AND file_url IS NULL
    ORDER BY 2, 5, 1
"""


@dataclass(frozen=True, slots=True)
class FileAddress:
    """An address that articles want a file of, and what came of asking it before."""

    url: str
    #: The newest article that wants it.
    article: int
    #: True when an article shows it as a picture, false when one only links to it.
    is_picture: bool
    status: str | None
    sha256: str | None
    etag: str | None
    last_modified: str | None
    asked_at: str | None
    tries: int
    #: Place and size of the file that it gave.
    path: str | None
    bytes: int | None
    #: True when that file is not there any more.
    is_lost: bool = False


def with_files(db: Database, base: Base | None, table: str, rows: Iterable[Row]) -> Iterable[Row]:
    """New rows of a part with the address of their file, and what is known of it."""
    if table == "links":
        return [{**row, "file_url": _linked_file(row["url"], base)} for row in rows]
    return _pictures(db, base, rows) if table == "pictures" else rows


def _pictures(db: Database, base: Base | None, rows: Iterable[Row]) -> list[Row]:
    placed = [{**row, **_place(row["url"], base)} for row in rows]
    files = [row["file_url"] for row in placed if row["file_url"] is not None]
    if files:
        known = {row["file_url"]: row for row in db.query(_KNOWN, {"urls": json.dumps(files)})}
        placed = [row | known.get(row["file_url"], {}) for row in placed]
    return placed


def _place(url: str, base: Base | None) -> Row:
    """What a picture's address alone says; one that is none of the blog's is ``foreign``."""
    file = file_url(url, base)
    is_foreign = file is None and url[:5].lower() != "data:"
    status = "foreign" if is_foreign else None
    return {"sha256": None, "path": None, "status": status, "file_url": file}


def _linked_file(url: str, base: Base | None) -> str | None:
    file = file_url(url, base)
    return file if file is not None and is_linked_file(file) else None


def settle(db: Database, base: Base | None) -> None:
    """Note what ``with_files`` gives for pictures and links that do not have it yet.

    Inside the caller's transaction.
    """
    pictures = f"SELECT DISTINCT url FROM pictures WHERE {_UNSETTLED}"  # noqa: S608
    for (url,) in db.execute(pictures).fetchall():
        db.execute(
            f"UPDATE pictures SET file_url = :file_url, status = :status"  # noqa: S608
            f" WHERE url = :url AND {_UNSETTLED}",
            {"url": url, **_place(url, base)},
        )
    for (url,) in db.execute("SELECT DISTINCT url FROM links WHERE file_url IS NULL").fetchall():
        if (file := _linked_file(url, base)) is not None:
            db.execute("UPDATE links SET file_url = ? WHERE url = ?", [file, url])
    db.execute(f"{_COPY} AND status IS NULL")


def wanted_files(
    db: Database, *, linked: bool, articles: Collection[int] | None = None
) -> list[FileAddress]:
    """The addresses of the files that articles want, each once, those of the newest first.

    ``linked`` adds the files that articles link to; ``articles`` limits these.
    """
    found: dict[str, FileAddress] = {}
    for row in db.query(_WANTED, {"linked": linked}):
        is_wanted = articles is None or row["article"] in articles
        if is_wanted and row["url"] not in found:
            found[row["url"]] = FileAddress(**row | {"is_picture": bool(row["is_picture"])})
        elif is_wanted and row["is_picture"] and not found[row["url"]].is_picture:
            found[row["url"]] = replace(found[row["url"]], is_picture=True)
    return list(found.values())


def note_read(
    db: Database, url: str, sha256: str, now: str, *, etag: str | None, last_modified: str | None
) -> None:
    """Note the file that an address gave, inside the caller's transaction."""
    values = {"sha256": sha256, "etag": etag, "last_modified": last_modified}
    db.execute(_READ, {"url": url, "now": now, **values})
    _copy(db, url)


def note_confirmed(
    db: Database, url: str, now: str, *, etag: str | None, last_modified: str | None
) -> None:
    """Note that an address still gives the same file, inside the caller's transaction."""
    values = {"etag": etag, "last_modified": last_modified}
    db.execute(_CONFIRMED, {"url": url, "now": now, **values})
    _copy(db, url)


def note_refused(
    db: Database, url: str, status: str, reason: str, now: str, *, is_lost: bool
) -> None:
    """Note that an address gave no file, inside the caller's transaction.

    A file that it gave before stays what the address has, unless that ``is_lost``.
    """
    values = {"status": status, "reason": reason, "is_lost": is_lost}
    db.execute(_REFUSED, {"url": url, "now": now, **values})
    _copy(db, url)


def _copy(db: Database, url: str) -> None:
    db.execute(f"{_COPY} AND file_url = ?", [url])


def count_pictures(db: Database, articles: Collection[int] | None = None) -> Counter[str]:
    """How many pictures of the bodies there are by status, each address once; ``left`` is null.

    ``articles`` limits the bodies.
    """
    return Counter(dict(db.execute(_PICTURES, _only(articles)).fetchall()))


def count_linked(db: Database, articles: Collection[int] | None = None) -> Counter[str]:
    """As ``count_pictures``, of the linked files that are no pictures of a body."""
    return Counter(dict(db.execute(_LINKED, _only(articles)).fetchall()))


def _only(articles: Collection[int] | None) -> dict[str, Any]:
    """The parameters of a query that may be limited to some articles."""
    return {"all": articles is None, "ids": json.dumps(list(articles or ()))}


def without_file(db: Database) -> list[dict[str, Any]]:
    """The addresses that gave no file, with status, reason, tries and when; failed ones first.

    Those of other hosts are among them, which are never asked.
    """
    return sorted(db.query(_NAMED), key=lambda row: row["status"] != "failed")
