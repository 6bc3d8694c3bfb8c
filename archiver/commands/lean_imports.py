"""sqlite-utils without pandas and numpy, which take half a second and 45 MB where installed."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, Final, cast

#: sqlite-utils imports them only to store their types, and no command stores any.
_UNUSED: Final = ("pandas", "numpy")


def import_sqlite_utils() -> None:
    """Import sqlite-utils as where there is neither.

    Who imports one of them later gets it.
    """
    hidden = [name for name in _UNUSED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden, cast("Any", None)))  # an import of them fails
    try:
        import_module("sqlite_utils")
    finally:
        for name in hidden:
            del sys.modules[name]
