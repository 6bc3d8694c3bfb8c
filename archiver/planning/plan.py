"""The plan of a run: the arguments of the spider, checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Final

_YES: Final = frozenset({"1", "true", "yes", "on"})
_NO: Final = frozenset({"0", "false", "no", "off", ""})


def _argument(default: Any, example: str, meaning: str) -> Any:
    """A field of the plan, with what ``scrapy crawl --help`` says of it."""
    return field(default=default, metadata={"example": example, "meaning": meaning})


@dataclass(frozen=True)
class Plan:
    """The arguments of a run, with the meaning of each."""

    full: bool = _argument(False, "1", "read every article again, also the archived ones")
    ids: tuple[int, ...] = _argument(
        (), "6583,7006", "read these articles only, without the listing pages"
    )
    since: str | None = _argument(
        None, "2024-01-31", "read only articles that were published on this day or later"
    )
    limit: int | None = _argument(None, "10", "read at most this many articles")
    readers: bool = _argument(
        False, "1", "read the listing pages only, for the reader counts of all articles"
    )
    accept: bool = _argument(
        False, "1", "take the pages of ids= as they are, also where they look like a changed theme"
    )
    pictures: bool = _argument(
        False, "1", "fetch all pictures that are still missing, and read no articles"
    )

    comments: bool = _argument(
        False, "1", "read the further pages of comments too, where some are missing"
    )

    @classmethod
    def parse(
        cls,
        full: str | bool | None = None,
        ids: str | Iterable[int] | None = None,
        since: str | None = None,
        limit: str | int | None = None,
        readers: str | bool | None = None,
        accept: str | bool | None = None,
        comments: str | bool | None = None,
        pictures: str | bool | None = None,
        **unknown: object,
    ) -> Plan:
        """Read the arguments as ``-a`` gives them; ``ValueError`` names the wrong one."""
        if unknown:
            known = ", ".join(argument.name for argument in ARGUMENTS)
            raise ValueError(f"no argument {', '.join(sorted(unknown))}; there are {known}")
        plan = cls(
            full=_parse_switch("full", full),
            ids=_parse_ids(ids),
            since=_parse_day(since),
            limit=_parse_limit(limit),
            readers=_parse_switch("readers", readers),
            accept=_parse_switch("accept", accept),
            comments=_parse_switch("comments", comments),
            pictures=_parse_switch("pictures", pictures),
        )
        plan._check()
        return plan

    def _check(self) -> None:
        """Raise ``ValueError`` for arguments that contradict each other."""
        if self.readers and self != Plan(readers=True):
            raise ValueError("readers=1 reads the listing pages only; give no other argument")
        if self.pictures and self != Plan(pictures=True):
            raise ValueError("pictures=1 fetches pictures only; give no other argument")
        if self.accept and not self.ids:
            raise ValueError("accept=1 needs ids=…: the articles whose pages are right as they are")

    @property
    def mode(self) -> str:
        """The name of this kind of run in ``runs.mode``."""
        if self.readers:
            return "readers"
        if self.pictures:
            return "pictures"
        if self.ids:
            return "ids"
        if self.since is not None or self.limit is not None:
            return "partial"
        return "full" if self.full else "normal"


@dataclass(frozen=True, slots=True)
class Argument:
    """A spider argument, for the help."""

    name: str
    #: A value that it may have.
    example: str
    meaning: str


ARGUMENTS: Final = tuple(Argument(entry.name, **entry.metadata) for entry in fields(Plan))


def _parse_switch(name: str, value: str | bool | None) -> bool:
    text = str(value or "").strip().lower()
    if text in _YES:
        return True
    if text in _NO or value is False:
        return False
    raise ValueError(f"{name}={value} is neither 1 nor 0")


def _parse_ids(value: str | Iterable[int] | None) -> tuple[int, ...]:
    if value is None:
        return ()
    parts = value.split(",") if isinstance(value, str) else [str(part) for part in value]
    ids = [part.strip() for part in parts]
    wrong = [
        part
        for part in ids
        if not (part.isascii() and part.isdigit() and len(part) < 10 and int(part) > 0)
    ]
    if wrong or not ids:
        raise ValueError(f"ids={value} is not a list of archive ids like 6583,7006")
    return tuple(dict.fromkeys(int(part) for part in ids))


def _parse_day(value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value.strip()).isoformat()
    except ValueError:
        raise ValueError(f"since={value} is not a day like 2024-01-31") from None


def _parse_limit(value: str | int | None) -> int | None:
    if value is None:
        return None
    text = str(value).strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise ValueError(f"limit={value} is not a number of articles from 1 on")
    return int(text)
