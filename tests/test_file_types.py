"""The type of a file by its bytes; what is no file, and what lacks its end."""

from __future__ import annotations

import pytest

from archiver.demo import uploads
from archiver.pages.file_types import file_type_of, is_cut_off, is_page

PNG, GIF, SVG = uploads.png(1, 2, 3), uploads.gif(1, 2, 3), uploads.svg(1, 2, 3)
JPEG, WEBP, ZIP = uploads.grey_jpeg(), uploads.WEBP, uploads.zip_of("/x.zip")


@pytest.mark.parametrize(
    ("data", "media_type", "extension"),
    [
        (PNG, "image/png", "png"),
        (GIF, "image/gif", "gif"),
        (b"GIF87a" + GIF[6:], "image/gif", "gif"),
        (JPEG, "image/jpeg", "jpg"),
        (WEBP, "image/webp", "webp"),
        (b"BM" + (70).to_bytes(4, "little") + bytes(64), "image/bmp", "bmp"),
        (b"\0\0\1\0\1\0" + bytes(40), "image/x-icon", "ico"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", "image/avif", "avif"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "image/avif", "avif"),
        (b"II*\0" + bytes(20), "image/tiff", "tif"),
        (SVG, "image/svg+xml", "svg"),
        (uploads.PDF, "application/pdf", "pdf"),
        (ZIP, "application/zip", "zip"),
        (uploads.RAR, "application/vnd.rar", "rar"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(20), "application/x-7z-compressed", "7z"),
        (b"\x1f\x8b\x08" + bytes(20), "application/gzip", "gz"),
    ],
)
def test_signatures(data: bytes, media_type: str, extension: str) -> None:
    found = file_type_of(data)
    assert found is not None
    assert (found.media_type, found.extension) == (media_type, extension)
    assert found.is_picture is media_type.startswith("image/")


@pytest.mark.parametrize(
    "head",
    [
        '<?xml version="1.0"?>\n',
        "\ufeff  ",
        "<!-- Generator: a > b -->\n",
        '<?xml version="1.0"?><?xml-stylesheet href="a.css"?><!-- a --><!DOCTYPE svg PUBLIC '
        '"-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n',
        '<!DOCTYPE svg [<!ENTITY ns "http://www.w3.org/2000/svg">]>\n',
    ],
)
def test_drawings(head: str) -> None:
    """Also one with a script: it is kept as what it is."""
    data = f'{head}<svg xmlns="http://www.w3.org/2000/svg"><script>x()</script></svg>'.encode()
    found = file_type_of(data)
    assert found is not None
    assert found.media_type == "image/svg+xml"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF",
        b"\x89PNG",
        b"BM is how a text may begin, too",
        b"<html><body><svg></svg></body></html>",
        b"<svgfake>",
        b"<?php echo 1;",
        b"{}",
        b"\0" * 40,
    ],
)
def test_no_signature(data: bytes) -> None:
    assert file_type_of(data) is None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\n <!DOCTYPE HTML><p>x", True),
        (b"\xef\xbb\xbf<html>", True),
        (b"<!-- a --><!-- b --> <head>", True),
        (b"<script>location='/'</script>", True),
        (b"A text that speaks of <html>", False),
        (b"#!/bin/sh\n", False),
        (b"", False),
    ],
)
def test_pages(data: bytes, expected: bool) -> None:
    assert is_page(data) is expected


@pytest.mark.parametrize("data", [PNG, GIF, JPEG, WEBP, SVG, uploads.PDF])
def test_a_file_that_lacks_its_end(data: bytes) -> None:
    kind = file_type_of(data)
    assert kind is not None
    assert not is_cut_off(kind, data)
    assert is_cut_off(kind, data[: len(data) * 2 // 3])


def test_padding_is_no_lack() -> None:
    kind = file_type_of(JPEG)
    assert kind is not None
    assert not is_cut_off(kind, JPEG + bytes(700))


def test_where_the_end_is_not_known_nothing_lacks() -> None:
    kind = file_type_of(ZIP)
    assert kind is not None
    assert not is_cut_off(kind, ZIP[:20])
