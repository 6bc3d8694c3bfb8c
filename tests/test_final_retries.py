"""The last tries of a run: which pages get one more, how often, and when there are no more."""

from __future__ import annotations

import pytest
from scrapy import Request

from archiver.network.circuit_breaker import CircuitBreaker
from archiver.network.exceptions import Stopped
from archiver.network.final_retries import FinalRetries
from archiver.network.requests import final_retries_of
from archiver.network.stop import Stop


def page(number: int) -> Request:
    return Request(f"https://kexue.fm/archives/{number}", meta={"retry_times": 4})


def test_each_page_once_in_the_order_in_which_they_failed() -> None:
    retries = FinalRetries()
    for number in (3, 1, 2, 1):
        retries.add(page(number))
    urls = [request.url[-1] for request in iter(retries.next_request, None)]
    assert urls == ["3", "1", "2"]


def test_a_final_retry_is_sent_as_if_for_the_first_time() -> None:
    retries = FinalRetries()
    redirected = page(1).replace(
        url="https://kexue.fm/other",
        cookies={"a": "b"},
        meta={"redirect_urls": ["https://kexue.fm/archives/1"], "handle_httpstatus_list": [404]},
    )
    retries.add(redirected)
    request = retries.next_request()
    assert request is not None
    assert (request.url, request.cookies) == ("https://kexue.fm/archives/1", {})
    assert request.meta == {"handle_httpstatus_list": [404], "kexue_last_chance": 1}


def test_three_final_retries_of_a_page() -> None:
    retries, request, tries = FinalRetries(), page(1), 0
    while True:
        retries.add(request)
        again = retries.next_request()
        if again is None:
            break
        request, tries = again, tries + 1
        assert final_retries_of(request) == tries
    assert tries == 3


def test_four_in_vain_end_them_all() -> None:
    retries = FinalRetries()
    for number in range(9):
        retries.add(page(number))
    for _ in range(4):
        request = retries.next_request()
        assert request is not None
        retries.add(request)
    assert retries.next_request() is None


def test_a_page_that_comes_begins_the_count_anew() -> None:
    retries = FinalRetries()
    for number in range(9):
        retries.add(page(number))
    for turn in range(8):
        request = retries.next_request()
        assert request is not None
        if turn % 2:
            retries.succeed(request.url)
        else:
            retries.add(request)
    assert retries.next_request() is not None


def test_what_failed_in_an_earlier_run_gets_none() -> None:
    retries = FinalRetries()
    retries.exclude([page(1).url])
    retries.add(page(1))
    assert retries.next_request() is None


def test_what_was_read_after_all_gets_none() -> None:
    retries = FinalRetries()
    retries.add(page(1))
    retries.succeed(page(1).url)
    assert retries.next_request() is None


@pytest.mark.parametrize(("limit", "failures"), [(1, 1), (4, 4)])
def test_the_breaker_stops_at_its_limit(limit: int, failures: int) -> None:
    breaker = CircuitBreaker(Stop(), limit)
    for _ in range(failures - 1):
        breaker.fail("in a row")
    breaker.stop.check()
    breaker.fail("in a row")
    with pytest.raises(Stopped, match=f"{failures} in a row"):
        breaker.stop.check()


def test_a_success_resets_the_breaker_and_no_limit_is_none() -> None:
    stop = Stop()
    resetting, unlimited = CircuitBreaker(stop, 2), CircuitBreaker(stop, 0)
    for _ in range(9):
        resetting.fail("in a row")
        resetting.succeed()
        unlimited.fail("in a row")
    stop.check()
