"""The three long trials against a local blog, with their figures: years, kills, storms.

400 simulated days with one run a day; 120 runs killed at random moments; every sort of fault. The
tests run the same rigs (tests/rig) and judge what these figures only tell.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[1]
_TRIALS: Final = (["rig.years"], ["rig.kill", "120"], ["rig.matrix"])


def main() -> None:
    """Run one after the other; each prints its own lines."""
    environment = {**os.environ, "PYTHONPATH": str(_ROOT / "tests")}
    for trial in _TRIALS:
        subprocess.run([sys.executable, "-m", *trial], cwd=_ROOT, env=environment, check=True)


if __name__ == "__main__":
    main()
