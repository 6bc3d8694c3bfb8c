"""Settings from the environment: the variable ``KEXUE_…`` is the setting of that name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

PREFIX: Final = "KEXUE_"
#: No setting: a hook command finds the exit status of the run in it.
EXIT_STATUS: Final = "KEXUE_EXIT_STATUS"
#: Above ``archiver/settings.py`` (20) and spiders (30), below ``-s`` (40).
_PRIORITY: Final = 35


def apply_environment(settings: BaseSettings) -> None:
    """Set what the environment has, as ``-s`` does; a name in small letters, or of no setting, too.

    ``archiver.setting_names.find_unknown`` finds those.
    """
    for name, value in os.environ.items():
        if name.upper().startswith(PREFIX) and name != EXIT_STATUS:
            settings.set(name, value, priority=_PRIORITY)


def is_from_environment(settings: BaseSettings, name: str) -> bool:
    """True when a setting has the value of the environment."""
    return settings.getpriority(name) == _PRIORITY


def with_origin(sentence: str, settings: BaseSettings, name: str) -> str:
    """A complaint about a setting, which says so when the value is from the environment."""
    return f"in the environment: {sentence}" if is_from_environment(settings, name) else sentence
