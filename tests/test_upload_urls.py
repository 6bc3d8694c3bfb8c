"""One address for each file of the blog, however an article writes it."""

from __future__ import annotations

import pytest

from archiver import site
from archiver.upload_urls import file_url, is_linked_file, path_of

PNG = "https://kexue.fm/usr/uploads/a.png"
COPY = site.Base.parse("http://127.0.0.1:8080/blog")


@pytest.mark.parametrize(
    "url",
    [
        PNG,
        "http://kexue.fm/usr/uploads/a.png",
        "https://www.kexue.fm:443/usr/uploads/a.png",
        "http://spaces.ac.cn/usr/uploads/a.png#full",
        "https://www.spaces.ac.cn/usr/uploads/a.png",
        "https://KEXUE.fm/usr/./uploads/x/../a.png",
        "https://kexue.fm/../../usr/uploads/a.png",
        "https://kexue.fm/usr/%2e%2E/usr/uploads/a.png",
        " https://kexue.fm/usr/uploads/a.png\n",
        "https://kex\nue.fm/usr/uploads/a.png",  # line breaks and tabs are no part of an address
        "https://kexue.fm/usr/up\tloads/a.png",
    ],
)
def test_one_file_has_one_address(url: str) -> None:
    assert file_url(url) == PNG


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://kexue.fm/usr/uploads/满月 1.png", "/usr/uploads/%E6%BB%A1%E6%9C%88%201.png"),
        ("https://kexue.fm/usr/uploads/%E6%BB%A1.png", "/usr/uploads/%E6%BB%A1.png"),
        ("https://kexue.fm/sci/plot.php?x=1&名=a b", "/sci/plot.php?x=1&%E5%90%8D=a%20b"),
        ("https://kexue.fm/usr/uploads\\a.png", "/usr/uploads/a.png"),
        ("https://kexue.fm/usr/uploads/..", "/usr/"),
        ("https://kexue.fm", "/"),
        ("https://kexue.fm//a.png", "//a.png"),
        (f"https://kexue.fm/{'x' * 300}.png", f"/{'x' * 300}.png"),
        ("https://kexue.fm/a\"<b>'.png", "/a%22%3Cb%3E'.png"),
    ],
)
def test_paths_are_as_a_browser_sends_them(url: str, path: str) -> None:
    found = file_url(url)
    assert found == f"https://kexue.fm{path}"
    assert path_of(found) == path


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a.png",
        "https://kexue.fm.example.org/a.png",
        "https://album.kexue.fm/a.png",
        "https://user@kexue.fm/a.png",
        "https://kexue.fm:8443/a.png",
        "http://127.0.0.1:8080/blog/a.png",
        "data:image/png;base64,AAAA",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://[",
        "usr/uploads/a.png",
        "",
    ],
)
def test_what_is_not_the_blogs_has_none(url: str) -> None:
    assert file_url(url) is None


def test_the_host_that_the_blog_is_read_from_is_the_blogs() -> None:
    """A copy of the blog writes its own address into its pages."""
    assert file_url("http://127.0.0.1:8080/blog/usr/uploads/a.png", COPY) == PNG
    assert file_url(PNG, COPY) == PNG
    assert file_url("http://127.0.0.1:8080/other/a.png", COPY) is None
    assert file_url("http://127.0.0.1:8081/blog/a.png", COPY) is None


@pytest.mark.parametrize(
    ("path", "is_file"),
    [
        ("/usr/uploads/2010/04/1735520421.pdf", True),
        ("/usr/uploads/2010/04/balance.RAR?v=1", True),
        ("/sci/three/eight.gif", True),
        ("/sci/three/plot.php", False),
        ("/sci/three/index.HTML", False),
        ("/sci/three/", False),
        ("/usr/themes/geekg/style.css", False),
        ("/archives/6583", False),
    ],
)
def test_links_to_files(path: str, is_file: bool) -> None:
    assert is_linked_file(f"https://kexue.fm{path}") is is_file
