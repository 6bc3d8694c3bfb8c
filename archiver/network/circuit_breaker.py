"""A circuit breaker: it stops the run when too many failures of one kind follow each other."""

from __future__ import annotations

from archiver.network.stop import Stop


class CircuitBreaker:
    """Counts failures in a row; the ``limit``-th one stops the run (0: none does)."""

    def __init__(self, stop: Stop, limit: int) -> None:
        self.stop = stop
        self.limit = limit
        #: Failures since the last success.
        self.count = 0

    def succeed(self) -> None:
        """Note a success."""
        self.count = 0

    def fail(self, reason: str) -> None:
        """Note a failure; ``reason`` follows the count in the sentence that ends the run."""
        self.count += 1
        if 0 < self.limit <= self.count:
            self.stop.call(f"{self.count} {reason}")
