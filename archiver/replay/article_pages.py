"""The pages of articles in recorded runs, for reading them ahead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from archiver import site
from archiver.replay.answers import RecordedAnswers
from archiver.warc.recorded_runs import Place, RecordedRun


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """A page to read: the number of its capture, where its body is, and whose it is."""

    capture: int
    path: Path
    place: Place
    article: int
    base_url: str
    #: When it was received (UTC, ISO 8601).
    received_at: str
    #: A larger body is not unpacked.
    most: int


def article_pages(
    folder: Path, runs: Iterable[RecordedRun], answers: RecordedAnswers
) -> Iterator[ArticlePage]:
    """The whole pages of articles in the order in which they came."""
    for run in runs:
        url = str(run.settings.get("KEXUE_BASE_URL"))
        base = site.Base.parse(url)
        for exchange in run.exchanges:
            article = site.article_id(exchange.url, base)
            place = None if article is None else answers.place_of_body(exchange)
            if article is not None and place is not None:
                yield ArticlePage(
                    capture=exchange.capture,
                    path=folder / place.warc,
                    place=place,
                    article=article,
                    base_url=url,
                    received_at=exchange.sent_at,
                    most=run.largest_body,
                )
