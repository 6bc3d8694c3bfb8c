"""Any changed byte of an archive is found by ``scrapy verify``, or is in unused space.

Twelve bytes of each kind of file; ``make soak`` changes 60.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from rig.changed_bytes import KINDS, change_bytes, what_verify_finds
from rig.written import write_archive

_FEW, _MANY = 12, 60


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    write_archive(folder)
    return folder


def test_nothing_is_found_before(original: Path) -> None:
    assert what_verify_finds(original) is None


@pytest.mark.parametrize("kind", KINDS)
def test_every_changed_byte_is_found(
    kind: str, original: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """The same bytes every time; ``python -m rig.changed_bytes SEED COUNT`` changes others."""
    count = _MANY if pytestconfig.getoption("soak") else _FEW
    changes = change_bytes(original, tmp_path, KINDS[kind], count, seed=count)
    found = sum(change.found is not None for change in changes)
    assert [str(change) for change in changes if change.is_missed] == []
    assert found > 0
