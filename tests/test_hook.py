"""The hooks at the end of a run: a real server, real commands, and no secret in what is said."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings

from archiver.run import hook_address, hook_command
from archiver.run.hooks import call_hooks, check_hooks

REPORT: dict[str, Any] = {"mode": "normal", "exit_status": 0, "problem": None, "title": "长"}
FAILED = {**REPORT, "exit_status": 1, "problem": "2 failed"}


@dataclass
class Received:
    """A request as the server got it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Service:
    """A web server that answers each path with a status and perhaps a Location."""

    port: int
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    silent: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/", user: str = "") -> str:
        return f"http://{user}127.0.0.1:{self.port}{path}"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def service() -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            it.received.append(Received(self.command, self.path, dict(self.headers), body))
            if self.path == "/silent":
                it.silent.wait(30)
                return
            status, location = it.answers.get(self.path, (200, ""))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *_: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        it = Service(server.server_port)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield it
        it.silent.set()
        server.shutdown()
        thread.join()


def call(report: dict[str, Any] = REPORT, **settings: str) -> list[str]:
    values = {f"KEXUE_HOOK_{name}": value for name, value in settings.items()}
    return call_hooks(report, Settings({"USER_AGENT": "kexue-archiver/1 (+me@b.org)", **values}))


# --- Which, and when ------------------------------------------------------------------------------


def test_nothing_set_nothing_done() -> None:
    assert call() == []
    assert call(URL="", COMMAND="", WHEN="") == []
    assert call_hooks(REPORT, Settings()) == []


@pytest.mark.parametrize(
    ("when", "report", "calls"),
    [
        ("", REPORT, 1),
        ("always", REPORT, 1),
        ("always", FAILED, 1),
        ("failure", REPORT, 0),
        ("failure", FAILED, 1),
        ("failure", {**REPORT, "exit_status": 2}, 1),
    ],
)
def test_when(
    service: Service, tmp_path: Path, when: str, report: dict[str, Any], calls: int
) -> None:
    command = f"echo called >> {tmp_path / 'log'}"
    assert call(report, URL=service.url(), COMMAND=command, WHEN=when) == []
    assert len(service.received) == calls
    assert (tmp_path / "log").exists() == bool(calls)


def test_one_hook_does_not_depend_on_the_other(service: Service, tmp_path: Path) -> None:
    service.answers["/"] = (500, "")
    done = call(URL=service.url(), COMMAND=f"touch {tmp_path / 'log'}; exit 4")
    assert [re.split(" (?:failed|ended)", words)[0] for words in done] == [
        "the hook at http://127.0.0.1",
        "the hook command",
    ]
    assert (tmp_path / "log").exists()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"KEXUE_HOOK_WHEN": "sometimes"}, "KEXUE_HOOK_WHEN=sometimes is neither always nor fail"),
        ({"KEXUE_HOOK_URL": "ftp://example.org/secret"}, "KEXUE_HOOK_URL is not an address like"),
        ({"KEXUE_HOOK_URL": "file:///secret"}, "KEXUE_HOOK_URL is not"),
        ({"KEXUE_HOOK_URL": "example.org/secret"}, "KEXUE_HOOK_URL is not"),
        ({"KEXUE_HOOK_URL": "https:///secret"}, "KEXUE_HOOK_URL is not"),
        ({"KEXUE_HOOK_URL": "https://example.org:port/secret"}, "KEXUE_HOOK_URL is not"),
        ({"KEXUE_HOOK_URL": "https://[::1/secret"}, "KEXUE_HOOK_URL is not"),
        ({"KEXUE_HOOK_URL": "https://example.org/a secret"}, "KEXUE_HOOK_URL is not"),
        ({"KEXUE_HOOK_URL": "https://example.org/secret\r\nHost: a"}, "KEXUE_HOOK_URL is not"),
        ({"KEXUE_HOOK_URL": "https://example.org/secret长"}, "KEXUE_HOOK_URL is not"),
    ],
)
def test_wrong_settings(settings: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        check_hooks(Settings(settings))
    assert "secret" not in str(caught.value)
    assert call_hooks(REPORT, Settings(settings)) == [str(caught.value)]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"KEXUE_HOOK_URL": "https://hooks.example.org/T0/B0/xyz?a=b#c"},
        {"KEXUE_HOOK_URL": "http://me:pass@[::1]:8080"},
        {"KEXUE_HOOK_URL": "HTTPS://EXAMPLE.ORG", "KEXUE_HOOK_WHEN": "always"},
        {"KEXUE_HOOK_COMMAND": "mail -s 档案 me", "KEXUE_HOOK_WHEN": "failure"},
    ],
)
def test_right_settings(settings: dict[str, str]) -> None:
    check_hooks(Settings(settings))


# --- The address ----------------------------------------------------------------------------------


def test_post(service: Service, tmp_path: Path) -> None:
    report = {**REPORT, "files": {"jsonl": tmp_path / "kexue.jsonl"}}
    assert call(report, URL=service.url("/hook/token?key=1#part")) == []
    (request,) = service.received
    assert (request.method, request.path) == ("POST", "/hook/token?key=1")
    assert request.headers["Content-Type"] == "application/json; charset=utf-8"
    assert request.headers["User-Agent"] == "kexue-archiver/1 (+me@b.org)"
    assert "Authorization" not in request.headers
    assert json.loads(request.body) == {
        **REPORT,
        "files": {"jsonl": str(tmp_path / "kexue.jsonl")},
    }
    assert "长".encode() in request.body


def test_user_and_password(service: Service) -> None:
    assert call(URL=service.url("/", user="me:p%40ss@")) == []
    assert service.received[0].headers["Authorization"] == "Basic bWU6cEBzcw=="


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_brings_the_report_along(service: Service, status: int) -> None:
    """Asking again with GET, as browsers do, would lose the report without an error."""
    service.answers["/old"] = (status, "/new")
    assert call(URL=service.url("/old", user="me:pass@")) == []
    first, second = service.received
    assert (second.method, second.path, second.body) == ("POST", "/new", first.body)
    assert second.headers["Content-Type"] == "application/json; charset=utf-8"
    assert "Authorization" not in second.headers


def test_see_other_is_followed_without_the_report(service: Service) -> None:
    service.answers["/old"] = (303, "/thanks")
    assert call(URL=service.url("/old")) == []
    assert [(r.method, r.path) for r in service.received] == [("POST", "/old"), ("GET", "/thanks")]


@pytest.mark.parametrize("place", ["ftp://127.0.0.1:1/secret", "file:///etc/secret", "data:,a"])
def test_redirect_to_another_scheme(service: Service, place: str) -> None:
    service.answers["/secret"] = (307, place)
    assert call(URL=service.url("/secret")) == [
        "the hook at http://127.0.0.1 failed: it answers with status 307 (KEXUE_HOOK_URL)"
    ]


def test_redirect_to_nowhere(service: Service) -> None:
    service.answers["/secret"] = (307, "http://127.0.0.1:secret/")
    (sentence,) = call(URL=service.url("/secret"))
    assert "secret" not in sentence
    assert sentence.startswith("the hook at http://127.0.0.1 failed: it cannot be used (")


def test_redirect_in_a_circle(service: Service) -> None:
    service.answers["/a"] = (307, "/a")
    assert "it answers with status 307" in call(URL=service.url("/a"))[0]
    assert len(service.received) < 12


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_refusal(service: Service, status: int) -> None:
    service.answers["/services/secret?token=secret"] = (status, "")
    assert call(URL=service.url("/services/secret?token=secret", user="secret:secret@")) == [
        f"the hook at http://127.0.0.1 failed: it answers with status {status} (KEXUE_HOOK_URL)"
    ]


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert call(URL=f"http://me:secret@127.0.0.1:{port}/secret") == [
            "the hook at http://127.0.0.1 failed: Connection refused (KEXUE_HOOK_URL)"
        ]


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("two\r\nlines", r"it cannot be used \(ValueError\)"),
        ("长", r"it cannot be used \(UnicodeEncodeError\)"),
    ],
)
def test_request_that_cannot_be_sent(service: Service, user_agent: str, words: str) -> None:
    settings = Settings({"USER_AGENT": user_agent, "KEXUE_HOOK_URL": service.url("/secret")})
    (sentence,) = call_hooks(REPORT, settings)
    assert re.search(words, sentence)
    assert "secret" not in sentence


def test_host_that_cannot_be_a_name() -> None:
    (sentence,) = call(URL=f"http://{'a' * 64}.example/secret")
    assert sentence.startswith(f"the hook at http://{'a' * 64}.example failed: ")
    assert "secret" not in sentence


def test_something_else_than_a_web_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1)
                connection.sendall(b"220 mail.example.org ESMTP\r\n")
                while connection.recv(65536):
                    pass

        thread = threading.Thread(target=greet)
        thread.start()
        assert call(URL=f"http://127.0.0.1:{server.getsockname()[1]}/secret") == [
            "the hook at http://127.0.0.1 failed: what it sends is no answer of a web server"
            " (KEXUE_HOOK_URL)"
        ]
        thread.join()


def test_no_answer(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hook_address, "URL_TIMEOUT", 0.2)
    assert call(URL=service.url("/silent")) == [
        "the hook at http://127.0.0.1 failed: no answer within 0.2 s (KEXUE_HOOK_URL)"
    ]


def test_answer_that_comes_in_drops(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is for the whole, not for each byte: a run must end."""
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
                while not is_over.wait(0.02):
                    connection.sendall(b"a")

        thread = threading.Thread(target=drip)
        thread.start()
        monkeypatch.setattr(hook_address, "URL_TIMEOUT", 0.3)
        sentences = call(URL=f"http://127.0.0.1:{server.getsockname()[1]}/")
        is_over.set()
        thread.join()
    assert sentences == [
        "the hook at http://127.0.0.1 failed: no answer within 0.3 s (KEXUE_HOOK_URL)"
    ]


# --- The command ----------------------------------------------------------------------------------


def test_command(tmp_path: Path) -> None:
    place = tmp_path / "out"
    assert call(FAILED, COMMAND=f"cat > {place}; echo $KEXUE_EXIT_STATUS | cat >> {place}") == []
    report, status = place.read_text("utf-8").rsplit("}", 1)
    assert json.loads(report + "}") == FAILED
    assert status == "1\n"


def test_command_keeps_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_TO", "me")
    assert call(COMMAND=f'echo "$MAIL_TO" > {tmp_path / "out"}') == []
    assert (tmp_path / "out").read_text() == "me\n"


def test_output_of_the_command_goes_to_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    assert call(COMMAND="echo said; echo complained >&2") == []
    assert capfd.readouterr() == ("", "said\ncomplained\n")


def test_command_without_a_stderr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell closed it (``2>&-``): number 2 may now be any file, so nothing is written there."""
    monkeypatch.setattr("sys.stderr", None)
    assert call(COMMAND=f"echo said && echo done > {tmp_path / 'out'}") == []
    assert (tmp_path / "out").read_text() == "done\n"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("exit 3", "status 3"),
        ("secret-command-that-is-not-there 2>/dev/null", "status 127"),
        ("kill -TERM $$", "signal 15"),
    ],
)
def test_command_that_fails(command: str, words: str) -> None:
    assert call(COMMAND=command) == [f"the hook command ended with {words} (KEXUE_HOOK_COMMAND)"]


def test_command_that_cannot_be_started() -> None:
    (sentence,) = call(COMMAND="secret\0")
    assert sentence.startswith("the hook command cannot be started: ")
    assert "secret" not in sentence


def test_command_that_reads_nothing() -> None:
    """More than a pipe holds: a broken pipe is the command's own affair."""
    assert call({**REPORT, "long": "a" * 1_000_000}, COMMAND="exec true") == []


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A named pipe and its reading end: the end of file comes when nobody writes any more."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    yield path, reading
    os.close(reading)


def read_soon(reading: int) -> bytes | None:
    """What comes next, ``b""`` at the end, ``None`` when nothing comes for a long time."""
    return os.read(reading, 1) if select.select([reading], [], [], 10)[0] else None


def test_command_that_does_not_end(pipe: tuple[Path, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """It is killed with all that it has started."""
    monkeypatch.setattr(hook_command, "COMMAND_TIMEOUT", 0.5)
    command = f"exec 9> {pipe[0]}; echo >&9; sleep 600 & sleep 600"
    assert call({**REPORT, "long": "a" * 1_000_000}, COMMAND=command) == [
        "the hook command did not end within 0.5 s and was killed (KEXUE_HOOK_COMMAND)"
    ]
    assert read_soon(pipe[1]) == b"\n", "it has been started"
    assert read_soon(pipe[1]) == b"", "nothing of it is left"


def test_interrupted_command_is_killed(
    pipe: tuple[Path, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not get the Ctrl-C itself, as it has a session of its own."""

    def interrupt(*_: Any) -> None:
        assert read_soon(pipe[1]) == b"\n", "it has been started"
        raise KeyboardInterrupt

    monkeypatch.setattr("subprocess.Popen.communicate", interrupt)
    with pytest.raises(KeyboardInterrupt):
        call(COMMAND=f"exec 9> {pipe[0]}; echo >&9; sleep 600")
    assert read_soon(pipe[1]) == b"", "nothing of it is left"


def test_command_that_cannot_be_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of another user (``sudo``) must not keep the run from ending."""
    groups: list[int] = []

    def refuse(group: int, _: int) -> None:
        groups.append(group)
        raise PermissionError(1, "Operation not permitted")

    kill = os.killpg
    monkeypatch.setattr(os, "killpg", refuse)
    monkeypatch.setattr(hook_command, "COMMAND_TIMEOUT", 0.1)
    monkeypatch.setattr(hook_command, "_LAST_WAIT", 0.1)
    try:
        (sentence,) = call(COMMAND="sleep 600")
    finally:
        for group in groups:
            kill(group, signal.SIGKILL)
    assert sentence.startswith("the hook command did not end within 0.1 s")
