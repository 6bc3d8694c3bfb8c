"""The runs that WARC files tell of are read back, also from files that are damaged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archiver.network.failure_reasons import error_again, failed_with
from archiver.replay.answers import RecordedAnswers
from archiver.warc.exchange import Exchange, Failed
from archiver.warc.file_names import find_warc_files
from archiver.warc.record_reading import first_record
from archiver.warc.recorded_runs import Place, RecordedExchange, RecordedRun, put_in_order
from archiver.warc.run_reading import read_runs
from archiver.warc.salvage import whole_members
from archiver.warc.warc_records import Earlier
from archiver.warc.warc_writer import WarcWriter

NINE = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
URL = "https://kexue.fm/archives/6583"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\xe6\xad\xa3\n"
REQUEST = b"GET /archives/6583 HTTP/1.1\r\nHost: kexue.fm\r\n\r\n"
TIMEOUT = Failed("DownloadTimeoutError", "no answer in time")
ABOUT = {"settings": '{"KEXUE_BASE_URL": "https://kexue.fm"}'}


def a_row(number: int, minutes: int, **values: Any) -> dict[str, Any]:
    moment = NINE + timedelta(minutes=minutes)
    return {"id": number, "started_at": moment.isoformat(), "mode": "normal", **values}


def write_run(
    folder: Path,
    number: int,
    *exchanges: Exchange,
    ending: str | None = "finished",
    most: int = 10**6,
) -> Path:
    """Write a run with its end, unless it was killed; returns the newest file."""
    writer = WarcWriter(folder, most=most, about=ABOUT, known={})
    row = a_row(number, number)
    about = {"row": row, "arguments": {"full": "1"}, "captures": 5, "asked": {"7": 2}}
    writer.begin_run(NINE + timedelta(minutes=number), about)
    for exchange in exchanges:
        writer.append(exchange)
    if ending is not None:
        writer.end_run(NINE + timedelta(minutes=number + 1), {**row, "ending": ending})
    writer.close()
    return find_warc_files(folder)[-1]


def exchanged(answer: bytes = ANSWER, url: str = URL, **values: Any) -> Exchange:
    fields = {"request": REQUEST, "response": bytearray(answer), **values}
    return Exchange(url, NINE + timedelta(minutes=1, seconds=30), **fields)


def test_what_a_run_began_with_and_ended_with(tmp_path: Path) -> None:
    write_run(tmp_path, 1, exchanged())
    (run,), faults = read_runs(tmp_path)
    assert faults == []
    assert (run.id, run.arguments, run.captures, run.asked) == (1, {"full": "1"}, 5, {7: 2})
    assert run.settings == {"KEXUE_BASE_URL": "https://kexue.fm"}
    assert (run.ending, run.is_killed) == ("finished", False)
    (exchange,) = run.exchanges
    assert (exchange.url, exchange.sent_at) == (URL, "2026-11-26T09:01:30+00:00")
    assert (exchange.capture, exchange.is_whole) == (6, True)


def test_every_way_in_which_an_exchange_ends(tmp_path: Path) -> None:
    """With hints before the answer, broken off, without an answer, without a connection."""
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    write_run(
        tmp_path,
        1,
        exchanged(hints + ANSWER),
        exchanged(ANSWER[:-2], truncated="time", failed=TIMEOUT),
        exchanged(b"", failed=TIMEOUT),
        exchanged(b"", request=b"", failed=TIMEOUT),
    )
    (run,), faults = read_runs(tmp_path)
    assert faults == []
    found = [(e.answer is not None, e.truncated, e.failed, e.capture) for e in run.exchanges]
    assert found == [
        (True, None, None, 6),
        (True, "time", TIMEOUT, 7),
        (False, None, TIMEOUT, 0),
        (False, None, TIMEOUT, 0),
    ]


def test_a_run_that_was_killed_has_no_end(tmp_path: Path) -> None:
    write_run(tmp_path, 1, exchanged(), ending=None)
    (run,), _ = read_runs(tmp_path)
    assert (run.is_killed, run.end) == (True, None)


def test_a_run_in_many_files(tmp_path: Path) -> None:
    write_run(tmp_path, 1, exchanged(), exchanged(), most=1)
    assert len(find_warc_files(tmp_path)) == 4
    (run,), faults = read_runs(tmp_path)
    assert (len(run.exchanges), run.ending, faults) == (2, "finished", [])


def places_of(path: Path) -> list[int]:
    return [member.offset for member in whole_members(path, [])]


@pytest.mark.parametrize(
    ("record", "exchanges", "words"),
    [
        (0, 2, "settings of run 1 is damaged"),
        (1, 2, None),  # the answer: its request is there without it
        (2, 2, None),  # the request: its answer stays
        (5, 2, None),  # the end
    ],
)
def test_one_damaged_record(tmp_path: Path, record: int, exchanges: int, words: str | None) -> None:
    """What is whole behind it is read, and the place is named."""
    path = write_run(tmp_path, 1, exchanged(), exchanged(url=f"{URL}?"))
    place = places_of(path)[record]
    data = bytearray(path.read_bytes())
    data[place + 40] ^= 0xFF
    path.write_bytes(data)
    (run,), faults = read_runs(tmp_path)
    assert f"byte {place:,}: " in faults[0]
    assert len(run.exchanges) == exchanges
    assert run.is_killed is (record == 5)
    assert run.exchanges[0].is_whole is (record != 1)
    assert len(faults) == 1 if words is None else words in faults[1]


def test_a_file_that_is_cut_off_at_any_place(tmp_path: Path) -> None:
    """No byte of it makes the reading fail."""
    path = write_run(tmp_path, 1, exchanged(), exchanged(b"", failed=TIMEOUT))
    data, borders = path.read_bytes(), {0, *places_of(path)}
    for end in range(0, len(data), 37):
        path.write_bytes(data[:end])
        runs, faults = read_runs(tmp_path)
        assert len(runs) <= 1
        assert bool(faults) is (end not in borders)


@pytest.mark.parametrize("foreign", [0, 9])
def test_a_run_refers_to_a_record_of_an_earlier_version(tmp_path: Path, foreign: int) -> None:
    """Its body is there although nothing tells which run has received it; others take no number."""
    writer = WarcWriter(tmp_path, most=10**6, about=ABOUT, known={})
    first = writer.append(exchanged())
    assert first is not None
    for _ in range(foreign):
        writer.append(exchanged())
    writer.begin_run(NINE, {"row": a_row(2, 0), "arguments": {}, "captures": 5, "asked": {}})
    record = first_record(first.member)
    fields = dict(record.headers.items())
    names = ("WARC-Date", "WARC-Record-ID", "WARC-Payload-Digest")
    earlier = Earlier(URL, *(fields[name] for name in names))
    writer.append(exchanged(), earlier)
    writer.close()
    runs, _ = read_runs(tmp_path)
    answers = RecordedAnswers(tmp_path, runs)
    (again,) = runs[0].exchanges
    assert answers.read(again).payload == ANSWER[-4:]
    assert answers.capture(again, 2, 10**6).refers_to == 1
    assert again.capture == 6


def test_records_of_earlier_versions_are_left_out(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, most=10**6, about=ABOUT, known={})
    writer.append(exchanged())
    writer.close()
    runs, (sentence,) = read_runs(tmp_path)
    assert runs == []
    assert "3 records are left out, as they do not say to which run they belong" in sentence


# --- The order of runs ----------------------------------------------------------------------------


def a_run(number: int, minutes: int, captures: int, *urls: str, **values: Any) -> RecordedRun:
    place = Place("2026-11-26-1.warc.gz", 0, 1)
    made = [RecordedExchange(url, "2026-11-26T09:00:00+00:00", place) for url in urls]
    start = {"row": a_row(number, minutes), "arguments": {}, "settings": {}, "previous": None}
    return RecordedRun(**{**start, "captures": captures, "exchanges": made, **values})


def test_captures_have_the_numbers_that_they_had() -> None:
    runs = [a_run(2, 2, 2, "c"), a_run(1, 1, 0, "a", "b")]
    assert list(put_in_order(runs)) == []
    assert [[e.capture for e in run.exchanges] for run in runs] == [[1, 2], [3]]


def test_what_a_killed_run_has_not_stored_and_the_next_has_asked_for_again() -> None:
    """It is left out. What nobody has asked for again stays: it may be all that there is."""
    runs = [a_run(1, 1, 0, "a", "b", "c"), a_run(2, 2, 1, "b")]
    list(put_in_order(runs))
    assert [e.url for e in runs[0].exchanges] == ["a", "c"]
    assert [[e.capture for e in run.exchanges] for run in runs] == [[1, 3], [2]]


def test_the_next_run_tells_how_one_ended() -> None:
    previous = a_row(1, 1, ending="killed", finished_at="2026-11-26T09:01:30+00:00")
    runs = [a_run(1, 1, 0, "a"), a_run(2, 2, 1, previous=previous)]
    list(put_in_order(runs))
    assert runs[0].end == previous
    assert runs[0].is_killed


def test_numbers_that_come_twice() -> None:
    """A run of another archive, or behind an older copy of the database, gets the next number."""
    runs = [a_run(1, 1, 0, "a"), a_run(2, 2, 1, "b"), a_run(1, 3, 0, "c")]
    (sentence,) = put_in_order(runs)
    assert "run 1 of 2026-11-26T09:03:00+00:00 comes behind run 2" in sentence
    assert [run.id for run in runs] == [1, 2, 3]
    assert [e.capture for run in runs for e in run.exchanges] == [1, 2, 3]


# --- Reasons of failures --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    ["CannotResolveHostError", "DownloadConnectionRefusedError", "DownloadTimeoutError",
     "ResponseDataLossError", "DownloadCancelledError", "DownloadFailedError",
     "CertificateRefused", "UnsupportedURLSchemeError"],
)  # fmt: skip
def test_an_error_is_made_again(kind: str) -> None:
    """Of the same class, so that it is tried again or not, and with the same reason."""
    kept = Failed(kind, "the certificate of kexue.fm has expired")
    error = error_again(kept)
    assert type(error).__name__ == kind
    assert failed_with(error) == kept


def test_an_error_that_nobody_knows() -> None:
    error = error_again(Failed("SomethingNew", "it did not work"))
    assert type(error).__name__ == "DownloadFailedError"
    assert failed_with(error).reason == "it did not work"
