"""The notebooks: each script has its executed .ipynb beside it, made from the script as it is.

What they find is not tested here: `make notebooks` runs them.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from functools import cache
from typing import Any

import pytest
from conftest import ROOT

FOLDER = ROOT / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
#: What differs from machine to machine, or from run to run.
OF_A_MACHINE = re.compile(r"/home/|/root/|/Users/|/tmp/|site-packages|object at 0x|Warning")

every_notebook = pytest.mark.parametrize("name", NAMES)


@cache
def cells(name: str) -> list[dict[str, Any]]:
    """The cells of a notebook."""
    found: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.ipynb").read_text("utf-8"))["cells"]
    return found


def script_cells(name: str) -> list[tuple[str, str]]:
    """The cells of a script in the percent format: kind and source."""
    text = (FOLDER / f"{name}.py").read_text("utf-8")
    parts = re.split(r"^# %%( \[markdown\])?\n", text, flags=re.MULTILINE)[1:]
    return [
        ("markdown", re.sub(r"^# ?", "", source, flags=re.MULTILINE).strip())
        if mark
        else ("code", source.strip())
        for mark, source in zip(parts[::2], parts[1::2], strict=True)
    ]


def outputs(name: str) -> list[dict[str, Any]]:
    return [output for cell in cells(name) for output in cell.get("outputs", ())]


def test_every_script_is_a_notebook() -> None:
    scripts = {path.stem for path in FOLDER.glob("*.py") if "# %%" in path.read_text("utf-8")}
    assert scripts == set(NAMES) == {"communities", "explore", "readers"}


@every_notebook
def test_the_notebook_is_made_from_the_script(name: str) -> None:
    made = [(cell["cell_type"], "".join(cell["source"])) for cell in cells(name)]
    assert made == script_cells(name), "run make notebooks"


@every_notebook
def test_it_was_executed_from_top_to_bottom_without_a_complaint(name: str) -> None:
    counts = [cell["execution_count"] for cell in cells(name) if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1))
    kinds = {output["output_type"] for output in outputs(name)}
    assert kinds <= {"stream", "display_data"}
    assert [output for output in outputs(name) if output.get("name") == "stderr"] == []


@every_notebook
def test_charts_are_there(name: str) -> None:
    pictures = [output["data"].get("image/png") for output in outputs(name) if "data" in output]
    charts = [b64decode(picture) for picture in pictures if picture]
    assert len(charts) >= 2
    assert all(chart.startswith(b"\x89PNG") for chart in charts)


@every_notebook
def test_nothing_of_a_machine_stands_in_it(name: str) -> None:
    text = re.sub(r'"image/png": "[^"]*"', "", (FOLDER / f"{name}.ipynb").read_text("utf-8"))
    assert OF_A_MACHINE.findall(text) == []
    assert {*re.findall(r'"id": "([^"]*)"', text)} == {
        f"cell-{number}" for number in range(1, len(cells(name)) + 1)
    }


@every_notebook
def test_headings_are_in_both_languages(name: str) -> None:
    texts = ["".join(cell["source"]) for cell in cells(name) if cell["cell_type"] == "markdown"]
    headings = [line for text in texts for line in text.splitlines() if line.startswith("#")]
    assert len(headings) >= 4
    assert [line for line in headings if not re.match(r"#+ .*[\u4e00-\u9fff].* · \w", line)] == []
