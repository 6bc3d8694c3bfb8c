"""Execute the notebooks and write each as .ipynb, the same bytes for the same results.

Without ``KEXUE_DATA_DIR`` and ``KEXUE_NAME`` in the environment they read the demo archive
(``scrapy demo --days 28``) and stand beside the scripts; of any other archive they are written to
``notebooks/`` in its data folder, but those for which it has too little. Exit status 1 and one
sentence on stderr when a cell fails.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any, Final

import jupytext
import nbformat
from charts import TooLittle
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

import archiver
from archiver.reading.analysis.dataset_error import DatasetError

HERE: Final = Path(__file__).resolve().parent
NAMES: Final = ("explore", "communities", "readers")
#: The longest that a cell may take, in seconds.
LONGEST: Final = 600


def main() -> str | None:
    """Execute all notebooks; returns what is wrong, or ``None``."""
    folder = choose_archive()
    try:
        with archiver.load(os.environ["KEXUE_DATA_DIR"]) as data:
            count = len(data.articles(bodies=False))
    except DatasetError as error:
        return str(error)
    if not count:
        return f"{data.path} has no articles yet; crawl first"
    try:
        folder.mkdir(exist_ok=True)
        for name in NAMES:
            start = time.monotonic()
            try:
                nbformat.write(execute(HERE / f"{name}.py"), folder / f"{name}.ipynb")
                print(f"{folder / name}.ipynb  {time.monotonic() - start:.1f} s")
            except CellExecutionError as error:
                if error.ename != TooLittle.__name__:
                    return f"notebooks/{name}.py: {error.ename}: {error.evalue}"
                print(f"{name} is left out. {error.evalue}")
    except OSError as error:
        return f"cannot write to {folder}: {error.strerror}"
    return None


def choose_archive() -> Path:
    """Name the archive in the environment of the notebooks; returns where they are written."""
    is_other = os.environ.get("KEXUE_DATA_DIR") or os.environ.get("KEXUE_NAME")
    given = os.path.expanduser(os.environ.get("KEXUE_DATA_DIR") or HERE.parent / "data")  # noqa: PTH111
    data = Path(given).absolute()
    os.environ["KEXUE_DATA_DIR"] = str(data)
    if is_other:
        return data / "notebooks"
    os.environ["KEXUE_NAME"] = "demo-days"
    return HERE


def execute(script: Path) -> Any:
    """The notebook of a script with its outputs, and without what differs from run to run."""
    notebook = jupytext.read(script)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        timeout=LONGEST,
        record_timing=False,
        resources={"metadata": {"path": str(HERE)}},
    )
    client.execute()
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number}"
        cell.metadata = {}
    notebook.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python", "file_extension": ".py"},
        "jupytext": {"formats": "ipynb,py:percent"},
    }
    return notebook


if __name__ == "__main__":
    sys.exit(main())
