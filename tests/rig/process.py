"""The long rigs, in processes of their own: they run one after the other beside the other tests."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from rig.zygote import ROOT, environment

_LONGEST: Final = 600
_executor: Final = ThreadPoolExecutor(max_workers=1)
_begun: Final[dict[str, Future[str]]] = {}
_running: Final[set[subprocess.Popen[str]]] = set()


def begin(module: str) -> Future[str]:
    """Let a module of the rig run, once, as soon as those before it have ended."""
    if module not in _begun:
        _begun[module] = _executor.submit(_output_of, module, "--json")
    return _begun[module]


def result_of(module: str) -> str:
    """What a module of the rig prints (JSON); `RuntimeError` with its errors when it fails."""
    return begin(module).result()


def end_all() -> None:
    """Nothing goes on after the tests, also when they were broken off."""
    _executor.shutdown(wait=False, cancel_futures=True)
    for process in list(_running):
        process.kill()


def _output_of(module: str, *arguments: str) -> str:
    """Run a module to its end."""
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        _running.add(process)
        try:
            output, errors = process.communicate(timeout=_LONGEST)
        except BaseException:
            process.kill()
            raise
        finally:
            _running.discard(process)
    if process.returncode:
        raise RuntimeError(f"{module} has failed:\n{errors}")
    return output
