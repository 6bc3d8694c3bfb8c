"""A process that has imported all that a `scrapy` command needs, and forks one on demand.

A cold start of `scrapy crawl` takes a second of computing; a fork takes some milliseconds. What
runs in the fork is the command itself (`scrapy.cmdline.execute`), from its arguments to the end of
its interpreter. `rig.commands` is the side of the tests.

The zygote reads orders from a socket: JSON with the fields of `Order`, and four descriptors, which
are the command's standard input, output and error, and a socket for answers. The answers are JSON,
one object a line: `{"pid": …}` after the fork, `{"status": …, "seconds": …}` after the end.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import io
import json
import os
import pkgutil
import random
import resource
import selectors
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

ROOT: Final = Path(__file__).parents[2]
#: The environment variable with which coverage tells new processes that they are measured.
_MEASURED: Final = "COVERAGE_PROCESS_CONFIG"
#: The most bytes of an order; an environment is the largest part of it.
LONGEST_ORDER: Final = 1 << 20
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


@dataclass(frozen=True)
class Order:
    """Run `scrapy` with these arguments, in a folder, with an environment."""

    arguments: list[str]
    cwd: str
    environment: dict[str, str]
    #: No file can grow beyond so many bytes, as on a full disk; None for no limit.
    largest_file: int | None = None
    #: Python code to run in the fork before the command.
    program: str = ""
    #: The command line: ``scrapy``, or ``kexue``.
    name: str = "scrapy"


@dataclass
class Running:
    """A command that was forked; its end of `alive` is closed when it has ended."""

    pid: int
    alive: int
    answers: socket.socket
    start: float


def environment() -> dict[str, str]:
    """The environment of a rig, without coverage: it would be as slow again."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    path = os.pathsep.join([str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")])
    return {**kept, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", "no_proxy": "*"}


def serve(orders: socket.socket) -> None:
    """Obey orders until their socket is closed at the other end."""
    import_all()
    gc.freeze()  # else the end of each fork would look at all that was imported, and copy it
    selector = selectors.DefaultSelector()
    selector.register(orders, selectors.EVENT_READ, None)
    while True:
        for key, _ in selector.select():
            if key.data is not None:
                selector.unregister(key.data.alive)
                end(key.data)
            elif not (message := socket.recv_fds(orders, LONGEST_ORDER, 4))[0]:
                return
            else:
                running = begin(Order(**json.loads(message[0])), message[1])
                selector.register(running.alive, selectors.EVENT_READ, running)


def begin(order: Order, descriptors: list[int]) -> Running:
    """Fork the command, and tell its process id."""
    alive, held = os.pipe()
    start = time.monotonic()
    pid = os.fork()
    if pid == 0:
        run_command(order, descriptors[:3], held)
    for descriptor in (*descriptors[:3], held):
        os.close(descriptor)
    running = Running(pid, alive, socket.socket(fileno=descriptors[3]), start)
    tell(running, {"pid": pid})
    return running


def end(running: Running) -> None:
    """Take the exit status of a command that has ended, and tell it."""
    status = os.waitstatus_to_exitcode(os.waitpid(running.pid, 0)[1])
    tell(running, {"status": status, "seconds": time.monotonic() - running.start})
    os.close(running.alive)
    running.answers.close()


def tell(running: Running, answer: Mapping[str, Any]) -> None:
    """Send an answer, whether or not somebody still wants it."""
    with suppress(OSError):
        running.answers.sendall(json.dumps(answer).encode() + b"\n")


# --- What is imported before the fork ------------------------------------------------------------


def import_all() -> None:
    """Import what a crawl imports; the reactor must be made by the fork."""
    import scrapy.cmdline
    import scrapy.commands
    from scrapy.utils.misc import load_object

    import archiver.commands
    import archiver.spiders.kexue
    from archiver.extraction.dates import parse_date

    assert all((scrapy.cmdline, archiver.spiders.kexue))
    if _MEASURED in os.environ:
        importlib.import_module("coverage")
    parse_date("2020-01-01")  # dateparser compiles its time zones at the first date
    for package in (archiver.commands, scrapy.commands):  # the command line lists them all
        for found in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{found.name}")
    for path in component_paths():
        load_object(path)
    if "twisted.internet.reactor" in sys.modules:
        raise RuntimeError("the reactor was imported before the fork")


def component_paths() -> Iterator[str]:
    """The import paths of the components that the project's settings name."""
    from scrapy.utils.project import get_project_settings

    settings = get_project_settings()
    components = [settings[name] for name in _ENGINE]
    for name in _COMPONENTS:
        found = settings.get_component_priority_dict_with_base(name)
        components += found.values() if name == "DOWNLOAD_HANDLERS" else found
    yield from (component for component in components if isinstance(component, str))


# --- The fork ------------------------------------------------------------------------------------


def run_command(order: Order, descriptors: list[int], held: int) -> NoReturn:
    """Become `scrapy` or `kexue`, and end as it would."""
    from scrapy.cmdline import execute

    from archiver.commands.command_line import main
    from archiver.commands.early_signals import exit_at_signals

    become(order, descriptors, held)
    if os.environ.get(_MEASURED):
        import coverage

        coverage.process_startup(force=True)
    exec(order.program, {})
    exit_at_signals()  # as the import of the commands does in a cold start
    try:
        if order.name == "kexue":
            main()
        execute(sys.argv)
    except SystemExit as end:
        leave(end.code)
        raise
    raise SystemExit(0)


def leave(code: object) -> None:
    """End the process as the interpreter does, without taking down what the kernel takes anyway.

    That is a third of the time of a command. Returns where the interpreter would have something to
    say: for a code that is no number, and for output that cannot be written.
    """
    if not isinstance(code, int | None):
        return
    threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as the interpreter does
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        return
    os._exit(code or 0)


def become(order: Order, descriptors: list[int], held: int) -> None:
    """Take on what a new process would have got: files, folder, environment, limits, chance."""
    for target, descriptor in enumerate(descriptors):
        os.dup2(descriptor, target)
    os.dup2(held, 3, inheritable=False)  # open as long as this process lives
    os.closerange(4, 1024)
    os.chdir(order.cwd)
    os.environ.clear()
    os.environ.update(order.environment)
    time.tzset()
    random.seed()
    if order.largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.largest_file, order.largest_file))
    sys.argv = [order.name, *order.arguments]
    sys.path[:1] = [order.cwd, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    open_streams(*os.environ.get("PYTHONIOENCODING", "utf-8").split(":"))


def open_streams(encoding: str, errors: str = "strict") -> None:
    """Open the standard streams as the interpreter does at its start."""
    sys.stdin = open(  # noqa: SIM115
        0, encoding=encoding, errors=errors, closefd=False
    )
    sys.stdout = _opened(1, encoding, errors)
    sys.stderr = _opened(2, encoding, "backslashreplace")


def _opened(descriptor: int, encoding: str, errors: str) -> io.TextIOWrapper:
    is_unbuffered = bool(os.environ.get("PYTHONUNBUFFERED"))
    binary = open(descriptor, "wb", 0 if is_unbuffered else -1, closefd=False)  # noqa: SIM115
    by_line = descriptor == 2 or binary.isatty()
    return io.TextIOWrapper(
        binary, encoding, errors, line_buffering=by_line, write_through=is_unbuffered
    )


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
