"""The counts of a run: they are for its report and decide nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from archiver.items import Article, Status
from archiver.run.report import Failure
from archiver.store.articles import Saved
from archiver.store.merge import Change


@dataclass(slots=True)
class RunCounts:
    """What one run has seen and done, by article or by address."""

    #: The article pages that the run means to read.
    planned: int = 0
    #: What index, listings and feed of this run have shown.
    listed: set[int] = field(default_factory=set)
    #: Further pages of comments that were read.
    comment_pages: int = 0
    changes: dict[int, Change] = field(default_factory=dict)
    protected: set[int] = field(default_factory=set)
    without_body: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    failed: dict[str, Failure] = field(default_factory=dict)
    missing: dict[str, Failure] = field(default_factory=dict)
    suspicious: dict[str, Failure] = field(default_factory=dict)
    #: What could not be read, and what no article needs.
    without: dict[str, Failure] = field(default_factory=dict)
    #: Pages whose comments were not believed, at least not all of them.
    comments: dict[str, Failure] = field(default_factory=dict)
    #: The pictures and other files that this run means to ask for, and how many it has dealt with.
    files_planned: int = 0
    files_done: int = 0
    #: Those that it did not get, by address.
    files: dict[str, Failure] = field(default_factory=dict)

    def count_saved(self, article: Article, url: str, saved: Saved) -> None:
        """Count an article whose page was read and stored."""
        self.changes[article.id] = saved.change
        self.forget_failure(url)
        if saved.suspicious is not None:
            self.suspicious[url] = Failure(url, article.id, saved.suspicious)
        elif article.status is Status.PROTECTED:
            self.protected.add(article.id)
        elif not article.body_html:
            self.without_body.add(article.id)

    def forget_failure(self, url: str) -> None:
        """Count an address as read after all."""
        self.failed.pop(url, None)
        self.missing.pop(url, None)

    def count_gone(self, article: int) -> None:
        """Count an article as gone, and its failed addresses as failures no more."""
        self.gone.add(article)
        for url in [url for url, failure in self.failed.items() if failure.article == article]:
            self.forget_failure(url)

    @property
    def troubled_articles(self) -> set[int | None]:
        """The articles that could not be read, or are suspicious."""
        kinds = (self.failed, self.missing, self.suspicious)
        return {failure.article for kind in kinds for failure in kind.values()}

    @property
    def named(self) -> set[str]:
        """The addresses that the report names with what is wrong."""
        return {*self.failed, *self.missing, *self.suspicious}

    @property
    def done(self) -> int:
        """How many article pages have been dealt with, well or badly."""
        return len((self.changes.keys() | self.troubled_articles | self.gone) - {None})

    def for_report(self, archived: Collection[int]) -> Mapping[str, Any]:
        """The fields of ``Report`` that are counted here; ``archived`` are all archived ids."""
        trouble = self.troubled_articles
        other = {*self.protected, *trouble, *self.gone}
        asked = self.listed or set(self.changes)
        fresh = {a for a, change in self.changes.items() if change is not Change.UNCHANGED}
        return {
            "listed": len(self.listed),
            "archived": len(archived),
            "new": self._count(Change.NEW, other),
            "changed": self._count(Change.CHANGED, other),
            "unchanged": len((asked & set(archived)) - fresh - other),
            "protected": len(self.protected - trouble),
            "gone": len(self.gone),
            "without_body": len(self.without_body),
            "left": len(asked - set(archived) - trouble),
            "missing": list(self.missing.values()),
            "failed": list(self.failed.values()),
            "suspicious": list(self.suspicious.values()),
            "without": list(self.without.values()),
            "comment_doubts": list(self.comments.values()),
            "pictures": list(self.files.values()),
        }

    def _count(self, change: Change, other: set[int | None]) -> int:
        return sum(1 for a, made in self.changes.items() if made is change and a not in other)
