"""Runs that are killed while they fetch pictures leave whole files, and lose one picture at most.

4 kills; ``make soak`` has 20.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from replica import Replica, make_post
from rig.contents import Contents, contents_of, file_damage
from rig.kill import Rig

from archiver.demo import uploads
from archiver.demo.posts import Post

SOME, MANY = 4, 20
_SEED = 20261126
#: A run is killed when it has asked for so many pictures at most.
_MOST = 5
_DELAY = 0.02


def path_of(n: int) -> str:
    return f"/usr/uploads/2020/01/{n}.png"


def posts_with(pictures: int) -> list[Post]:
    body = "".join(f'<p>{n}：<img src="{path_of(n)}" alt="" /></p>' for n in range(pictures))
    return [make_post(101, body=f"<p>正文</p>{body}")]


@dataclass
class Moment:
    """When a run is killed: at so many pictures, perhaps while one is being written."""

    rig: Rig
    wanted: int
    waits_for_part: bool
    begun: int = 0

    def __call__(self, _: float) -> bool:
        paths = self.rig.replica.paths[self.begun :]
        asked = sum(path.endswith(".png") for path in paths)
        is_now = not self.waits_for_part or self.rig.is_writing()
        return asked > self.wanted + 2 or (asked >= self.wanted and is_now)


@pytest.fixture
def kills(pytestconfig: pytest.Config) -> int:
    return MANY if pytestconfig.getoption("soak") else SOME


def kill(rig: Rig, moment: Moment) -> int:
    """Kill one run; returns how many pictures are there then."""
    moment.begun = len(rig.replica.log)
    assert rig.crawl(delay=_DELAY, is_due=moment).is_killed
    assert rig.look()[1] == []
    return len(list(rig.folder.glob("files/*/*.png")))


def end(rig: Rig) -> Contents:
    """Let runs go to their end; returns what there is then."""
    assert rig.crawl().status == rig.crawl("pictures=1").status == 0
    assert file_damage(rig.folder) == []
    return contents_of(rig.folder / "kexue.db")


def test_kills_while_pictures_are_fetched(tmp_path: Path, kills: int) -> None:
    pictures, chance = kills * (_MOST + 2), random.Random(_SEED)
    with Replica(posts_with(pictures)) as replica:
        rig = Rig(replica, tmp_path / "killed")
        moments = [Moment(rig, chance.randint(1, _MOST), n % 2 == 0) for n in range(kills)]
        there = [kill(rig, moment) for moment in moments]
        assert there == sorted(there)
        assert there[-1] >= kills, "else the kills were none of pictures"
        ended = end(rig)
        asked = Counter(path for path in replica.paths if path.endswith(".png"))
        assert len(asked) == pictures
        assert asked.total() - pictures <= 2 * kills, "a kill loses what was on its way"
        undisturbed = end(Rig(replica, tmp_path / "good"))
    for name in ("files", "file_addresses", "pictures"):
        assert ended[name] == undisturbed[name]
    found = {path.read_bytes() for path in rig.folder.glob("files/*/*")}
    assert found == {uploads.file_at(path_of(n)) for n in range(pictures)}
