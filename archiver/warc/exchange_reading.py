"""Puts the records of an exchange together again: answer, request, the reason of a failure."""

from __future__ import annotations

from collections.abc import Mapping

from fastwarc.warc import WarcRecord

from archiver.warc.exchange import Failed
from archiver.warc.http_message import status_of
from archiver.warc.recorded_runs import Place, RecordedExchange, RecordedRun


class ExchangeReader:
    """Takes records in the order of a file, and adds the exchanges to their runs.

    ``fields`` are the WARC header fields of a record.
    """

    def __init__(self) -> None:
        #: The answer whose request has not come yet, and its run.
        self._answer: tuple[RecordedRun, RecordedExchange] | None = None
        #: The exchange whose request came last, and the id of that request.
        self._last: tuple[str, RecordedExchange] | None = None

    def add_answer(
        self, run: RecordedRun, record: WarcRecord, fields: Mapping[str, str], place: Place
    ) -> None:
        """Take an answer; those before the answer (``103 Early Hints``) are passed over."""
        status = status_of(record.reader.read())
        if status is not None and status < 200 and status != 101:
            return
        self.end()
        exchange = _exchange(fields)
        exchange.answer = place
        exchange.record_id = fields.get("WARC-Record-ID", "")
        exchange.refers_to = fields.get("WARC-Refers-To")
        exchange.truncated = fields.get("WARC-Truncated")
        self._answer = run, exchange

    def add_request(self, run: RecordedRun, fields: Mapping[str, str]) -> None:
        """Take a request: the exchange is whole, with its answer or without one."""
        answered = fields.get("WARC-Concurrent-To")
        if self._answer is None or self._answer[1].record_id != answered:
            self.end()
            self._answer = run, _exchange(fields)
        self._last = fields.get("WARC-Record-ID", ""), self._answer[1]
        self.end()

    def add_failure(self, run: RecordedRun, failed: Failed, fields: Mapping[str, str]) -> None:
        """Take the reason of a failure; without a request it is an exchange of its own."""
        request = fields.get("WARC-Concurrent-To")
        if request is not None and self._last is not None and self._last[0] == request:
            self._last[1].failed = failed
            return
        exchange = _exchange(fields)
        exchange.failed = failed
        run.exchanges.append(exchange)

    def end(self) -> None:
        """Take over the last answer, also where the record of its request is lost."""
        if self._answer is not None:
            run, exchange = self._answer
            run.exchanges.append(exchange)
        self._answer = None


def _exchange(fields: Mapping[str, str]) -> RecordedExchange:
    moment = fields.get("WARC-Date", "").removesuffix("Z") + "+00:00"
    return RecordedExchange(fields.get("WARC-Target-URI", ""), moment)
