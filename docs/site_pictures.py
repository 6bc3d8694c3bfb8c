"""Makes the pictures of the exported site in README.md: an article, and the search on a phone.

    make site && .venv/bin/pip install -e '.[browser]'
    .venv/bin/python docs/site_pictures.py data/site

Needs the system's Chromium. They are WebP, each below 100 kB.
"""

from __future__ import annotations

import base64
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Browser, sync_playwright

_HERE: Final = Path(__file__).parent
_QUALITY: Final = 75
_SCALE: Final = 1.5
_LARGEST: Final = 100_000


@dataclass(frozen=True)
class Picture:
    """A page of the site as a picture: its file, what must be seen on it, width and height."""

    file: str
    page: str
    awaited: str
    width: int
    height: int
    colours: Literal["light", "dark"]


_PICTURES: Final = (
    Picture("site-article.webp", "archives/10301.html", "html.s-drawn", 960, 720, "light"),
    Picture("site-search.webp", "search.html?q=编码", "#s-results mark", 390, 720, "dark"),
)


def main() -> None:
    """Make the pictures of the site whose folder is the argument."""
    site = Path(sys.argv[1]).resolve()
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for picture in _PICTURES:
            content = taken(browser, site, picture)
            if len(content) > _LARGEST:
                sys.exit(f"{picture.file} has {len(content):,} bytes; lower _QUALITY")
            (_HERE / picture.file).write_bytes(content)
        browser.close()


def taken(browser: Browser, site: Path, picture: Picture) -> bytes:
    """The bytes of a picture of a page of the site."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme=picture.colours,
    )
    page = context.new_page()
    page.goto(f"{site.as_uri()}/{picture.page}")
    page.wait_for_selector(picture.awaited)
    clip = {"x": 0, "y": 0, "width": picture.width, "height": picture.height, "scale": _SCALE}
    wanted = {"format": "webp", "quality": _QUALITY, "clip": clip}
    found = context.new_cdp_session(page).send("Page.captureScreenshot", wanted)
    context.close()
    return base64.b64decode(found["data"])


if __name__ == "__main__":
    main()
