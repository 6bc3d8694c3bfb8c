"""Any changed byte of an archive is found by ``scrapy verify``, or is in unused space.

Twelve bytes of each kind of file; ``make soak`` changes 400.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

import pytest
from rig.changed_bytes import change_bytes, what_verify_finds
from rig.written import write_archive

#: Kind → its files.
KINDS: Final = {
    "database": "*.db",
    "JSONL": "*.jsonl",
    "feed": "*.xml",
    "WARC": "warc/*.warc.gz",
    "files": "files/**/*",
}
_FEW, _MANY = 12, 400


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
    """Another seed every time, which is printed: what fails once can be done again."""
    pattern = KINDS[kind]
    if not any(path.is_file() for path in original.glob(pattern)):
        pytest.skip(f"this archive has no {kind}")
    seed = time.time_ns() % 10**9
    count = _MANY if pytestconfig.getoption("soak") else _FEW
    changes = change_bytes(original, tmp_path, pattern, count, seed)
    found = sum(change.found is not None for change in changes)
    line = f"{kind}: seed {seed}, {count} bytes changed, {found} found, {count - found} unused\n"
    sys.stdout.write(line)
    assert [str(change) for change in changes if change.is_missed] == []
    assert found > 0
