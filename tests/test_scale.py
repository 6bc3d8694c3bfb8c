"""DuckDB and an engine for clusters give the same answers: the code of docs/scale.md, as it is."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from rig.commands import run

pytestmark = pytest.mark.scale

PAGE = (ROOT / "docs" / "scale.md").read_text("utf-8")
FILES = "data/parquet/articles"


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo archive as Parquet."""
    folder = tmp_path_factory.mktemp("demo")
    settings = ("-s", f"KEXUE_DATA_DIR={folder}")
    assert run("demo", *settings).returncode == 0
    said = run("export", "parquet", folder / "parquet", *settings, "-s", "KEXUE_NAME=demo")
    assert said.returncode == 0
    return folder / "parquet"


def test_the_code_of_the_page_gives_what_the_page_shows(parquet: Path) -> None:
    """Each block of code compares the two engines itself; a plain block below it is its output."""
    pytest.importorskip("daft", reason="daft is missing: pip install '.[scale]'")
    blocks = re.findall(r"```python\n(.*?)```(?:\n\n```\n(.*?)```)?", PAGE, re.DOTALL)
    assert [bool(shown) for _, shown in blocks] == [False, True, True]
    names: dict[str, Any] = {}
    for code, shown in blocks:
        printed = StringIO()
        with redirect_stdout(printed):
            exec(code.replace(FILES, f"{parquet}/articles"), names)
        assert printed.getvalue() == shown
    assert len(names["on_daft"]) == 8  # categories
