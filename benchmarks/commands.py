"""Commands that are measured: what a process takes, with those that it starts and waits for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Final

ROOT: Final = Path(__file__).parents[1]
#: ``ru_maxrss`` is in KiB, on macOS in bytes.
RSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024
_LAUNCHER: Final = Path(__file__).with_name("launch.py")
#: As long as a sentence about an error may be.
_TOLD: Final = 300
#: Impolite settings, for a server on this machine only.
CRAWL_SETTINGS: Final = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": 0,
    "KEXUE_PICTURES": 0,
    "LOG_LEVEL": "ERROR",
}


@dataclass(frozen=True)
class Cost:
    """Of a process: seconds by the clock, seconds of processor time, megabytes at its peak."""

    seconds: float
    processor: float
    peak_mb: float


def scrapy(*words: object, settings: Mapping[str, object] | None = None) -> Cost:
    """What ``scrapy`` takes; ends this program with a sentence where it fails."""
    named = [word for pair in (settings or {}).items() for word in ("-s", "=".join(map(str, pair)))]
    return command([sys.executable, "-m", "scrapy", *map(str, words), *named])


def command(words: Sequence[str]) -> Cost:
    """What a command takes; ends this program with a sentence where it fails."""
    launched = [sys.executable, str(_LAUNCHER), *words]
    done = subprocess.run(
        launched, cwd=ROOT, capture_output=True, text=True, check=False, env=_environment()
    )
    if done.returncode:
        said = done.stderr.strip()[-_TOLD:]
        raise SystemExit(f"{' '.join(words[2:4])} ended with {done.returncode}: {said}")
    return Cost(**json.loads(done.stdout))


def _environment() -> dict[str, str]:
    """That of this program, but that modules are compiled once: as with an installed program."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def least_of(rounds: int, measure: Callable[[], Cost]) -> Cost:
    """The least of each value in several rounds: what else the machine does only adds to them."""
    costs = [measure() for _ in range(rounds)]
    return Cost(
        min(cost.seconds for cost in costs),
        min(cost.processor for cost in costs),
        min(cost.peak_mb for cost in costs),
    )


def processor_ms(work: Callable[[], object]) -> float:
    """The milliseconds of processor time that a call takes in this process."""
    start = process_time()
    work()
    return (process_time() - start) * 1000
