"""The texts of dates and reader counts, value by value: none is ever invented."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from archiver.extraction.dates import parse_date
from archiver.extraction.readers import parse_readers

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai

# --- Dates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "day", "moment"),
    [
        ("2019-05-03", "2019-05-03", None),
        (" 2019-05-03 ", "2019-05-03", None),
        ("2019-5-3", "2019-05-03", None),
        ("2019/05/03", "2019-05-03", None),
        ("2019.05.03", "2019-05-03", None),
        ("2019年5月3日", "2019-05-03", None),
        ("2019 年 5 月 3 日", "2019-05-03", None),
        ("May 3, 2019", "2019-05-03", None),
        ("3 May 2019", "2019-05-03", None),
        ("2019-05-03 14:20", "2019-05-03", "2019-05-03T14:20:00+08:00"),
        ("2019-05-03 14:20:59", "2019-05-03", "2019-05-03T14:20:59+08:00"),
        ("2019年5月3日 14:20", "2019-05-03", "2019-05-03T14:20:00+08:00"),
        ("2019-05-03T14:20:59+08:00", "2019-05-03", "2019-05-03T14:20:59+08:00"),
        ("2019-05-02T16:00:00Z", "2019-05-03", "2019-05-03T00:00:00+08:00"),
        ("Fri, 03 May 2019 14:20:59 +0800", "2019-05-03", "2019-05-03T14:20:59+08:00"),
        ("Thu, 02 May 2019 20:00:00 +0000", "2019-05-03", "2019-05-03T04:00:00+08:00"),
        ("Thu, 02 May 2019 20:00:00 GMT", "2019-05-03", "2019-05-03T04:00:00+08:00"),
        ("Thu, 02 May 2019 20:00:00 UT", "2019-05-03", "2019-05-03T04:00:00+08:00"),
        ("Fri, 03 May 2019 14:20:59 CST", "2019-05-03", None),  # China's or America's
        ("Fri, 03 May 2019 14:20:59 (CST)", "2019-05-03", None),
        ("Fri, 03 May 2019 14:20:59 EST", "2019-05-03", None),
        ("Fri, 03 May 2019 22:20:59 pdt", "2019-05-03", None),
        ("Fri May 03 14:20:59 CST 2019", "2019-05-03", None),
        ("2019-05-03 14:20 CST", "2019-05-03", None),
        ("Fri, 03 May 2019 14:20:59 +0800 (CST)", "2019-05-03", "2019-05-03T14:20:59+08:00"),
        ("Fri, 03 May 2019 14:20:59 GMT+0800", "2019-05-03", "2019-05-03T14:20:59+08:00"),
        ("2:20 pm May 3, 2019", "2019-05-03", "2019-05-03T14:20:00+08:00"),
        ("2009-01-01", "2009-01-01", None),
        ("2020-02-29", "2020-02-29", None),
        ("2026-11-23", "2026-11-23", None),
        ("2026-11-24", "2026-11-24", None),  # tomorrow: an author's clock may be ahead
    ],
)
def test_dates(text: str, day: str, moment: str | None) -> None:
    assert parse_date(text, NOW) == (day, moment)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        " ",
        "3天前",
        "昨天",
        "今天 10:00",
        "yesterday",
        "2 days ago",
        "1556841600",
        "2013 年 6 月",
        "2012 年",
        "2019-05",
        "05-03",
        "4月20日 18:10",
        "2019-02-30",
        "2019-13-01",
        "2031-01-01",
        "2026-11-25",
        "2008-12-31",
        "1970-01-01",
        "0013-06-01",
        "By 苏剑林 | 2019-05-03 | 94037位读者",
        "94037位读者",
        "苏剑林",
    ],
)
def test_no_date_is_invented(text: str | None) -> None:
    assert parse_date(text, NOW) == (None, None)


@pytest.mark.parametrize(
    ("text", "now", "accepted"),
    [
        ("2026-11-25", datetime(2026, 11, 23, 15, 59, tzinfo=UTC), False),
        ("2026-11-25", datetime(2026, 11, 23, 16, 0, tzinfo=UTC), True),  # the 24th in Shanghai
    ],
)
def test_tomorrow_is_shanghais(text: str, now: datetime, accepted: bool) -> None:
    assert (parse_date(text, now)[0] is not None) is accepted


@limits(deadline=None)  # a loaded machine is no defect
@given(st.datetimes(datetime(2009, 1, 1), datetime(2026, 11, 23)))  # noqa: DTZ001
def test_every_day_and_minute_is_read_back(moment: datetime) -> None:
    day = moment.date().isoformat()
    assert parse_date(day, NOW) == (day, None)
    chinese = f"{moment.year}年{moment.month}月{moment.day}日"
    assert parse_date(chinese, NOW) == (day, None)
    assert parse_date(f"{moment:%Y-%m-%d %H:%M}", NOW) == (day, f"{moment:%Y-%m-%dT%H:%M}:00+08:00")


@limits(deadline=None)  # a loaded machine is no defect
@given(st.one_of(st.text(max_size=40), st.text("0123456789年月日-/: +前天", max_size=20)))
def test_no_text_breaks_the_dates(text: str) -> None:
    day, moment = parse_date(text, NOW)
    assert day is None or "2009-01-01" <= day <= "2026-11-24"
    assert moment is None or moment.startswith(str(day))


# --- Readers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "readers"),
    [
        ("94037位读者", 94037),
        ("94037 位读者", 94037),
        (" 94037位读者 ", 94037),
        ("94037", 94037),
        ("0位读者", 0),
        ("1,234", 1234),
        ("1,234,567位读者", 1234567),
        ("1，234位读者", 1234),
        ("１２３", 123),
        ("１２３位读者", 123),
        ("9.4万", 94000),
        ("9.4万位读者", 94000),
        ("9.4 万位读者", 94000),
        ("10万+", 100000),
        ("1.5亿", 150000000),
        ("3萬", 30000),
        ("1.2k views", 1200),
        ("1 reader", 1),
        ("12人阅读", 12),
        ("12次阅读", 12),
    ],
)
def test_readers(text: str, readers: int) -> None:
    assert parse_readers(text) == readers


@pytest.mark.parametrize(
    "text",
    [
        "",
        "位读者",
        "没有读者",
        "-5位读者",
        "1.5位读者",
        "1,23位读者",
        "12,34",
        "1 234",
        "1e5",
        "9.4.1万",
        "NaN",
        "inf",
        "94037位读者 | 引用",
        "约94037位读者",
        "99999999999",
        "9" * 5000,
        "五",
        "½",
        "²万亿",
    ],
)
def test_no_count_is_invented(text: str) -> None:
    assert parse_readers(text) is None


@limits(deadline=None)  # a loaded machine is no defect
@given(st.integers(0, 10_000_000_000))
def test_every_count_is_read_back(count: int) -> None:
    assert parse_readers(f"{count}位读者") == count
    assert parse_readers(f"{count:,}位读者") == count


@limits(deadline=None)  # a loaded machine is no defect
@given(st.one_of(st.text(max_size=40), st.text("0123456789.,万亿kK位读者+ ", max_size=20)))
def test_no_text_breaks_the_readers(text: str) -> None:
    readers = parse_readers(text)
    assert readers is None or 0 <= readers < 2**63
