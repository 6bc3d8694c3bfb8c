"""The files of MathJax 3 that pages need, from the package django-static-mathjax."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

#: Where they lie in the folder of the site.
FOLDER: Final = "mathjax"
#: The package, and the folder of MathJax in it. It is found by the name of the package, since many
#: a module is called as its folder is.
_PACKAGE: Final = "django-static-mathjax"
_INSIDE: Final = "mathjax/static/mathjax"
_SCRIPT: Final = "es5/tex-chtml.js"
_FILES: Final = (
    _SCRIPT,
    "es5/ui/safe.js",
    "es5/ui/lazy.js",
    "es5/input/tex/extensions/*.js",
    "es5/output/chtml/fonts/woff-v2/*.woff",
    "LICENSE",
)
#: Holds all other extensions for a second time.
_NOT_NEEDED: Final = "all-packages.js"


def mathjax_folder() -> Path | None:
    """The folder of the installed MathJax; ``None`` when there is none. Nothing is imported."""
    try:
        folder = Path(str(distribution(_PACKAGE).locate_file(_INSIDE)))
    except PackageNotFoundError:
        return None
    return folder if folder.joinpath(_SCRIPT).is_file() else None


def mathjax_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files to copy, each with its name in the folder of the site."""
    for pattern in _FILES:
        for path in sorted(folder.glob(pattern)):
            if path.name != _NOT_NEEDED:
                yield f"{FOLDER}/{path.relative_to(folder).as_posix().removeprefix('es5/')}", path
