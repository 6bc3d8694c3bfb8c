"""How the replica sends its answers: whole, cut, slowly, with a wrong length, or not at all."""

from __future__ import annotations

import os
import select
import socket
import struct
import time
from typing import TYPE_CHECKING, Final

from archiver.demo.routes import Answer
from archiver.demo.server import BlogHandler

if TYPE_CHECKING:
    from replica import Replica

    from rig.faults import Fault
    from rig.seen import Seen

#: Into how many pieces a dripping answer is divided.
_DROPS: Final = 20
#: How soon a silent connection sees that the client or the replica has gone, in seconds.
_LOOK: Final = 0.05


class ReplicaHandler(BlogHandler):
    """Answers through the replica, which may break the answer on its way out."""

    seen: Seen

    @property
    def replica(self) -> Replica:
        """The replica that this connection belongs to."""
        site: Replica = self.server.site  # type: ignore[assignment]
        return site

    def do_GET(self) -> None:  # noqa: N802 - the name that http.server calls
        """Log the request and send its answer, broken or not."""
        self.seen = self.replica.enter(self.path, dict(self.headers.items()))
        try:
            fault = self.replica.take_fault(self.path)
            self.seen.fault = None if fault is None else fault.kind
            given = self.replica.answer_with(fault, self.path, self.headers.get("Cookie", ""))
            self.seen.retry_after = dict(given.headers).get("Retry-After")
            self.send_broken(given, fault)
        finally:
            self.replica.leave(self.seen)

    def send_head(self, given: Answer, length: int) -> None:
        """As the demo's; the log has it before the client does."""
        self.seen.status, self.seen.end = given.status, time.monotonic()
        super().send_head(given, length)

    def send_broken(self, given: Answer, fault: Fault | None) -> None:
        """Send the answer whole, or in the way of the fault."""
        kind = fault.kind if fault else None
        if kind == "reset":
            self.reset()
        elif kind == "cut":
            self.send_part(given, len(given.body), len(given.body) // 2)
        elif kind == "length":
            assert fault is not None
            self.send_part(given, max(0, len(given.body) + fault.options["off"]), len(given.body))
        elif kind == "drip":
            assert fault is not None
            self.drip(given, fault.options["seconds"], fault.options.get("then", "go-on"))
        elif kind == "timeout":
            self.fall_silent()
        else:
            self.send(given)

    def send_part(self, given: Answer, said: int, sent: int) -> None:
        """Say one length, send another, and hang up."""
        self.send_head(given, said)
        self.wfile.write(given.body[:sent])
        self.close_connection = True

    def drip(self, given: Answer, seconds: float, then: str) -> None:
        """Send the answer in drops over `seconds`; stop in the middle, or fall silent there."""
        self.send_head(given, len(given.body))
        size = max(1, -(-len(given.body) // _DROPS))
        drops = [given.body[at : at + size] for at in range(0, len(given.body), size)]
        for drop in drops if then == "go-on" else drops[: len(drops) // 2]:
            self.wfile.write(drop)
            self.wfile.flush()
            if self.replica.ended.wait(seconds / _DROPS):
                break
        if then == "silent":
            self.fall_silent()
        self.close_connection = self.close_connection or then != "go-on"

    def fall_silent(self) -> None:
        """Keep the connection, say nothing, until the client or the replica goes."""
        self.close_connection = True
        while not self.replica.ended.is_set():
            readable, _, _ = select.select([self.connection], [], [], _LOOK)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                return

    def reset(self) -> None:
        """Close the connection with RST."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
