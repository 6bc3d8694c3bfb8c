"""Runs that are killed (SIGKILL) at random moments, and what they leave.

A moment is a time, a number of article pages, or the writing of a file: times alone would all be
early on a slow machine, and late on a quick one.

The runs are real `scrapy crawl` commands, forked (`rig.commands`), against a replica. While they
are killed, the blog is first archived from nothing, then changes, and is archived again.

`PYTHONPATH=tests python -m rig.kill 80` prints the figures of 80 kills, and the differences.
"""

from __future__ import annotations

import math
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count, islice
from pathlib import Path
from typing import Final

from replica import Replica, make_post, make_posts

from archiver.demo.posts import Post
from rig.commands import UNMEASURED, Command
from rig.contents import (
    Contents,
    archived_ids,
    contents_of,
    damage_of,
    differences,
    file_damage,
    torn_files,
    warc_damage,
)

#: The kills of a short story, and of a long one, which `make soak` asks for.
KILLS: Final = 20
LONG: Final = 80
#: How often a running command is looked at, in seconds.
_LOOK: Final = 0.0005
_SEED: Final = 20260723
_SETTINGS: Final = {
    "AUTOTHROTTLE_ENABLED": 0,
    "KEXUE_BACKOFF": 0.01,
    "LOG_LEVEL": "ERROR",
    "WARN_ON_GENERATOR_RETURN_VALUE": 0,  # it reads the source of every callback
}
#: Seconds between requests in runs that are killed, so that one does not do it all.
_DELAY: Final = 0.03
#: The times of kills: from this many seconds after the fork to the end of the shortest run
#: (measured first, machines differ), and so many seconds more.
_EARLIEST: Final = 0.02
_MORE: Final = 0.5
#: A run that is to be killed asks for so many article pages at most, so that there are some left
#: at most kills, and goes on for so many seconds at most; no fewer than two, for one may be lost.
_PAGES: Final = (2, 6)
_LATER: Final = 2 * _DELAY
#: A rig whose runs are no longer killed, because they do not even start, must come to an end.
_MOST_RUNS_A_KILL: Final = 3
#: One kill in so many comes while the JSONL file is being written.
_EACH_WRITING: Final = 5
#: How much of the JSONL file such a kill leaves at most, in bytes.
_WRITTEN: Final = 100_000
#: Runs in a command first: the kernel kills it within the write that would make the JSONL file
#: longer than that. Python ignores the signal that does it; a file that is short is whole then.
_DIE_WRITING: Final = """
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
def die(event, arguments):
    name = str(arguments[0]) if event in ("open", "os.rename") else ""
    if event == "open" and name.endswith(".jsonl.part"):
        resource.setrlimit(resource.RLIMIT_FSIZE, ({written}, {written}))
    elif name.endswith(".jsonl.part"):
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(die)
"""
#: When the archive is compared with one that nobody disturbed.
MOMENTS: Final = ("archived", "read again", "with all listings")
#: Not compared before the last moment: killed full runs have read more listing pages, and only a
#: listing of the same run tells that an article without comments on its page has none.
SEEN_ON_LISTINGS: Final = ("sightings", "comment_pages")
_ARTICLE: Final = re.compile(r"/archives/(\d+)")


@dataclass(frozen=True)
class Moment:
    """When a run is killed: at what comes first."""

    #: Seconds from its start.
    after: float = math.inf
    #: How many article pages it has asked for, and so many seconds more.
    pages: int = sys.maxsize
    later: float = 0.0
    #: When so much of the JSONL file is written, in bytes; None for a run that may write it.
    written: int | None = None


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit status, negative for a signal; what it said; its seconds."""

    status: int
    stderr: str
    seconds: float

    @property
    def is_killed(self) -> bool:
        """True when it ended by one of the signals that kill here: no part of it runs any more."""
        return self.status in (-signal.SIGKILL, -signal.SIGXFSZ)


@dataclass(frozen=True)
class Killed:
    """One run that was to be killed."""

    moment: Moment
    ended: Ended
    #: The articles that it asked for, in its order.
    asked: list[int]
    #: The articles that were archived before it, and after it.
    before: set[int]
    after_it: set[int]
    #: What is wrong with the database and the files that it left.
    damage: list[str]
    #: How many pictures it asked for.
    pictures: int = 0


@dataclass
class Story:
    """All runs over one folder."""

    folder: Path
    #: The articles that the blog has at first.
    posts: int
    runs: list[Killed] = field(default_factory=list)
    #: The last runs of both parts, which nobody killed: exit status and standard error.
    first_end: tuple[int, str] = (-1, "")
    last_end: tuple[int, str] = (-1, "")
    #: What the archive held at the moments of `MOMENTS`.
    held: dict[str, Contents] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def kills(self) -> list[Killed]:
        """The runs that were killed (a few end before their moment)."""
        return [run for run in self.runs if run.ended.is_killed]

    @property
    def fetched(self) -> Counter[int]:
        """How often the page of each article was asked for until the blog was archived."""
        early = (run for run in self.runs if len(run.before) < self.posts)
        return Counter(article for run in early for article in run.asked)

    @property
    def lost(self) -> Counter[int]:
        """At how many kills the page of each article was on its way."""
        return Counter(article for run in self.runs for article in set(run.asked) - run.after_it)

    @property
    def database(self) -> Path:
        """The archive."""
        return self.folder / "kexue.db"


class Rig:
    """A replica, and a folder that belongs to one archive."""

    def __init__(self, replica: Replica, folder: Path) -> None:
        self.replica = replica
        self.posts = len(replica.posts)
        self.folder = folder
        folder.mkdir(parents=True)

    def crawl(
        self,
        *arguments: str,
        delay: float = 0,
        is_due: Callable[[float], bool] | None = None,
        program: str = "",
    ) -> Ended:
        """Run the command, and kill it as soon as `is_due` of the seconds since its fork."""
        values = {
            **_SETTINGS,
            "DOWNLOAD_DELAY": delay,
            "KEXUE_BASE_URL": self.replica.base_url,
            "KEXUE_DATA_DIR": self.folder,
        }
        options = [word for name, value in values.items() for word in ("-s", f"{name}={value}")]
        words = [word for argument in arguments for word in ("-a", argument)]
        with Command("crawl", "kexue", *words, *options, env=UNMEASURED, program=program) as run:
            status = watch(run, is_due) if is_due else run.wait()
            return Ended(status, run.stderr.decode(), run.seconds)

    def is_writing(self) -> bool:
        """True while a file is being written in the folder."""
        with suppress(FileNotFoundError):
            return any(True for _ in self.folder.rglob("*.part"))
        return False

    def asked_since(self, begun: int) -> list[tuple[int, float]]:
        """The articles asked for, behind the first `begun` requests, and the time of each."""
        log = self.replica.log[begun:]
        return [(int(m[1]), seen.start) for seen in log if (m := _ARTICLE.match(seen.path))]

    def kill(self, moment: Moment, *arguments: str) -> Killed:
        """Run the command and kill it."""
        before = self.look()[0]
        begun = len(self.replica.log)

        def is_due(seconds: float) -> bool:
            times = [at for _, at in self.asked_since(begun)][moment.pages - 1 :]
            are_asked = bool(times) and time.monotonic() >= times[0] + moment.later
            return are_asked or seconds >= moment.after

        program = "" if moment.written is None else _DIE_WRITING.format(written=moment.written)
        ended = self.crawl(*arguments, delay=_DELAY, is_due=is_due, program=program)
        after_it, damage = self.look()
        pictures = sum(path.endswith(".png") for path in self.replica.paths[begun:])
        asked = [article for article, _ in self.asked_since(begun)]
        return Killed(moment, ended, asked, before, after_it, damage, pictures)

    def remove_jsonl(self) -> None:
        """So that the next run writes it, also without news."""
        (self.folder / "kexue.jsonl").unlink(missing_ok=True)

    def look(self) -> tuple[set[int], list[str]]:
        """The archived articles and the damage, seen in a copy: a look would mend the log."""
        copy = self.folder.with_name(f"{self.folder.name}.copy")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.folder, copy, ignore=shutil.ignore_patterns("*-shm"))
        database = copy / "kexue.db"
        if not database.exists():
            return set(), torn_files(copy, self.posts)
        damage = damage_of(database) + torn_files(copy, self.posts)
        return archived_ids(database), damage + warc_damage(copy) + file_damage(copy)


def watch(run: Command, is_due: Callable[[float], bool]) -> int:
    """Wait for the end of a run, which may be to kill it; returns the exit status."""
    start = time.monotonic()
    while True:
        with suppress(TimeoutError):
            return run.wait(_LOOK)
        if is_due(time.monotonic() - start):
            run.kill()


def latest_moment(folder: Path) -> float:
    """The last time at which to kill, in seconds from the fork."""
    with Replica(make_posts(1), gate="script") as replica:
        return Rig(replica, folder).crawl().seconds + _MORE


def moments(seed: int, latest: float) -> Iterator[Moment]:
    """When to kill: at a time and after some pages in turn, now and then while writing; no end."""
    chance = random.Random(seed)
    for number in count(1):
        if number % _EACH_WRITING == 0:
            yield Moment(written=chance.randint(0, _WRITTEN))
        else:
            after = chance.uniform(_EARLIEST, latest) if number % 2 else math.inf
            yield Moment(after, chance.randint(*_PAGES), chance.uniform(0, _LATER))


def tell(folder: Path, kills: int) -> Story:
    """Archive a blog under `kills` kills, two thirds before it changes, one third after."""
    story, start = Story(folder, posts_for(kills)), time.monotonic()
    latest = latest_moment(folder.with_name("shortest"))
    with Replica(first_posts(story.posts), gate="script") as replica:
        rig = Rig(replica, folder)
        early_kills(rig, story, kills * 2 // 3, latest)
        story.runs.append(rig.kill(Moment(written=_WRITTEN // 2)))  # it archives the rest
        story.first_end = status_of(rig.crawl())
        story.held["archived"] = contents_of(story.database)
        live_on(replica)
        late_kills(rig, story, kills, latest)
        story.last_end = end(rig, story)
    story.seconds = time.monotonic() - start
    return story


def early_kills(rig: Rig, story: Story, kills: int, latest: float) -> None:
    """Kills from the empty folder on; a file is written only when all articles are there."""
    for moment in islice(moments(_SEED, latest), kills * _MOST_RUNS_A_KILL):
        if len(story.kills) >= kills:
            return
        is_complete = bool(story.runs) and len(story.runs[-1].after_it) == story.posts
        if moment.written is None:
            story.runs.append(rig.kill(moment))
        elif is_complete:
            rig.remove_jsonl()
            story.runs.append(rig.kill(moment))
        else:
            story.runs.append(rig.kill(Moment(pages=_PAGES[1])))


def late_kills(rig: Rig, story: Story, kills: int, latest: float) -> None:
    """Kills of normal and of full runs; some runs are over before their moment."""
    story.runs.append(rig.kill(Moment(written=_WRITTEN // 2)))  # in place of the old file
    chosen = moments(_SEED + 1, latest)
    for number, moment in enumerate(islice(chosen, kills * _MOST_RUNS_A_KILL)):
        if len(story.kills) >= kills:
            return
        if moment.written is not None:
            rig.remove_jsonl()
        story.runs.append(rig.kill(moment, *(["full=1"] if number % 3 == 2 else [])))


def undisturbed(folder: Path, kills: int) -> Story:
    """Archive the same blog without kills."""
    story = Story(folder, posts_for(kills))
    with Replica(first_posts(story.posts), gate="script") as replica:
        rig = Rig(replica, folder)
        story.first_end = status_of(rig.crawl())
        story.held["archived"] = contents_of(story.database)
        live_on(replica)
        story.last_end = end(rig, story)
    return story


def end(rig: Rig, story: Story) -> tuple[int, str]:
    """The runs to the end: what is shown, every page once more, and with all listings.

    The listings would mend what a run has forgotten, so the archive is looked at before, too.
    """
    rig.crawl()
    rig.crawl()
    listed = ",".join(str(post.id) for post in rig.replica.blog.listed)
    rig.crawl(f"ids={listed}")
    story.held["read again"] = contents_of(story.database)
    for table in SEEN_ON_LISTINGS:
        del story.held["read again"][table]
    status = status_of(rig.crawl("full=1"))
    story.held["with all listings"] = contents_of(story.database)
    return status


def status_of(ended: Ended) -> tuple[int, str]:
    """Exit status and standard error."""
    return ended.status, ended.stderr


def posts_for(kills: int) -> int:
    """How many articles the blog has at first: some are left to be archived at most kills."""
    return max(50, kills * 5 // 4)


def first_posts(count: int) -> list[Post]:
    """The blog at first: some articles are behind a password, so only listings show a count."""
    posts = make_posts(count)
    hidden = {post.id for post in posts[30:130:20]}
    return [replace(post, state="protected") if post.id in hidden else post for post in posts]


def live_on(replica: Replica) -> None:
    """What the blog does between the two parts."""
    posts: Sequence[Post] = replica.posts
    for post in posts[:5]:
        replica.edit(post.id, title=f"{post.title}（修订）")
    for post in posts[5:15]:
        replica.edit(post.id, body=post.body.replace("讨论", "仔细讨论"))
    for post in posts[15:20]:
        replica.edit(post.id, tags=("新签",))
    for post in posts[20:23]:
        replica.delete(post.id)
    for post in posts[23:26]:
        replica.protect(post.id)
    for post in posts[26:29]:
        replica.edit(post.id, comments=0)
    replica.publish(*(make_post(400 + n, 300 + n) for n in range(5)))


def figures(story: Story, good: Story) -> list[str]:
    """The lines that tell how it went."""
    writing = sum(run.moment.written is not None for run in story.kills)
    pages = sum(story.fetched.values())
    pictures = sum(run.pictures > 0 for run in story.kills)
    return [
        f"kills: {len(story.kills)} of {len(story.runs)} runs, {writing} while a file was written,"
        f" {pictures} behind the first picture",
        f"the first archive: {pages} article pages asked for, {story.posts} articles,"
        f" no page more than {max(story.fetched.values(), default=0)} times",
        "rows that an undisturbed archive has not in common with it: "
        + ", ".join(f"{differences(good.held[m], story.held[m])} when {m}" for m in MOMENTS),
        f"exit status {story.first_end[0]} and {story.last_end[0]}, {story.seconds:.1f} s in all",
    ]


def main() -> None:
    """Print the figures."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else LONG
    with tempfile.TemporaryDirectory() as folder:
        story = tell(Path(folder) / "killed", kills)
        good = undisturbed(Path(folder) / "good", kills)
    sys.stdout.write("\n".join(figures(story, good)) + "\n")


if __name__ == "__main__":
    main()
