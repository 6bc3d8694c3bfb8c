"""Hooks that get the report of a run: a POST to an address, a command of the shell, or both.

An address may carry a secret in its user, path or query, as those of chat services do, and a
command anywhere: of the one only scheme and host are ever named, of the other nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from archiver.run.hook_address import is_address, post
from archiver.run.hook_command import run_command
from archiver.terminal.printable import printable_json

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

_WHEN: Final = ("always", "failure")


def check_hooks(settings: BaseSettings) -> None:
    """Raise ``ValueError`` with a sentence that names the setting that cannot be right."""
    if (when := _when(settings)) not in _WHEN:
        raise ValueError(f"KEXUE_HOOK_WHEN={when} is neither always nor failure")
    url = settings.get("KEXUE_HOOK_URL") or ""
    if url and not is_address(url):
        raise ValueError(
            "KEXUE_HOOK_URL is not an address like https://example.org/hook"
            " (http or https, other characters than ASCII as %XX)"
        )


def call_hooks(report: Mapping[str, Any], settings: BaseSettings) -> list[str]:
    """Send the report of a run where the settings say; returns what went wrong, in sentences.

    ``report`` goes out as JSON; its ``exit_status`` decides whether ``KEXUE_HOOK_WHEN=failure``
    is the case. Never raises for an address, a network or a command that does not work.
    """
    try:
        check_hooks(settings)
    except ValueError as error:
        return [str(error)]
    if _when(settings) == "failure" and report["exit_status"] == 0:
        return []
    body = printable_json(report, default=str).encode()
    problems = []
    if url := settings.get("KEXUE_HOOK_URL"):
        problems.append(post(url, body, settings.get("USER_AGENT") or ""))
    if command := settings.get("KEXUE_HOOK_COMMAND"):
        problems.append(run_command(command, body, report["exit_status"]))
    return [problem for problem in problems if problem is not None]


def _when(settings: BaseSettings) -> str:
    return settings.get("KEXUE_HOOK_WHEN") or "always"
