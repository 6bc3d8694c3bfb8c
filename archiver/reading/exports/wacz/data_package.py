"""What a WACZ file says of itself: its files with their hashes, and the seal on that."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from archiver import __version__
from archiver.reading.exports.wacz.page_list import Page
from archiver.reading.exports.wacz.zip_parts import Part
from archiver.store.errors import StoreError

#: The names in the WACZ file.
PACKAGE, SEAL = "datapackage.json", "datapackage-digest.json"
_SOFTWARE: Final = "kexue-archiver"
_VERSION: Final = "1.1.1"
_TITLE: Final = "科学空间"
_PIECE: Final = 1 << 20
#: What differs though the archive is the same.
_OF_THE_MOMENT: Final = frozenset({"created", "software"})


def package_text(parts: Iterable[Part], main: Page | None, created: str) -> str:
    """The file ``datapackage.json``; ``created`` is a time in UTC as WARC writes it."""
    package: dict[str, Any] = {
        "profile": "data-package",
        "wacz_version": _VERSION,
        "title": _TITLE,
        "software": f"{_SOFTWARE}/{__version__}",
        "created": created,
        "resources": [
            {
                "name": Path(part.path).name,
                "path": part.path,
                "hash": f"sha256:{part.sha256}",
                "bytes": part.size,
            }
            for part in parts
        ],
    }
    if main is not None:
        package |= {"mainPageUrl": main.url, "mainPageDate": main.moment}
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def seal_text(package: str) -> str:
    """The file ``datapackage-digest.json``, by which a change of the package is found."""
    sha256 = hashlib.sha256(package.encode()).hexdigest()
    return json.dumps({"path": PACKAGE, "hash": f"sha256:{sha256}"}, indent=2) + "\n"


def is_same(package: str, other: str) -> bool:
    """True when two files ``datapackage.json`` are of the same content."""
    return _lasting(json.loads(package)) == _lasting(json.loads(other))


def _lasting(package: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in package.items() if key not in _OF_THE_MOMENT}


def package_of(path: Path) -> str | None:
    """The ``datapackage.json`` of an export; empty when somebody has changed the export since.

    ``None`` when there is no file. Raises ``StoreError`` for a file that is no export, or cannot
    be read.
    """
    try:
        with zipfile.ZipFile(path) as wacz:
            package = wacz.read(PACKAGE).decode()
            if not str(json.loads(package)["software"]).startswith(f"{_SOFTWARE}/"):
                raise ValueError(package)
            return package if _is_sealed(wacz, package) else ""
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}", wrong_use=True) from error
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"{path} is not an export, or not whole, so it was not touched; give another name, or"
            " move it away",
            wrong_use=True,
        ) from error


def _is_sealed(wacz: zipfile.ZipFile, package: str) -> bool:
    """True when the files are those of the package, and the package is as it was written."""
    listed = {entry["path"]: entry["hash"] for entry in json.loads(package)["resources"]}
    if sorted(wacz.namelist()) != sorted([*listed, PACKAGE, SEAL]):
        return False
    if wacz.read(SEAL).decode() != seal_text(package):
        return False
    return all(_hash_of(wacz, name) == sha256 for name, sha256 in listed.items())


def _hash_of(wacz: zipfile.ZipFile, name: str) -> str | None:
    """The hash of a file in a WACZ file; ``None`` when it is damaged."""
    digest = hashlib.sha256()
    try:
        with wacz.open(name) as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except (zipfile.BadZipFile, zlib.error):
        return None
    return f"sha256:{digest.hexdigest()}"
