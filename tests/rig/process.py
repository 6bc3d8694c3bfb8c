"""A long rig in a process of its own, since a reactor runs once in a process."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

from rig.zygote import ROOT, environment

#: The whole of the longest rig takes two minutes on a quiet machine, so this is for one that hangs.
_LONGEST: Final = 3600


def result_of(module: str, *arguments: str) -> str:
    """What a module of the rig prints (JSON); `CalledProcessError` when it fails."""
    return subprocess.run(
        [sys.executable, "-m", module, "--json", *arguments],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        timeout=_LONGEST,
        check=True,
    ).stdout
