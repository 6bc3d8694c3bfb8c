"""What needs the extra ``notebooks``, or the sentence that says so."""

from __future__ import annotations

from archiver.reading.analysis.dataset_error import DatasetError

try:
    from archiver.reading.analysis.loaded import load_dataset
except ImportError as error:
    raise DatasetError(
        f"archiver.load needs the extra notebooks ({error}): pip install '.[notebooks]' in the"
        " project's folder, or pip install 'kexue-archiver[notebooks] @ git+<address>'"
    ) from error

__all__ = ["load_dataset"]
