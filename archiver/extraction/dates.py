"""The text of a byline or feed to a date in ISO 8601, in Asia/Shanghai; none is ever invented."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

from archiver import clock, site
from archiver.extraction.doubt import Doubt
from archiver.items import Article, CommentPage, Item

#: Tried first by dateparser, 35 times faster than its search through the languages.
_FORMATS: Final = ["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%a, %d %b %Y %H:%M:%S %z"]
_SETTINGS: Final = {
    "TIMEZONE": "Asia/Shanghai",
    "TO_TIMEZONE": "Asia/Shanghai",
    "RETURN_AS_TIMEZONE_AWARE": True,
    # No relative dates ("3天前") and no timestamps: they would be invented ones.
    "PARSERS": ["custom-formats", "absolute-time"],
    "REQUIRE_PARTS": ["day", "month", "year"],
    "DATE_ORDER": "YMD",
}
#: dateparser tries every part of a text; no date has so many characters.
_LONGEST: Final = 100
#: A day as the blog writes it: a twentieth of what dateparser needs for the same.
_DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}\Z")
_YEAR_FIRST = re.compile(r"\d{4}\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})")
_WORD = re.compile(r"\(?\b(?P<word>[A-Za-z]{2,6})\b\)?")
#: Names of zones that are an offset. ``CST`` is China's and America's: the others are none.
_ZERO: Final = frozenset({"GMT", "UTC", "UT"})
_OFFSET = re.compile(r":\d{2}\s*[+-]\d{2}:?\d{2}\b")
_ZONE = re.compile(rf"{_OFFSET.pattern}|\d\s*(?:Z|{'|'.join(sorted(_ZERO))})\b", re.IGNORECASE)
_TIME = re.compile(r"\d{1,2}\s*[:：时點点]\s*\d{1,2}")


def fill_dates(item: Item) -> list[Doubt]:
    """Fill ``published`` and ``published_at`` of an item from its ``date_text``, in place.

    Of an article the text of the feed may tell the exact time. It is taken only when it is of the
    day that the page shows, so that a re-dated article does not get a time of another day. Returns
    the doubt about a text that is no date.
    """
    if isinstance(item, CommentPage):
        return []
    text = item.date_text
    published, published_at = parse_date(text)
    doubts = [Doubt(item.id, "date", text)] if text and published is None else []
    feed_day, feed_time = parse_feed_date(item.feed_text if isinstance(item, Article) else None)
    if feed_time is not None and published in {None, feed_day}:
        published, published_at = feed_day, published_at or feed_time
    item.published, item.published_at = published, published_at
    return doubts


def parse_date(text: str | None, now: datetime | None = None) -> tuple[str | None, str | None]:
    """The day (``YYYY-MM-DD``) and, if the text tells it, the exact time (ISO 8601 with offset).

    Both are in Asia/Shanghai. A day before 2009 or after tomorrow (of ``now``) is refused: such
    results come from texts that dateparser reads wrongly, as ``2013 年 6 月`` for the year 13.
    With a zone that has a name (``CST``) and no offset, only the day is told, as it is written.
    """
    said = _WORD.sub(_without_zone, text).strip() if text and len(text) <= _LONGEST else ""
    moment = _parse(said) if said else None
    if moment is None:
        return None, None
    today = (now or clock.now()).astimezone(site.TIMEZONE).date()
    if not is_plausible(moment.date(), today):
        return None, None
    is_exact = _TIME.search(said) and (said == str(text).strip() or _OFFSET.search(said))
    return moment.date().isoformat(), moment.isoformat(timespec="seconds") if is_exact else None


def parse_feed_date(text: str | None) -> tuple[str | None, str | None]:
    """The same as ``parse_date`` for the text of a feed.

    RSS wants a zone behind a time. A time without one is not taken, as its zone is not known.
    """
    day, time = parse_date(text)
    return day, time if text and _ZONE.search(text) else None


def _without_zone(word: re.Match[str]) -> str:
    """An empty text for the name of a time zone, in brackets or not; any other word as it is."""
    from dateparser.timezone_parser import word_is_tz  # noqa: PLC0415 - see _parse

    name = word["word"].upper()
    return "" if word_is_tz(name) and name not in _ZERO else word[0]


def is_plausible(day: date, today: date) -> bool:
    """True when the blog can have published on a day: from its first one until tomorrow.

    Both are days in Asia/Shanghai. An author's clock may be ahead.
    """
    return site.FIRST_DAY <= day <= today + timedelta(days=1)


@lru_cache(maxsize=4096)
def _parse(text: str) -> datetime | None:
    """The time that a text tells, in Asia/Shanghai; ``None`` unless it names year, month and day.

    A year that does not stand in the text is dateparser's own and is refused.
    """
    if _DAY.match(text):
        with suppress(ValueError):  # there is no such day
            return datetime.fromisoformat(text).replace(tzinfo=site.TIMEZONE)
    # Days are most of what is read, and many commands read none: it takes a sixth of a second.
    import dateparser  # noqa: PLC0415

    try:
        moment = dateparser.parse(
            text, languages=["zh", "en"], date_formats=_FORMATS, settings=dict(_SETTINGS)
        )
    except (ValueError, OverflowError, TypeError):  # dateparser lets some of these out
        return None
    if not isinstance(moment, datetime) or str(moment.year) not in text:
        return None
    year_first = _YEAR_FIRST.match(text)
    if year_first and not _says(year_first, moment):
        return None  # dateparser turns 2019-13-01 into the 13th of January
    return moment.astimezone(site.TIMEZONE)


def _says(numbers: re.Match[str], moment: datetime) -> bool:
    """True when the second and third number of a text are month and day of a time.

    They may be so in the time's own zone, in Asia/Shanghai or in UTC.
    """
    said = int(numbers["month"]), int(numbers["day"])
    moments = (moment, moment.astimezone(site.TIMEZONE), moment.astimezone(UTC))
    return said in {(m.month, m.day) for m in moments}
