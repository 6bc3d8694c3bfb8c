"""A rig in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Final

from rig.zygote import ROOT

_LONGEST: Final = 600


def output_of(module: str, *arguments: str) -> str:
    """What a module of the rig prints, without coverage: it would be as slow again.

    `RuntimeError` with its standard error when it fails.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    path = os.pathsep.join([str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")])
    ended = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**kept, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", "no_proxy": "*"},
        capture_output=True,
        encoding="utf-8",
        timeout=_LONGEST,
        check=False,
    )
    if ended.returncode:
        raise RuntimeError(f"{module} has failed:\n{ended.stderr}")
    return ended.stdout
