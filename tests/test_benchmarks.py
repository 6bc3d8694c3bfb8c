"""The benchmarks' results: file and page agree, what is compared is right, failures are named."""

from __future__ import annotations

from pathlib import Path

import pytest
import results_page
import run
from archive_posts import many_articles
from archives import crawl, make_archive
from blog_server import serving
from figures import Figure, Measured, number, table
from kept import count_formulas, count_links, count_pictures
from results import FILE, Circumstances, Compared, Result, Results

from archiver.store.read_only import open_for_reading

MONDAY = Circumstances("2026-11-02 09:00 UTC", "2 × A", "kexue-archiver 1", 0.1)
TUESDAY = Circumstances("2026-11-03 09:00 UTC", "2 × A", "kexue-archiver 2", 0.2)
ELSEWHERE = Circumstances("2026-11-03 09:00 UTC", "8 × B", "kexue-archiver 2", 0.2)


def measured(**values: float) -> Measured:
    """Figures in milliseconds by key."""
    return Measured("by hand", tuple(Figure(k, k, v, "ms", 5.0) for k, v in values.items()))


def first(**values: float) -> Result:
    """The result of a first run."""
    empty = Result("A page", "python benchmarks/extract.py", "", 0.0, MONDAY)
    return empty.succeeded_by(measured(**values), 3.0, MONDAY)


# --- The file and the page ------------------------------------------------------------------------


def test_page_is_that_of_the_results() -> None:
    """What is committed belongs together; the page is only written from the file."""
    assert results_page.FILE.read_text("utf-8") == results_page.page(Results.read())


def test_results_name_the_measurements_that_there_are() -> None:
    found = Results.read().by_name
    assert found
    for name, result in found.items():
        assert result.command == run._BY_NAME[name].command
        assert Path(FILE.parent, f"{run._BY_NAME[name].words[0]}.py").exists()


def test_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    result = first(parse=2.0).succeeded_by(measured(parse=1.0), 3.0, TUESDAY)
    results = Results({"extract": result, "peers": first().failed_by("no peers", 1.0, MONDAY)})
    results.write(tmp_path / "results.json")
    assert Results.read(tmp_path / "results.json") == results
    assert Results.read(tmp_path / "none.json") == Results()


@pytest.mark.parametrize("text", ["", "[]", '{"extract": {}}', '{"extract": 1}', '{"a": null}'])
def test_another_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "results.json").write_text(text)
    with pytest.raises(ValueError, match=r"results\.json holds no results"):
        Results.read(tmp_path / "results.json")


# --- Comparison -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "now", "under", "value", "earlier", "ratio"),
    [
        ({"parse": 4.0}, {"parse": 1.0}, TUESDAY, 1.0, 4.0, 0.25),
        ({"parse": 4.0}, {"parse": 6.0}, TUESDAY, 6.0, 4.0, 1.5),
        ({"parse": 0.0}, {"parse": 6.0}, TUESDAY, 6.0, 0.0, None),
        ({"other": 4.0}, {"parse": 6.0}, TUESDAY, 6.0, None, None),
        ({}, {"parse": 6.0}, TUESDAY, 6.0, None, None),
        ({"parse": 4.0}, {"parse": 1.0}, ELSEWHERE, 1.0, None, None),
    ],
)
def test_comparison(
    before: dict[str, float],
    now: dict[str, float],
    under: Circumstances,
    value: float,
    earlier: float | None,
    ratio: float | None,
) -> None:
    (figure,) = first(**before).succeeded_by(measured(**now), 3.0, under).figures
    assert (figure.value, figure.before, figure.ratio) == (value, earlier, ratio)


def test_failure_keeps_what_was_measured_before_it() -> None:
    """The next run that succeeds is compared with the last figures that there were."""
    failed = first(parse=4.0).failed_by("no memory", 1.0, TUESDAY)
    assert failed.figures == (Compared("parse", "parse", None, "ms", 5.0, 4.0),)
    twice = failed.failed_by("no memory", 1.0, TUESDAY)
    assert (twice.figures, twice.before) == (failed.figures, MONDAY)
    (figure,) = twice.succeeded_by(measured(parse=2.0), 1.0, TUESDAY).figures
    assert (figure.value, figure.before, figure.ratio) == (2.0, 4.0, 0.5)
    assert twice.succeeded_by(measured(parse=2.0), 1.0, TUESDAY).failed is None


def test_page_shows_value_before_ratio_and_failure() -> None:
    better = first(parse=4.0).succeeded_by(measured(parse=1.0), 3.0, TUESDAY)
    failed = first(parse=4.0).failed_by("no memory", 1.0, TUESDAY)
    lines = results_page.page(Results({"extract": better, "peers": failed})).splitlines()
    assert "| parse | 1 | ms | 4 | 0.25 | 5 |" in lines
    assert "| parse | failed | ms | 4 |  | 5 |" in lines
    assert "**Failed: A page** (`python benchmarks/extract.py`): no memory" in lines
    assert "Before: 2026-11-02 09:00 UTC, kexue-archiver 1." in lines


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.123, "0.12"),
        (1.999, "2.00"),
        (3.0, "3"),
        (19.44, "19.4"),
        (123.4, "123"),
        (15000, "15,000"),
    ],
)
def test_number(value: float, text: str) -> None:
    assert number(value) == text


def test_table_names_figures_units_and_targets() -> None:
    lines = table("extract", Measured("by hand", (Figure("a", "页面", 19.44, "ms", 9),)))
    assert lines.splitlines()[0] == "extract: by hand"
    assert lines.splitlines()[2].split() == ["页面", "19.4", "ms", "9"]


# --- The program ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import sys; sys.exit('no such thing')", "no such thing"),
        ("1 / 0", "ZeroDivisionError"),
        ("print('3 ms')", "its output is no measurement"),
        ("", "its output is no measurement"),
        ("import time; time.sleep(60)", "it took more than 1 s"),
        ("import os; os.kill(os.getpid(), 9)", "exit status -9"),
    ],
)
def test_what_gives_no_figures_is_named(
    tmp_path: Path, program: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wrong.py").write_text(program)
    monkeypatch.setattr(run, "_LIMIT", 1 if "sleep" in program else 60)
    with pytest.raises(RuntimeError, match=reason):
        run.measure(run.Measurement("wrong", "Wrong", ("wrong",)), tmp_path)


def test_figures_come_back_from_a_program(tmp_path: Path) -> None:
    text = f"import sys; print('progress'); print({measured(parse=2.0).as_json()!r})"
    (tmp_path / "right.py").write_text(text)
    found = run.measure(run.Measurement("right", "Right", ("right",)), tmp_path)
    assert found == measured(parse=2.0)


def test_run_writes_results_and_names_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that fails leaves the others their figures, and makes the exit status 1."""
    monkeypatch.setattr(run, "circumstances", lambda: TUESDAY)
    Results({"peers": first(parse=4.0)}).write(tmp_path / "RESULTS.json")

    def measure(measurement: run.Measurement) -> Measured:
        if measurement.name == "peers":
            raise RuntimeError("no peers")
        return measured(parse=2.0)

    monkeypatch.setattr(run, "measure", measure)
    assert run.main(["extract"], tmp_path) == 0
    assert run.main(["extract", "peers"], tmp_path) == 1
    assert "python benchmarks/peers.py failed: no peers" in capsys.readouterr().err
    found = Results.read(tmp_path / "RESULTS.json")
    assert list(found.by_name) == ["extract", "peers"]
    assert found.by_name["extract"].figures[0].ratio == 1
    assert found.by_name["peers"].figures[0].before == 4
    assert "no peers" in (tmp_path / "RESULTS.md").read_text("utf-8")


def test_unknown_name_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run.main(["extrakt"])
    assert ended.value.code == 2
    assert "no measurement extrakt; there are extract, peers" in capsys.readouterr().err


# --- What is measured -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formulas", "output", "kept"),
    [
        (["$x_1$"], "设 $x_1$ 为", 1),
        (["$x_1$"], r"设 $x\_1$ 为", 0),
        (["$x$", "$x$"], "设 $x$ 为", 1),
        (["x"], "x 轴", 0),
        (["$$a\nb$$"], "$$\na b\n$$", 1),
        ([r"\begin{equation}a\end{equation}"], "$$\\begin{equation}\na\n\\end{equation}$$", 1),
        ([r"\(x\)"], "$x$", 1),
    ],
)
def test_kept_formulas(formulas: list[str], output: str, kept: int) -> None:
    assert count_formulas(formulas, output) == (kept, len(formulas))


@pytest.mark.parametrize(
    ("url", "output", "kept"),
    [
        ("https://kexue.fm/archives/12", "[a](/archives/12)", 1),
        ("https://kexue.fm/archives/12", "[a](https://kexue.fm/archives/12/)", 1),
        ("https://example.org/", "[a](https://example.org/)", 1),
        ("https://kexue.fm/tag/%E7%BD%91", "[a](/tag/网)", 1),
        ("https://kexue.fm/archives/12", "[a](/archives/)", 0),
    ],
)
def test_kept_addresses(url: str, output: str, kept: int) -> None:
    assert count_links([{"url": url}], output) == (kept, 1)
    assert count_pictures([{"url": url}], output) == (kept, 1)


def test_articles_of_large_archives_differ() -> None:
    """They are made from few pages; the function itself compares them with their own pages."""
    articles = list(many_articles(100))
    assert len({article.body_text for article in articles}) == 100
    assert len({article.title for article in articles}) == 100


def test_large_archive_is_complete_and_quiet(tmp_path: Path) -> None:
    """A run on it finds nothing new, so that it measures what it says; most are read again here.

    It writes no file anew.
    """
    make_archive(tmp_path, 30)
    written = (tmp_path / "kexue.jsonl").stat().st_ino
    with serving("many", 30) as (base, _):
        crawl(base, tmp_path)
    assert (tmp_path / "kexue.jsonl").stat().st_ino == written
    db = open_for_reading(tmp_path / "kexue.db")
    runs = db.execute("SELECT outcome, listed, new, changed, failed, requests FROM runs").fetchall()
    assert [row[:5] for row in runs] == 2 * [("ok", 30, 0, 0, 0)]
    assert all(requests < 30 for *_, requests in runs)
    db.close()
