"""A storm: faults drawn by chance from a fixed seed, one by one and in bursts."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any, Final, get_args

from rig.faults import Fault, Kind

#: Names of shares that stand for a kind with options; every other name is a kind, or a status.
SORTS: Final[Mapping[str, tuple[Kind, dict[str, Any]]]] = {
    "after": ("retry-after", {"seconds": 0}),
    "date": ("retry-after", {"seconds": -2, "date": True}),  # passed already: no test waits
    "longer": ("length", {"off": 100}),
    "shorter": ("length", {"off": -100}),
    "drip": ("drip", {"seconds": 0.05}),
    "drop": ("drip", {"seconds": 0.05, "then": "stop"}),
    "silent": ("drip", {"seconds": 0.05, "then": "silent"}),
    "big": ("big", {"size": 9_000_000}),
    "wrong": ("wrong-article", {"article": 101}),
}
_ANY_PATH: Final = re.compile("")


class Storm:
    """Draws a fault, or none, for one request after the other.

    `shares` gives the part of all requests (0 to 1) that meets each sort of fault: a kind, a
    status as `"503"`, or a name of `SORTS`. With `burst` (every, length), after each `every`
    requests `length` in a row fail, each with one of the sorts.
    """

    def __init__(
        self, seed: int, shares: Mapping[str, float], burst: tuple[int, int] | None = None
    ) -> None:
        if sum(shares.values()) > 1:
            raise ValueError(f"the shares {shares} are more than all requests")
        self.faults = {name: fault_of(name) for name in shares}
        self.shares = dict(shares)
        self.burst = burst
        self.used = 0
        self._count = 0
        self._chance = random.Random(seed)

    def draw(self) -> Fault | None:
        """The fault that the next request meets."""
        self._count += 1
        if self._in_burst():
            (name,) = self._chance.choices(list(self.shares), list(self.shares.values()))
        else:
            calm = 1 - sum(self.shares.values())
            (name,) = self._chance.choices([*self.shares, ""], [*self.shares.values(), calm])
        self.used += name != ""
        return self.faults.get(name)

    def _in_burst(self) -> bool:
        if self.burst is None:
            return False
        every, length = self.burst
        return (self._count - 1) % (every + length) >= every


def fault_of(name: str) -> Fault:
    """The fault that a share's name stands for; `ValueError` when there is none."""
    if name.isdigit():
        return Fault(_ANY_PATH, "status", options={"code": int(name)}, in_front=True)
    if name in SORTS:
        kind, options = SORTS[name]
        return Fault(_ANY_PATH, kind, options=dict(options), in_front=True)
    for kind in get_args(Kind):
        if kind == name:
            return Fault(_ANY_PATH, kind, in_front=True)
    raise ValueError(f"no fault is called {name}")
