"""``.ci/run`` ends with the status of a step that fails, and shows last what that has said."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT

SCRIPT = ROOT / ".ci" / "run"
pytestmark = pytest.mark.skipif(
    not SCRIPT.exists() or shutil.which("bash") is None, reason="no .ci/run here, or no bash"
)

STEPS = ("test-lowest", "test", "soak", "install-test", "lint", "notebooks", "browser-test",
         "readers-test")  # fmt: skip
INSTALLED = ".venv/.installed-all"
REPLAY = ".venv-replay/.installed"
#: Says when it begins and ends, and fails where it is told to.
MAKE = """#!/usr/bin/env bash
echo "begin $1" >>"$TOLD"
echo "words of $1"
if [ "$1" = "$FAILING" ]; then echo "$1 is broken"; exit 7; fi
if [ "$1" = "$SLOW" ]; then exec sleep 60; fi
echo "end $1" >>"$TOLD"
"""


def run_ci(folder: Path, failing: str = "", slow: str = "") -> subprocess.CompletedProcess[str]:
    """Run the script with a ``make`` that only says what it was asked for."""
    (folder / ".ci").mkdir()
    shutil.copy(SCRIPT, folder / ".ci" / "run")
    tools = folder / "tools"
    tools.mkdir()
    for name in ("make", "chromium", "pandoc", "node", "npm"):
        (tools / name).write_text(MAKE)
        (tools / name).chmod(0o755)
    scrapy = folder / ".venv" / "bin" / "scrapy"
    scrapy.parent.mkdir(parents=True)
    scrapy.symlink_to("/bin/true")
    path = f"{tools}:{os.environ['PATH']}"
    told = {"PATH": path, "TOLD": str(folder / "told"), "FAILING": failing, "SLOW": slow}
    command = [str(folder / ".ci" / "run")]
    return subprocess.run(
        command, env=os.environ | told, capture_output=True, text=True, timeout=50, check=False
    )


def told_by(folder: Path) -> list[str]:
    return (folder / "told").read_text().splitlines()


def test_all_steps_run_and_close(tmp_path: Path) -> None:
    done = run_ci(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    told = told_by(tmp_path)
    assert sorted(told) == sorted(
        f"{word} {step}" for step in (*STEPS, INSTALLED, REPLAY) for word in ("begin", "end")
    )
    assert told.index(f"end {INSTALLED}") < told.index("begin test")
    assert told.index(f"end {REPLAY}") < told.index("begin browser-test")
    closing = done.stdout.split("== the closing lines")[1]
    assert [f"words of {step}" in closing for step in STEPS] == [True] * len(STEPS)


@pytest.mark.parametrize("step", [*STEPS, INSTALLED, REPLAY])
def test_a_step_that_fails_ends_it(tmp_path: Path, step: str) -> None:
    done = run_ci(tmp_path, failing=step)
    assert done.returncode != 0
    said = done.stdout.splitlines()
    assert f"{step} is broken" in said[-4:]
    assert "the closing lines" not in done.stdout


def test_nothing_goes_on_behind_a_failure(tmp_path: Path) -> None:
    """What still runs in the background is ended, and does not keep the machine waiting."""
    done = run_ci(tmp_path, failing="test-lowest", slow=INSTALLED)
    assert done.returncode != 0
    assert f"end {INSTALLED}" not in told_by(tmp_path)
