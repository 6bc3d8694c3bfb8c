"""Words for what a server does wrong: its certificate, its headers, its sizes."""

from __future__ import annotations

import gzip
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from crawling import rows_of
from rig.commands import run

HOST = "127.0.0.1"


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority of our own, ``ca.pem``, and a key for the servers, ``key.pem``."""
    folder = tmp_path_factory.mktemp("tls")
    openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9", "-subj",
            "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem")  # fmt: skip
    openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=blog",
            "-keyout", "key.pem", "-out", "blog.csr")  # fmt: skip
    return folder


def certificate(folder: Path, names: str, *, start: str, end: str) -> Path:
    """A certificate by the authority for these names, from one year on to another."""
    (folder / "names").write_text(f"subjectAltName={names}\n")
    (folder / "index").write_text("")
    (folder / "authority.cnf").write_text(
        "[ca]\ndefault_ca=a\n[a]\ndatabase=index\nnew_certs_dir=.\nserial=serial\n"
        "default_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n"
    )
    openssl(folder, "ca", "-batch", "-config", "authority.cnf", "-cert", "ca.pem", "-keyfile",
            "ca.key", "-rand_serial", "-in", "blog.csr", "-out", "blog.pem", "-extfile", "names",
            "-startdate", f"{start}0101000000Z", "-enddate", f"{end}0101000000Z")  # fmt: skip
    return folder / "blog.pem"


class Encrypted:
    """A server of HTTPS that counts connections and requests; its answer is a bare 404."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.socket = socket.create_server((HOST, 0))
        self.port = self.socket.getsockname()[1]
        self.connections = 0
        self.requests: list[bytes] = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            try:
                with self.context.wrap_socket(connection, server_side=True) as encrypted:
                    if request := encrypted.recv(65536):
                        self.requests.append(request.split(b" ")[1])
                        encrypted.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n"
                                          b"Connection: close\r\n\r\n")  # fmt: skip
            except OSError:
                connection.close()


def crawl(
    base_url: str, folder: Path, authority: Path | None = None, **options: object
) -> subprocess.CompletedProcess[str]:
    """Run the command; every wait for another try would be of ten seconds."""
    settings = {"KEXUE_BASE_URL": base_url, "KEXUE_DATA_DIR": folder, "DOWNLOAD_DELAY": 0,
                "AUTOTHROTTLE_ENABLED": 0, "KEXUE_BACKOFF": 20, **options}  # fmt: skip
    trusted = {} if authority is None else {"SSL_CERT_FILE": str(authority)}
    words = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
    ended = run("crawl", "kexue", "-a", "ids=101", *words, env=trusted)
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended


@pytest.mark.parametrize(
    ("names", "years", "is_known", "words"),
    [
        (f"IP:{HOST}", ("2020", "2021"), True, "has expired"),
        (f"IP:{HOST}", ("2090", "2091"), True, "is not valid yet; is the clock"),
        ("DNS:other.test", ("2020", "2090"), True, "is for another host"),
        (f"IP:{HOST}", ("2020", "2090"), False, "is not trusted ("),
    ],
)
def test_a_certificate_is_named_and_not_tried_again(
    folder: Path, tmp_path: Path, names: str, years: tuple[str, str], is_known: bool, words: str
) -> None:
    start, end = years
    server = Encrypted(certificate(folder, names, start=start, end=end), folder / "key.pem")
    ended = crawl(
        f"https://{HOST}:{server.port}", tmp_path / "data", folder / "ca.pem" if is_known else None
    )
    server.socket.close()
    assert ended.returncode == 1
    reason = f"robots.txt cannot be read (the certificate of {HOST} {words}"
    assert reason in ended.stderr.splitlines()[-1]
    assert server.requests == []
    assert server.connections <= 2  # the request, and the look at what is wrong


def test_a_good_certificate(folder: Path, tmp_path: Path) -> None:
    path = certificate(folder, f"IP:{HOST}", start="2020", end="2090")
    server = Encrypted(path, folder / "key.pem")
    base_url = f"https://{HOST}:{server.port}"
    ended = crawl(base_url, tmp_path / "data", folder / "ca.pem", RETRY_TIMES=0)
    server.socket.close()
    assert server.requests[0] == b"/robots.txt"
    assert "the certificate of" not in ended.stderr
    # What is kept is what was said below TLS.
    assert rows_of(tmp_path / "data", "SELECT url, status FROM captures WHERE id = 1") == [
        (f"{base_url}/robots.txt", 404)
    ]
    (warc,) = (tmp_path / "data" / "warc").glob("*.warc.gz")
    kept = gzip.decompress(warc.read_bytes())
    assert b"\r\n\r\nGET /robots.txt HTTP/1.1\r\n" in kept
    answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close"
    assert b"\r\n\r\n" + answer + b"\r\n\r\n\r\n\r\n" in kept


HEAD = b"HTTP/1.1 200 OK\r\n"
BOMB = gzip.compress(b"a" * 20_000_000)
PACKED = HEAD + b"Content-Type: text/html\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"


@contextmanager
def raw_server(answer: bytes) -> Iterator[str]:
    """A server that gives one article this answer, byte for byte, and 404 for all else."""
    server = socket.create_server((HOST, 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                is_article = b" /archives/101 " in connection.recv(65536)
                connection.sendall(
                    answer if is_article else b"HTTP/1.1 404 N\r\nContent-Length: 0\r\n\r\n"
                )

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://{HOST}:{server.getsockname()[1]}"
    server.close()


BAD_HEAD = "the answer is not HTTP as it should be (a header, or its first line)"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (HEAD + b"X: " + b"a" * 20000 + b"\r\n\r\n", "or a header of it is too long"),
        (b"HTTP/1.1 abc OK\r\n\r\n", BAD_HEAD),
        (HEAD + b"X\0Y: a\r\n\r\n", BAD_HEAD),
        (HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", BAD_HEAD),
        (HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", BAD_HEAD),
        (b"", "the connection broke"),
        (HEAD + b"Content-Length: 50\r\n\r\nhello", "the answer was cut off"),
        (PACKED % len(BOMB) + BOMB, "the answer is too large for a page"),
        (PACKED % 5 + b"hello", "the answer cannot be unpacked"),
    ],
)
def test_an_answer_that_is_refused(tmp_path: Path, answer: bytes, words: str) -> None:
    with raw_server(answer) as base_url:
        ended = crawl(base_url, tmp_path / "data", KEXUE_BACKOFF=0.01, RETRY_TIMES=0)
    assert ended.returncode == 1
    named = [line for line in ended.stdout.splitlines() if line.startswith("  failed: ")]
    assert len(named) == 1, ended.stdout
    assert words in named[0]
    assert "<" not in named[0], "Scrapy's own text"
