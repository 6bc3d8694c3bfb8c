"""The settings with which a recorded run is crawled again."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from scrapy.settings import Settings

from archiver.run.warc_options import told_settings
from archiver.warc.recorded_runs import RecordedRun

#: Above the command line and the environment: the run was not crawled with what they say.
_RECORDED: Final = 60
_REPLAY: Final = 70
_HANDLER: Final = "archiver.replay.answering_handler.AnsweringHandler"
#: No waiting, no network, nothing written but the archive, nobody told.
_OVERRIDES: Final[dict[str, Any]] = {
    "KEXUE_WARC": False,
    "KEXUE_HOOK_URL": "",
    "KEXUE_HOOK_COMMAND": "",
    "KEXUE_BACKOFF": 0.0,
    "KEXUE_BACKOFF_MOST": 0.0,
    "KEXUE_GATE_DELAY": 0.0,
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "CONCURRENT_REQUESTS": 1,
    "DOWNLOAD_HANDLERS": {"http": _HANDLER, "https": _HANDLER},
}
_IN_PLACE_OF: Final = {
    "ADDONS": ("archiver.run.archive_run.ArchiveRun", "archiver.replay.replay_addon.ReplayAddon"),
    "EXTENSIONS": (
        "archiver.network.crawl_delay.ApplyCrawlDelay",
        "archiver.replay.replay_addon.CheckCrawlDelay",
    ),
}
_PROGRESS: Final = "archiver.run.progress.Progress"


def settings_of(run: RecordedRun, common: Settings, folder: Path) -> Settings:
    """The settings of a run: those that it was crawled with, as far as they were recorded.

    All others, and the name of the archive in ``folder``, are ``common``.
    """
    settings = common.copy()
    for key in told_settings(common):
        if key in run.settings:  # others are not taken, as a file may come from anywhere
            settings.set(key, run.settings[key], priority=_RECORDED)
    settings.setdict(_OVERRIDES, priority=_REPLAY)
    settings.set("KEXUE_DATA_DIR", str(folder), priority=_REPLAY)
    settings.set("KEXUE_NAME", common["KEXUE_NAME"], priority=_REPLAY)
    for setting, (component, replacement) in _IN_PLACE_OF.items():
        parts = settings.getdict(setting)
        parts[replacement] = parts.pop(component, 0)
        parts.pop(_PROGRESS, None)
        settings.set(setting, parts, priority=_REPLAY)
    return settings
