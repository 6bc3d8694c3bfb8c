"""Which of the recorded runs are crawled again."""

from __future__ import annotations

from collections.abc import Sequence

from archiver import site
from archiver.store.archive import Archive
from archiver.store.errors import StoreError
from archiver.warc.recorded_runs import RecordedRun


def runs_of_one_site(runs: Sequence[RecordedRun]) -> tuple[list[RecordedRun], list[str]]:
    """The runs of the blog that most of the runs are of, and a sentence for each other one."""
    hosts = [_host_of(run) for run in runs]
    known = [host for host in hosts if host is not None]
    own = max(known, key=lambda host: (known.count(host), host), default=None)
    kept, sentences = [], []
    for run, host in zip(runs, hosts, strict=True):
        if host is not None and host == own:
            kept.append(run)
        else:
            url = run.settings.get("KEXUE_BASE_URL")
            sentences.append(
                f"run {run.id} of {run.started_at} is left out: it is of another site ({url})"
            )
    return kept, sentences


def runs_left(archive: Archive, runs: Sequence[RecordedRun]) -> list[RecordedRun]:
    """The runs that are not in an archive; raises ``StoreError`` when it has others."""
    stored = dict(archive.db.execute("SELECT id, started_at FROM runs"))
    if any(run.id in stored and stored[run.id] != run.started_at for run in runs):
        raise StoreError(
            "the rebuild that was begun in this folder is one of other WARC files;"
            " empty the folder, or give another one",
            wrong_use=True,
        )
    return [run for run in runs if run.id not in stored]


def _host_of(run: RecordedRun) -> str | None:
    """What tells the blog of a run from others: the live blog has several hosts."""
    try:
        base = site.Base.parse(str(run.settings.get("KEXUE_BASE_URL")))
    except ValueError:
        return None
    return site.CANONICAL_BASE if base.is_live else base.host
