"""sqlite-utils without pandas: where that is installed, it takes a third of a second and 33 MB."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, cast


def import_sqlite_utils() -> None:
    """Import sqlite-utils as where there is no pandas, whose types no command stores.

    Who imports pandas later gets it.
    """
    if "pandas" in sys.modules:
        return
    sys.modules["pandas"] = cast("Any", None)  # an import of it fails
    try:
        import_module("sqlite_utils")
    finally:
        del sys.modules["pandas"]
