"""A process that has imported all that a crawl needs, and forks a `scrapy` command on demand.

A cold start of `scrapy crawl` takes most of a second; a forked one a few milliseconds. What runs
in the fork is the command itself (`scrapy.cmdline.execute`), from its arguments to its exit status.
The zygote is the parent of what it forks, so it also kills it and waits for it.

It speaks JSON, one object a line: `Order` on standard input, `Ended` on standard output.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

ROOT: Final = Path(__file__).parents[2]
#: How often a running command is looked at, in seconds.
_LOOK: Final = 0.0005
#: Settings that name components, by path.
_COMPONENTS: Final = (
    "DOWNLOADER_MIDDLEWARES",
    "SPIDER_MIDDLEWARES",
    "EXTENSIONS",
    "ITEM_PIPELINES",
    "DOWNLOAD_HANDLERS",
)
_ENGINE: Final = (
    "DOWNLOADER",
    "DUPEFILTER_CLASS",
    "LOG_FORMATTER",
    "ROBOTSTXT_PARSER",
    "SCHEDULER",
    "SPIDER_LOADER_CLASS",
    "STATS_CLASS",
)


def environment() -> dict[str, str]:
    """The environment of a rig, without coverage: it would be as slow again."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    path = os.pathsep.join([str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")])
    return {**kept, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", "no_proxy": "*"}


@dataclass(frozen=True)
class Order:
    """Run `scrapy` with these arguments; its output goes to the two files.

    It is killed (SIGKILL) after `kill_after` seconds from its fork, or as soon as a file whose
    name ends with `kill_at` is in `folder`; None for never.
    """

    arguments: list[str]
    stdout: str
    stderr: str
    folder: str
    kill_after: float | None = None
    kill_at: str | None = None


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit status, negative for a signal; its time in seconds."""

    status: int
    seconds: float

    @property
    def is_killed(self) -> bool:
        """Did it end by SIGKILL?"""
        return self.status == -signal.SIGKILL


@dataclass(frozen=True)
class Said:
    """How a crawl ended, and what it has printed."""

    ended: Ended
    stdout: str
    stderr: str

    @property
    def status(self) -> int:
        """The exit status, negative for a signal."""
        return self.ended.status


class Zygote:
    """Context manager: the process, seen from the test."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rig.zygote"],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._process.communicate()

    def crawl(
        self,
        base_url: str,
        folder: Path,
        *arguments: str,
        settings: Mapping[str, object],
        after: float | None = None,
        at: str | None = None,
    ) -> Said:
        """Run `scrapy crawl kexue` on a blog into a folder; `arguments` are the spider's."""
        values = {**settings, "KEXUE_BASE_URL": base_url, "KEXUE_DATA_DIR": folder}
        options = [word for name, value in values.items() for word in ("-s", f"{name}={value}")]
        words = [word for argument in arguments for word in ("-a", argument)]
        files = [folder.with_name(f"{folder.name}.{kind}") for kind in ("out", "err")]
        stdout, stderr = map(str, files)
        command = ["crawl", "kexue", *words, *options]
        ended = self.run(Order(command, stdout, stderr, str(folder), after, at))
        return Said(ended, *(file.read_text("utf-8", "replace") for file in files))

    def run(self, order: Order) -> Ended:
        """Run a command to its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the zygote has ended; its standard error says why")
        return Ended(**json.loads(line))


def serve() -> None:
    """Obey orders until standard input ends."""
    import_all()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(asdict(obey(Order(**json.loads(line))))) + "\n")
        sys.stdout.flush()


def import_all() -> None:
    """Import what a crawl imports; the reactor must be made by the fork."""
    import scrapy.cmdline
    import scrapy.commands
    from scrapy.utils.misc import load_object
    from scrapy.utils.project import get_project_settings

    import archiver.commands
    import archiver.spiders.kexue
    from archiver.extraction.dates import parse_date

    assert all((scrapy.cmdline, archiver.spiders.kexue))
    parse_date("2020-01-01")  # dateparser compiles its time zones at the first date
    for package in (archiver.commands, scrapy.commands):  # the command line lists them all
        for found in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{found.name}")
    settings = get_project_settings()
    paths: list[Any] = [settings[name] for name in _ENGINE]
    for name in _COMPONENTS:
        components = settings.get_component_priority_dict_with_base(name)
        paths += [key if name != "DOWNLOAD_HANDLERS" else components[key] for key in components]
    for path in paths:
        if isinstance(path, str):
            load_object(path)
    if "twisted.internet.reactor" in sys.modules:
        raise RuntimeError("the reactor was imported before the fork")


def obey(order: Order) -> Ended:
    """Fork the command, kill it when its time has come, and wait for it."""
    start = time.monotonic()
    process = os.fork()
    if process == 0:
        run_command(order)
    status = watch(process, order, start)
    return Ended(os.waitstatus_to_exitcode(status), time.monotonic() - start)


def watch(process: int, order: Order, start: float) -> int:
    """Wait for the end of a process, which may be to kill it; returns the wait status."""
    while True:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return status
        if is_due(order, time.monotonic() - start):
            os.kill(process, signal.SIGKILL)
            return os.waitpid(process, 0)[1]
        time.sleep(_LOOK)


def is_due(order: Order, seconds: float) -> bool:
    """Has the moment come to kill?"""
    if order.kill_after is not None and seconds >= order.kill_after:
        return True
    if order.kill_at is None:
        return False
    with suppress(FileNotFoundError):
        return any(path.name.endswith(order.kill_at) for path in Path(order.folder).iterdir())
    return False


def run_command(order: Order) -> None:
    """Become `scrapy`; never returns."""
    from scrapy.cmdline import execute

    status: Any = 70
    try:
        for path, descriptor in ((order.stdout, 1), (order.stderr, 2)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), descriptor)
        os.close(0)
        execute(["scrapy", *order.arguments])
    except SystemExit as ended:
        status = ended.code or 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status if isinstance(status, int) else 70)


if __name__ == "__main__":
    serve()
