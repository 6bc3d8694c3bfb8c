"""What the settings say of pictures and other files: where they are, how many, how large."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archiver.run.archive_files import files_of

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

_MEGABYTE: Final = 10**6


@dataclass(frozen=True, slots=True)
class FileOptions:
    """How a run fetches pictures and other files."""

    folder: Path
    #: True when it fetches the files that articles link to, too.
    linked: bool
    #: The most addresses that a run asks for.
    most: int
    #: An address is asked for again after so many days; 0: never.
    days: int
    #: The most bytes of a file.
    largest: int


def file_folder_of(settings: BaseSettings) -> Path:
    """The folder of the files: ``files``, or ``<name>-files`` of another archive than kexue."""
    name = settings["KEXUE_NAME"]
    folder = "files" if name == "kexue" else f"{name}-files"
    return files_of(settings)["database"].parent / folder


def largest_file_of(settings: BaseSettings) -> int:
    """The most bytes of a picture or another file."""
    return settings.getint("KEXUE_FILE_SIZE") * _MEGABYTE


def file_options_of(settings: BaseSettings) -> FileOptions | None:
    """The options of the settings; ``None`` where ``KEXUE_PICTURES`` leaves the files out."""
    if not settings.getbool("KEXUE_PICTURES"):
        return None
    return FileOptions(
        folder=file_folder_of(settings),
        linked=settings.getbool("KEXUE_ATTACHMENTS"),
        most=settings.getint("KEXUE_PICTURES_PER_RUN"),
        days=settings.getint("KEXUE_PICTURE_DAYS"),
        largest=largest_file_of(settings),
    )
