"""How long the search of an exported site takes in Chromium, from the disk, and what pages load.

    python benchmarks/site_search.py           # 1,340 articles, as the blog has
    python benchmarks/site_search.py 20000
    python benchmarks/site_search.py data/site   # a site that is there

The archive is that of benchmarks/search.py. Needs the extras site and browser, and the system's
Chromium. Times are of a clock: the fastest, the median and the slowest of fifteen. What a page
loads is counted with an empty cache on a screen of 390 pixels, gzip (level 6) file by file.
"""

from __future__ import annotations

import gzip
import shutil
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import Final
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, sync_playwright
from search import archive_of

from archiver.reading.exports.job import Job
from archiver.reading.exports.site_folder import write_site
from archiver.store.read_only import open_for_reading

_ARTICLES: Final = 1340
_QUERIES: Final = ("熵", "编码", "的", r"\frac", "e", "编码 注意力", "熵 -模型", "的 是 一")
#: Milliseconds in which a page is there, also on a busy machine.
_LONG: Final = 300_000
#: The first page, a list, the search before and with the first query.
_PAGES: Final = ("index.html", "newest.html", "search.html", "search.html?q=编码")
_ASK: Final = """query => {
  const times = [];
  let total = 0;
  for (let round = 0; round < 15; round++) {
    const start = performance.now();
    total = KexueSearch.search(query, {}, 20).total;
    times.push(performance.now() - start);
  }
  times.sort((one, other) => one - other);
  return [total, times[0], times[7], times[14]];
}"""


def main() -> None:
    """Measure a site that is there, or one of an archive of so many articles."""
    words = sys.argv[1:] or [str(_ARTICLES)]
    if not words[0].isdecimal():
        measure(Path(words[0]).resolve())
        return
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "site"
        with closing(open_for_reading(archive_of(int(words[0]))[0])) as db:
            write_site(Job(db, target))
        measure(target)


def measure(site: Path) -> None:
    """Load pages, then the texts, and ask each query; print the tables."""
    scripts = sum(path.stat().st_size for path in site.glob("search/*.js"))
    count = len(list(site.glob("archives/*.html")))
    print(f"site search: {count:,} articles, {scripts / 1e6:.1f} MB of scripts")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        print(f"  {'files':>8}{'kB':>14}{'gzip, kB':>10}")
        for name in (*_PAGES, f"archives/{first_article(site)}.html"):
            print_load(browser, site, name)
        measure_queries(browser, site / "search.html")
        browser.close()


def first_article(site: Path) -> int:
    """An article of a site, the one with the lowest id."""
    return min(int(path.stem) for path in site.glob("archives/*.html"))


def print_load(browser: Browser, site: Path, name: str) -> None:
    """Print how many files a page loads, and how large they are."""
    tab = browser.new_page(viewport={"width": 390, "height": 844})
    loaded: list[Path] = []
    tab.on("request", lambda asked: loaded.append(Path(unquote(urlsplit(asked.url).path))))
    tab.goto(f"{site.as_uri()}/{name}", timeout=_LONG)
    if tab.locator("script[src$='tex-chtml.js']").count():
        tab.wait_for_selector("html.s-drawn", timeout=_LONG)
    if "?" in name:
        tab.wait_for_function(
            "() => /^(找到|没有)/.test(document.getElementById('s-status').textContent)",
            timeout=_LONG,
        )
    tab.close()
    contents = [path.read_bytes() for path in loaded]
    size = sum(map(len, contents)) / 1000
    packed = sum(len(gzip.compress(content, 6)) for content in contents) / 1000
    print(f"  {len(loaded):>8,}{size:>14,.0f}{packed:>10,.0f}  {name}", flush=True)


def measure_queries(browser: Browser, page: Path) -> None:
    """Load the texts and ask each query."""
    tab = browser.new_page()
    tab.goto(page.as_uri())
    start = perf_counter()
    tab.evaluate("KexueSearch.load('')")
    print(f"  texts loaded and folded in {perf_counter() - start:.1f} s")
    print(f"  {'hits':>8}{'fastest, ms':>14}{'median':>10}{'slowest':>10}")
    for query in _QUERIES:
        total, *times = tab.evaluate(_ASK, query)
        print(f"  {total:>8,}{times[0]:>14.0f}{times[1]:>10.0f}{times[2]:>10.0f}  {query}")


if __name__ == "__main__":
    main()
