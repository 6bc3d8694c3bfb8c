"""Functions are called in other processes, in order, and none outlives the one that needs it."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import pytest
from rig.commands import is_alive

from archiver.processes import Killed, Processes

_prepared: list[str] = []


def square(number: int) -> int:
    return number * number


def die(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def prepare(word: str) -> None:
    _prepared.append(word)


def state(_: int) -> tuple[list[str], bool]:
    return _prepared, signal.getsignal(signal.SIGINT) is signal.SIG_IGN


@pytest.mark.parametrize("batch", [1, 3])
def test_results_come_in_order_and_few_values_are_taken_ahead(batch: int) -> None:
    taken = []

    def values() -> Iterator[int]:
        for number in count():
            taken.append(number)
            yield number

    with Processes(2) as processes:
        results = processes.map(square, values(), batch=batch)
        assert list(islice(results, 20)) == [n * n for n in range(20)]
    assert len(taken) <= 20 + 8 * batch


def test_one_process_is_this_one() -> None:
    with Processes() as processes:
        assert next(processes.map(lambda _: os.getpid(), [0])) == os.getpid()


def test_a_process_is_prepared_and_leaves_interrupts_to_its_parent() -> None:
    with Processes(2, prepare, "a word") as processes:
        assert processes.submit(state, 0).result() == (["a word"], True)
    assert not _prepared


def count_frozen(_: int) -> tuple[int, int]:
    return gc.get_freeze_count(), gc.get_threshold()[0]


def test_the_collector_passes_over_what_a_process_has_loaded() -> None:
    with Processes(2) as processes:
        frozen, threshold = processes.submit(count_frozen, 0).result()
    assert frozen > 1000
    assert threshold >= 10_000


@pytest.mark.parametrize("module", ["reparsing.workers", "verify.second_extraction"])
def test_a_process_that_reads_pages_loads_no_scrapy(module: str) -> None:
    """It would take longer than everything else that is loaded."""
    program = f"import sys, archiver.{module}; sys.exit('scrapy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_killed_process_is_told_of() -> None:
    with Processes(2) as processes, pytest.raises(Killed):
        list(processes.map(die, range(4)))


SLOW = """
import os, time
from archiver.processes import Processes

def say_and_wait(_):
    print(os.getpid(), flush=True)
    time.sleep(60)

if __name__ == "__main__":
    with Processes(1) as processes:
        processes.submit(say_and_wait, None).result()
"""


def test_processes_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "slow.py"
    program.write_text(SLOW, "utf-8")
    command, pipe, nothing = [sys.executable, str(program)], subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdout=pipe, stderr=nothing) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
    for _ in range(200):
        if not is_alive(worker):
            return
        time.sleep(0.05)
    pytest.fail("it goes on")
