"""What has happened to an article, in its order: readings of its page, deletions, older versions.

A reading has a capture. A change that was noted without one (WARC files were switched off, or the
archive is older than they are) is an event of its own; where a capture shows its version, the page
is read from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archiver.reparsing.stored_article import StoredArticle
from archiver.store.captures import Capture
from archiver.store.records import Row

#: Changes whose version is what the page showed.
_READ = frozenset({"new", "edited", "opened", "returned", "suspicious"})


@dataclass(frozen=True, slots=True)
class Event:
    """One reading of the page or one change; times are UTC, ISO 8601."""

    moment: str
    #: The capture whose page is read; ``None``: there is none, or the article was gone.
    capture: Capture | None
    #: The row of ``changes`` that was noted of it.
    change: Row | None = None
    #: The version in ``revisions`` that the article had then, or that was not taken.
    version: Row | None = None

    @property
    def kind(self) -> str | None:
        """The kind of the change that was noted."""
        return None if self.change is None else str(self.change["kind"])


def events_of(stored: StoredArticle) -> Iterator[Event]:
    """The events of an article, in their order."""
    current: Row | None = None
    named = {change["revision"] for change in stored.changes}
    unnamed = [v for n, v in stored.versions.items() if n not in named and not v["capture_id"]]
    for capture, change in _in_order(stored):
        event = _event(stored, capture, change, current)
        yield event
        if event.kind not in {"gone", "suspicious"}:
            current = event.version
        number = 0 if event.version is None else event.version["number"]
        while unnamed and unnamed[0]["number"] == number + 1:
            current = unnamed.pop(0)
            number = current["number"]
            yield Event(current["seen_at"], None, version=current)


def _event(
    stored: StoredArticle, capture: Capture | None, change: Row | None, current: Row | None
) -> Event:
    if change is None:
        assert capture is not None
        return Event(capture.fetched_at, capture, version=current)
    version = stored.versions.get(change["revision"])
    if capture is None and version is not None and change["kind"] in _READ:
        known = {each.id: each for each in stored.captures}
        capture = known.get(version["capture_id"])
    return Event(change["seen_at"], capture, change, version)


def _in_order(stored: StoredArticle) -> Iterator[tuple[Capture | None, Row | None]]:
    """Captures and changes; a capture stands beside the change that was noted of it."""
    own = _own_changes(stored)
    taken = {change["id"] for change in own.values()}
    free = [change for change in stored.changes if change["id"] not in taken]
    bounds = {change["id"]: _bounds(change, own) for change in free}
    for capture in stored.captures:
        before = [n for n, u in enumerate(free) if _is_before(u, capture, *bounds[u["id"]])]
        for _ in range(max(before, default=-1) + 1):
            yield None, free.pop(0)
        yield capture, own.get(capture.id)
    for change in free:
        yield None, change


def _own_changes(stored: StoredArticle) -> dict[int, Row]:
    """The change that was noted of each capture: the first of those that name it."""
    own: dict[int, Row] = {}
    known = {capture.id for capture in stored.captures}
    for change in stored.changes:
        if change["capture_id"] in known:
            own.setdefault(change["capture_id"], change)
    return own


def _bounds(change: Row, own: Mapping[int, Row]) -> tuple[int, int | None]:
    """The last capture with a change noted before this one, the first with one noted after it."""
    place = _place(change)
    before = [capture for capture, other in own.items() if _place(other) < place]
    after = [capture for capture, other in own.items() if _place(other) > place]
    return max(before, default=0), min(after, default=None)


def _place(change: Row) -> tuple[str, int]:
    return change["seen_at"], change["id"]


def _is_before(change: Row, capture: Capture, last: int, following: int | None) -> bool:
    """True when a change without a capture was noted before a capture was received.

    An article that is gone is read next when it has returned, which is a change.
    """
    if capture.id <= last:
        return False
    if following is not None and following <= capture.id:
        return True
    return change["kind"] != "gone" and str(change["seen_at"]) < capture.fetched_at
