"""The file that is loaded for a path, for a data folder, or for nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from archiver.reading.dataset.dataset_error import DatasetError

#: The archive of ``scrapy demo`` is taken where there is no other.
_DEMO: Final = "demo"
#: The database has more than the JSONL file, so it is taken where both are there.
_ENDINGS: Final = (".db", ".jsonl")


def chosen_file(path: str | os.PathLike[str] | None) -> Path:
    """The database or JSONL file at a path, or the one archive of a data folder.

    Without a path the folder is ``KEXUE_DATA_DIR`` of the environment, or ``data`` in the working
    directory; ``KEXUE_NAME`` of the environment names the archive in a folder. Raises
    ``DatasetError`` where there is nothing, or more than one archive.
    """
    chosen = Path(os.path.expanduser(path or os.environ.get("KEXUE_DATA_DIR") or "data"))  # noqa: PTH111 - ``Path.expanduser`` raises where there is no home
    if chosen.is_dir():
        return _in_folder(chosen)
    if not chosen.exists():
        raise DatasetError(f"there is no archive at {chosen}; crawl first, or give another path")
    return chosen


def _in_folder(folder: Path) -> Path:
    name = os.environ.get("KEXUE_NAME")
    for ending in _ENDINGS:
        found = [folder / f"{name}{ending}"] if name else _files(folder, ending)
        others = [file for file in found if file.stem != _DEMO] or found
        if len(others) > 1:
            names = ", ".join(file.name for file in others)
            raise DatasetError(f"{folder} has several archives ({names}); give the path of one")
        if others and others[0].exists():
            return others[0]
    wanted = f"no archive {name}" if name else "no archive"
    raise DatasetError(f"there is {wanted} in {folder}; crawl first, or give another path")


def _files(folder: Path, ending: str) -> list[Path]:
    """The files of a folder with an ending, sorted by name."""
    try:
        return sorted(file for file in folder.glob(f"*{ending}") if file.is_file())
    except OSError as error:
        raise DatasetError(f"cannot read {folder}: {error.strerror}") from error
