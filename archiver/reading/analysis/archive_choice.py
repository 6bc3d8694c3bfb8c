"""The file that is loaded for a path, for a data folder, or for nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from archiver.reading.analysis.dataset_error import DatasetError

#: The archives of ``scrapy demo`` are taken where there is no other: that of several days first.
_DEMOS: Final = ("demo-days", "demo")
#: The database has more than the JSONL file, so it is taken where both are there.
_ENDINGS: Final = (".db", ".jsonl")


def chosen_file(path: str | os.PathLike[str] | None) -> Path:
    """The database or JSONL file at a path, or the one archive of a data folder.

    Without a path the folder is ``KEXUE_DATA_DIR`` of the environment, or ``data`` in the working
    directory; ``KEXUE_NAME`` of the environment names the archive in a folder. Raises
    ``DatasetError`` where there is nothing, or more than one archive.
    """
    chosen = Path(os.path.expanduser(path or os.environ.get("KEXUE_DATA_DIR") or "data"))  # noqa: PTH111 - ``Path.expanduser`` raises where there is no home
    try:
        is_folder, is_there = chosen.is_dir(), chosen.exists()
    except OSError as error:
        raise DatasetError(f"cannot read {chosen}: {error.strerror}") from error
    if not is_there:
        raise DatasetError(f"there is no archive at {chosen}; crawl first, or give another path")
    return _in_folder(chosen) if is_folder else chosen


def _in_folder(folder: Path) -> Path:
    name = os.environ.get("KEXUE_NAME")
    for ending in _ENDINGS:
        found = _named(folder, [name], ending) if name else _only(folder, ending)
        if found:
            return found
    wanted = f"no archive {name}" if name else "no archive"
    raise DatasetError(f"there is {wanted} in {folder}; crawl first, or give another path")


def _only(folder: Path, ending: str) -> Path | None:
    """The one file of a folder with an ending, or that of a demo; ``None`` where there is none."""
    found = [file for file in _files(folder, ending) if file.stem not in _DEMOS]
    if len(found) > 1:
        names = ", ".join(file.name for file in found)
        raise DatasetError(f"{folder} has several archives ({names}); give the path of one")
    return found[0] if found else _named(folder, _DEMOS, ending)


def _named(folder: Path, names: Iterable[str], ending: str) -> Path | None:
    """The first of some files that is there."""
    files = (folder / f"{name}{ending}" for name in names)
    return next((file for file in files if file.is_file()), None)


def _files(folder: Path, ending: str) -> list[Path]:
    """The files of a folder with an ending, sorted by name."""
    try:
        return sorted(file for file in folder.glob(f"*{ending}") if file.is_file())
    except OSError as error:
        raise DatasetError(f"cannot read {folder}: {error.strerror}") from error
