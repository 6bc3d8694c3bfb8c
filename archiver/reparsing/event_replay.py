"""Goes through the events of an article once more, in a database in memory.

What is written there is written by the functions of a crawl (``save_article``, ``mark_gone``), so
it is what a crawl of this version would have made of the same pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlite_utils import Database

from archiver.body.read import read_stored_body
from archiver.items import Article, CommentPage, Status
from archiver.reparsing.captured_pages import CapturedPages
from archiver.reparsing.events import Event
from archiver.store.articles import get_article, save_article
from archiver.store.captures import Capture
from archiver.store.migrations import migrations
from archiver.store.records import Row, article_row
from archiver.store.revisions import number_of
from archiver.store.schema import ARTICLES, CHANGES, DERIVED, REVISIONS, TABLES
from archiver.store.tombstones import mark_gone

_NEXT: Final = "SELECT coalesce(max(number), 0) + 1 FROM revisions"
_KEPT: Final = ("author", "published", "category", "tags")


def memory_database() -> Database:
    """An empty archive in memory, whose index no text is taken into.

    It refers to captures that it lacks.
    """
    db = Database(memory=True)
    migrations.apply(db)
    return db


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, the change that it is now (if any), and the number that its version has now."""

    event: Event
    change: Row | None
    number: int | None


@dataclass(slots=True)
class Replayed:
    """What a crawl of this version would have made."""

    #: The row in ``articles``; ``None`` where no event has made one.
    row: Row | None = None
    #: The page that the current body was read from; ``None``: it is as it was stored.
    source: Article | None = None
    #: True when no capture shows what the article was seen as last.
    is_restored: bool = False
    revisions: list[Row] = field(default_factory=list)
    changes: list[Happened] = field(default_factory=list)
    #: By capture: when it was received, and the comments on the page, where it was taken.
    comments: dict[int, tuple[str, CommentPage]] = field(default_factory=dict)


class Replay:
    """The events of one article, one after the other; ``db`` is one of ``memory_database``."""

    def __init__(self, db: Database, pages: CapturedPages, stored_row: Row) -> None:
        self._db = db
        self._pages = pages
        self._stored = stored_row
        self._id: int = stored_row["id"]
        #: The number that each stored version has now.
        self._numbers: dict[int, int] = {}
        self._last_change = 0
        self._made = Replayed()

    def run(self, events: Iterable[Event]) -> Replayed:
        """Go through the events; raises ``UnreadableCapture``."""
        for table in TABLES:
            self._db.execute(f"DELETE FROM {table.name}")  # noqa: S608
        for event in events:
            self._take(event)
            self._note(event)
        self._made.row = self._row()
        query = "SELECT * FROM revisions ORDER BY number"
        self._made.revisions = list(self._db.query(query))
        return self._made

    def _take(self, event: Event) -> None:
        if event.capture is not None:
            self._read(event, event.capture, self._pages.read(event.capture, event.version))
        elif event.kind == "gone":
            mark_gone(self._db, self._id, event.moment)
        else:
            self._restore(event)

    def _read(self, event: Event, capture: Capture, article: Article) -> None:
        """Store a page. What was taken for the author's stays so."""
        was_taken = event.kind not in {None, "suspicious"}
        saved = save_article(self._db, article, event.moment, accept=was_taken)
        if saved.suspicious is None:
            self._made.is_restored = False
            if article.comments is not None:
                self._made.comments[capture.id] = capture.fetched_at, article.comments
            if article.status is not Status.PROTECTED:
                self._made.source = article

    def _note(self, event: Event) -> None:
        """Note the change that the event was, and the number that its version has."""
        query = "SELECT * FROM changes WHERE id > ?"
        change = next(iter(self._db.query(query, [self._last_change])), None)
        row = self._row()
        number = None if row is None else number_of(self._db, row)
        if change is not None:
            self._last_change = change["id"]
            number = change["revision"] or number
        if event.version is not None and number is not None:
            self._numbers.setdefault(event.version["number"], number)
        self._made.changes.append(Happened(event, change, number))

    def _row(self) -> Row | None:
        return get_article(self._db, self._id)

    # --- What no capture shows ------------------------------------------------------------------

    def _restore(self, event: Event) -> None:
        """Store a version and a change as they are."""
        version = event.version
        # A password hides a text that was read here a moment ago: what is read better stays better.
        is_read = (
            event.kind == "protected"
            and self._made.source is not None
            and not self._made.is_restored
            and self._has(version)
        )
        if version is not None:
            version = self._version_now(version)
        if event.kind != "suspicious":
            self._put(self._row_of(version, event.kind))
            self._made.is_restored = not is_read
            if event.kind != "protected":
                self._made.source = None
        if event.change is not None:
            number = None if version is None else version["number"]
            values = {**event.change, "id": self._last_change + 1, "revision": number}
            _insert(self._db, CHANGES.names, "changes", values)

    def _has(self, version: Row | None) -> bool:
        """True when a version has come before in this replay."""
        return version is not None and version["number"] in self._numbers

    def _version_now(self, version: Row) -> Row:
        """A stored version as it is in this replay, where it is put as it is when it is new."""
        if not self._has(version):
            (number,) = self._db.execute(_NEXT).fetchone()
            _insert(self._db, REVISIONS.names, "revisions", {**version, "number": number})
            self._numbers[version["number"]] = number
        known = "SELECT * FROM revisions WHERE number = ?"
        return next(iter(self._db.query(known, [self._numbers[version["number"]]])))

    def _put(self, row: Row) -> None:
        self._db.execute("DELETE FROM articles")
        _insert(self._db, ARTICLES.names, "articles", row)

    def _row_of(self, version: Row | None, kind: str | None) -> Row:
        """The row of an article that has a version; without one it has no body."""
        is_protected = kind == "protected" or version is None
        status = Status.PROTECTED if is_protected else Status.PUBLISHED
        row = {**self._stored, "status": status, "gone_at": None}
        if version is None:
            empty = ("body_html", "content_sha256", *DERIVED)
            return {**row, **dict.fromkeys(empty)}
        told = {name: version[name] for name in _KEPT if version[name] is not None}
        columns = {name: version[name] for name in ("title", "body_html", "content_sha256")}
        if row["content_sha256"] != version["content_sha256"]:
            row |= _derived(row["id"], version["body_html"] or "")
        return {**row, **told, **columns}


def _derived(article: int, body_html: str) -> Row:
    """The columns that are made of a stored body."""
    body = read_stored_body(body_html)
    item = Article(
        article,
        body_html=body_html,
        body_text=body.text,
        body_markdown=body.markdown,
        formulas=body.formulas,
        pictures=body.pictures,
    )
    row = article_row(item)
    return {name: row[name] for name in DERIVED}


def _insert(db: Database, columns: Iterable[str], table: str, row: Row) -> None:
    names = list(columns)
    values: list[Any] = [row[name] for name in names]
    marks = ", ".join("?" for _ in names)
    db.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", values)  # noqa: S608
