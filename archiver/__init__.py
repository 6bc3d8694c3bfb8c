"""A complete, faithful and lasting archive of the blog 科学空间 (kexue.fm)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import os

    from archiver.reading.analysis.loaded import Dataset

__version__: Final = "0.1.0"

#: Rises with every change of the extraction that can give another result for the same page.
PARSER_VERSION: Final = 4


def load(path: str | os.PathLike[str] | None = None) -> Dataset:
    """Load an archive for analysis; needs the extra ``notebooks`` (pandas, networkx).

    ``path`` is a database, a JSONL file, or a data folder; without it the folder is
    ``KEXUE_DATA_DIR`` of the environment, or ``data``. Of a folder the one archive in it is loaded
    (that of the demo where there is no other), or the one that ``KEXUE_NAME`` names. Raises
    ``archiver.reading.analysis.dataset_error.DatasetError``: one sentence, which says what to do.

    >>> with archiver.load() as data:
    ...     len(data.articles())
    63
    """
    # Not at the top: commands and crawl need no pandas, and the package stays quick to import.
    from archiver.reading.analysis.extra import load_dataset  # noqa: PLC0415

    return load_dataset(path)
