"""The names of settings: those of this project, and those that neither it nor Scrapy has."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from scrapy.settings import SETTINGS_PRIORITIES, Settings

from archiver import settings as defaults
from archiver.environment import PREFIX

#: ``KEXUE_NAME = "kexue"  # what it means`` of ``archiver/settings.py``.
_LINE: Final = re.compile(r"^(KEXUE_\w+) = .*?  # (.+)$", re.MULTILINE)
#: How alike two names are when one is taken for a slip of the other, from 0 to 1.
_ALIKE: Final = 0.85


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of this project."""

    name: str
    default: Any
    meaning: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A setting that neither Scrapy nor this project has."""

    name: str
    #: The setting that was probably meant.
    meant: str | None
    #: True when it was given on the command line.
    is_given: bool


def own_settings() -> list[Setting]:
    """The settings of this project, with the comments of ``archiver/settings.py``."""
    found = _LINE.findall(inspect.getsource(defaults))
    return [Setting(name, getattr(defaults, name), meaning) for name, meaning in found]


def find_unknown(settings: Settings) -> Iterator[Unknown]:
    """The settings that neither Scrapy nor this project has, each with the name it is near to.

    A name of the settings file that is near to no other is left out: it may be a constant, or the
    setting of somebody's extension.
    """
    known = {*Settings(), *(name for name in vars(defaults) if name.startswith(PREFIX))}
    for name in settings:
        if name not in known:
            near = get_close_matches(name.upper(), known, n=1, cutoff=_ALIKE)
            given = settings.getpriority(name) == SETTINGS_PRIORITIES["cmdline"]
            if near or given or name.upper().startswith(PREFIX):
                yield Unknown(name, near[0] if near else None, given)
