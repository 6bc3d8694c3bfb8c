"""Crawl after crawl in one process, for tests that need hundreds of them.

The crawler is the project's, with its settings, middlewares, pipelines and extensions; only the
command around it is missing: its lock, its arguments' check and its printing.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final

from scrapy.crawler import AsyncCrawlerRunner
from scrapy.utils.project import get_project_settings
from scrapy.utils.reactor import install_reactor

from archiver.run.archive_run import ArchiveRun
from archiver.run.report import Report

#: As fast as the replica answers.
QUICK: Final[dict[str, Any]] = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "KEXUE_GATE_DELAY": 0.01,
    "KEXUE_BACKOFF": 0.002,
    "KEXUE_BACKOFF_MOST": 0.02,
    "RETRY_TIMES": 4,
    "KEXUE_PICTURES": False,  # these are stories of articles
    "LOG_LEVEL": "CRITICAL",
    "WARN_ON_GENERATOR_RETURN_VALUE": False,  # it reads the source of each callback each time
}


async def crawl(base_url: str, folder: Path, /, *, arguments: Any = None, **values: Any) -> Report:
    """One run against a blog into a folder; `values` are settings. Returns its report."""
    settings = get_project_settings()
    chosen = {**QUICK, "KEXUE_BASE_URL": base_url, "KEXUE_DATA_DIR": str(folder), **values}
    for name, value in chosen.items():
        settings.set(name, value, priority="cmdline")
    runner = AsyncCrawlerRunner(settings)
    crawler = runner.create_crawler("kexue")
    await runner.crawl(crawler, **(arguments or {}))
    report = ArchiveRun.of(crawler).run.report
    if report is None:
        raise RuntimeError("the run left no report")
    return report


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run the work in a reactor of its own; once in a process."""
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor

    core: Any = reactor
    logging.disable()  # hundreds of runs: what they have to say is in their reports
    gc.freeze()  # as the command does
    gc.set_threshold(20_000, 20, 50)
    trouble: list[BaseException] = []

    async def whole() -> None:
        try:
            await work
        except BaseException as error:  # noqa: BLE001 - it is raised again when the reactor is down
            trouble.append(error)
        finally:
            core.stop()

    core.callWhenRunning(lambda: asyncio.ensure_future(whole()))
    core.run()
    if trouble:
        raise trouble[0]
