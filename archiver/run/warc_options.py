"""What the settings say of the WARC files: where they are, their size, what is told in them."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archiver import __version__
from archiver.run.archive_files import files_of
from archiver.run.file_options import largest_file_of

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

_MEGABYTE: Final = 10**6
#: Settings that decide what a run asks for and how. None of them can hold a secret, as those of
#: hooks can.
_TOLD: Final = (
    "KEXUE_BASE_URL", "KEXUE_NAME", "KEXUE_RECHECK", "ROBOTSTXT_OBEY", "DOWNLOAD_DELAY",
    "DOWNLOAD_TIMEOUT", "DOWNLOAD_MAXSIZE", "CONCURRENT_REQUESTS", "RETRY_TIMES",
    "KEXUE_PICTURES", "KEXUE_PICTURES_PER_RUN", "KEXUE_ATTACHMENTS", "KEXUE_FILE_SIZE",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WarcOptions:
    """How a run writes WARC files."""

    folder: Path
    #: A file of so many bytes is full.
    most: int
    #: The fields of ``warcinfo``.
    about: Mapping[str, str]
    #: The most bytes of a body of which a hash is made.
    largest_body: int


def warc_folder_of(settings: BaseSettings) -> Path:
    """The folder of the WARC files: ``warc``, or ``<name>-warc`` of another archive than kexue."""
    name = settings["KEXUE_NAME"]
    folder = "warc" if name == "kexue" else f"{name}-warc"
    return files_of(settings)["database"].parent / folder


def warc_options_of(settings: BaseSettings) -> WarcOptions | None:
    """The options of the settings; ``None`` where ``KEXUE_WARC`` switches the files off."""
    if not settings.getbool("KEXUE_WARC"):
        return None
    return WarcOptions(
        folder=warc_folder_of(settings),
        most=settings.getint("KEXUE_WARC_SIZE") * _MEGABYTE,
        about=_about(settings),
        largest_body=_largest_body(settings),
    )


def _largest_body(settings: BaseSettings) -> int:
    """The most bytes of a body that a run takes, of a page or another file; 0 is no limit."""
    page = settings.getint("DOWNLOAD_MAXSIZE")
    return max(page, largest_file_of(settings)) if page else sys.maxsize


def _about(settings: BaseSettings) -> dict[str, str]:
    told = {name: settings[name] for name in _TOLD}
    return {
        "software": f"kexue-archiver/{__version__} Scrapy/{version('scrapy')}"
        f" warcio/{version('warcio')}",
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "operator": _one_line(settings["KEXUE_CONTACT"]),
        "http-header-user-agent": _one_line(settings["USER_AGENT"]),
        "robots": "obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
        "isPartOf": _one_line(settings["KEXUE_NAME"]),
        "settings": json.dumps(told, ensure_ascii=False, default=str),
    }


def _one_line(value: object) -> str:
    """A setting as a field of ``warcinfo``, which a line break would end."""
    return " ".join(str(value).split())
