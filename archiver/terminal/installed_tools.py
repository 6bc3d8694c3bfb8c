"""Command-line tools that are installed together with this project."""

from __future__ import annotations

import shlex
import sys
from contextlib import suppress
from pathlib import Path
from shutil import which


def typed_tool(name: str, module: str) -> str:
    """How a tool is called from the working directory: ``sqlite-utils``, or with its folder.

    The name alone is enough where the shell finds it, as in an activated environment. A tool
    without a script of its own is run as a ``module`` of this interpreter.
    """
    if which(name):
        return name
    script = Path(sys.executable).with_name(name)
    if not script.exists():
        return shlex.join([sys.executable, "-m", module])
    with suppress(OSError, ValueError):  # the folder was deleted, or the tool is elsewhere
        script = script.relative_to(Path.cwd())
    return shlex.quote(str(script))
