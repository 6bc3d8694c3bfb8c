"""MathJax 2.7 in a browser, with the blog's configuration, as the judge of what a formula is.

Only its preprocessor ``tex2jax`` runs: it turns the formulas of a page into ``<script
type="math/tex">`` elements, and these are the list. The browser is the system's Chromium, MathJax
the static files of the package jupyter-server-mathjax. Every request is answered or refused here,
so nothing leaves the process. Whoever misses one of the three gets a skip that says which.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from chromium import open_browser

from archiver import site

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

#: A formula: is it displayed, and its TeX without delimiters and white space.
Formula = tuple[bool, str]

_ORIGIN: Final = "http://blog.invalid"
_NONCE: Final = "judge"
#: Our two scripts run, and what they load; the page's own scripts, event attributes, frames and
#: pictures do not. They all stay in the document, where tex2jax sees them as in a reader's browser.
_POLICY: Final = (
    f"default-src 'none'; script-src 'nonce-{_NONCE}' 'strict-dynamic'; style-src 'unsafe-inline'"
)
#: The blog's configuration; no output is made, and typesetting waits to be asked.
_MATHJAX: Final = rf"""<script nonce="{_NONCE}">window.MathJax = {{
  skipStartupTypeset: true, messageStyle: "none", jax: [], extensions: ["tex2jax.js", "Safe.js"],
  tex2jax: {{inlineMath: [["$", "$"], ["\\(", "\\)"]], processEscapes: true}}
}};</script><script nonce="{_NONCE}" src="{_ORIGIN}/mathjax/MathJax.js"></script>"""
#: As many pages have it, with everything that draws formulas.
_DRAWING: Final = rf"""<script nonce="{_NONCE}">window.MathJax = {{
  messageStyle: "none", EXTENSIONS
  tex2jax: {{inlineMath: [["$", "$"], ["\\(", "\\)"]], processEscapes: true}}
}};</script><script nonce="{_NONCE}"
src="{_ORIGIN}/mathjax/MathJax.js?config=TeX-AMS-MML_HTMLorMML-fullCONFIG"></script>"""
#: A page with its own text around a body of 600 pixels.
_FRAMED: Final = """<!DOCTYPE html><html><head></head><body style="margin:0">
<div style="height:400px">页</div>
<div id="box" style="width:600px;margin:0 auto;min-height:200px;display:flow-root">BODY</div>
<div style="height:400px">页</div></body></html>"""
#: The parts of a body that a reader meets outside of its box: there he clicks on the page.
_OUTSIDE: Final = """() => {
  const box = document.getElementById('box'), inner = box.getBoundingClientRect();
  const found = new Set();
  for (let x = 5; x < innerWidth; x += 15)
    for (let y = 5; y < inner.bottom + 395; y += 15) {
      scrollTo(0, Math.max(0, y - 300));
      const hit = document.elementFromPoint(x, y - scrollY);
      const isInside = x >= inner.left && x <= inner.right && y >= inner.top && y <= inner.bottom;
      if (hit && hit !== box && box.contains(hit) && !isInside) found.add(hit.localName);
    }
  scrollTo(0, 0);
  return [...found];
}"""
_BARE: Final = "<!DOCTYPE html><html><head></head><body></body></html>"
_HEAD: Final = re.compile(rb"<head[^>]*>", re.IGNORECASE)

_READY: Final = "() => new Promise(done => MathJax.Hub.Register.StartupHook('End', () => done()))"
_LIST: Final = """top => {
  MathJax.Extension.tex2jax.PreProcess(top);
  return [...top.querySelectorAll('script[type^="math/tex"]')];
}"""
_SHOWN: Final = "found => found.map(math => [math.type.includes('mode=display'), math.text])"
#: An article's formulas stand behind the start of its body and before the first block that follows
#: it on the page, where a stray or missing ``</div>`` of the author may put them; the formulas of
#: the footer (a title is in it) are not its own.
_BLOCKS_BEHIND: Final = "#tools, #neighbours, #similar, #comments"
_OF_ARTICLE: Final = f"""footers => {{
  const body = document.getElementById('PostContent');
  const end = document.querySelector('{_BLOCKS_BEHIND}');
  const isBehind = (mark, node) =>
    mark.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
  const blocks = footers.map(id => [...document.querySelectorAll(`div[id=${{id}}]`)].pop());
  const isOwn = math => isBehind(body, math) && !(end && isBehind(end, math))
    && !blocks.some(block => block && block.contains(math));
  return ({_SHOWN})(({_LIST})(document.body).filter(isOwn));
}}"""
_OF_BODIES: Final = f"""bodies => bodies.map(html => {{
  const top = document.createElement('div');
  top.innerHTML = html;
  document.body.replaceChildren(top);
  return ({_SHOWN})(({_LIST})(top));
}})"""
_TEXTS: Final = """bodies => bodies.map(html => {
  const top = document.createElement('div');
  top.innerHTML = html;
  document.body.replaceChildren(top);
  top.querySelectorAll('details').forEach(details => { details.open = true; });
  top.querySelectorAll('a.embed').forEach(link => link.remove());
  return top.innerText;
})"""


class MathJax:
    """Tells what MathJax finds in pages and bodies; it has one tab, pages follow one another."""

    def __init__(self, tab: Page, static: Path) -> None:
        self._tab = tab
        self._static = static
        self._page = b""
        self._is_bare = False
        tab.route("**/*", self._answer)

    def formulas_of_page(self, page: bytes) -> list[Formula]:
        """What it finds in the body of an article's page, the site's footer left out."""
        self._load(page)
        self._is_bare = False
        return _folded(self._tab.evaluate(_OF_ARTICLE, list(site.FOOTER_BLOCKS)))

    def formulas_of_bodies(self, bodies: list[str]) -> list[list[Formula]]:
        """What it finds in each of these pieces of HTML, put on a bare page one by one."""
        if not self._is_bare:
            self._load(_BARE.encode())
            self._is_bare = True
        return [_folded(found) for found in self._tab.evaluate(_OF_BODIES, bodies)]

    def texts_of_bodies(self, bodies: list[str]) -> list[str]:
        """What a reader sees of each of these pieces of HTML (``innerText``), ``details`` open.

        The address in the place of a player or frame is left out.
        """
        self.formulas_of_bodies([])
        return [str(text) for text in self._tab.evaluate(_TEXTS, bodies)]

    def drawn(self, body: str, *, config: str = "", extensions: str = "") -> str:
        """The HTML of a piece of HTML after its formulas were drawn.

        ``config`` is added to the name of the configuration, ``extensions`` to its text.
        """
        self._is_bare = False
        page = _BARE.replace("<body>", f"<body>{body}")
        self._load(
            page.encode(), _DRAWING.replace("EXTENSIONS", extensions).replace("CONFIG", config)
        )
        return str(self._tab.evaluate("() => document.body.innerHTML"))

    def outside(self, body: str) -> list[str]:
        """The elements of a body that lie over the page around its box."""
        self._is_bare = False
        self._load(_FRAMED.replace("BODY", body).encode())
        return list(self._tab.evaluate(_OUTSIDE))

    def _load(self, page: bytes, mathjax: str = _MATHJAX) -> None:
        head = _HEAD.search(page)
        assert head is not None, "the page has no <head> to put MathJax into"
        self._page = page[: head.end()] + mathjax.encode() + page[head.end() :]
        self._tab.goto(f"{_ORIGIN}/page", wait_until="domcontentloaded")
        self._tab.evaluate(_READY)

    def _answer(self, route: Route) -> None:
        url = route.request.url.partition("?")[0]
        file = self._static / url.removeprefix(f"{_ORIGIN}/mathjax/")
        if url == f"{_ORIGIN}/page":
            headers = {"Content-Security-Policy": _POLICY}
            route.fulfill(body=self._page, content_type="text/html; charset=utf-8", headers=headers)
        elif url.startswith(f"{_ORIGIN}/mathjax/") and file.is_file():
            route.fulfill(path=file, content_type="text/javascript; charset=utf-8")
        else:
            route.abort()


def _folded(found: Any) -> list[Formula]:
    """White space taken out: MathJax makes a space of ``<br>``, the archive a line break."""
    return [(display, "".join(tex.split())) for display, tex in found]


@contextmanager
def open_mathjax() -> Iterator[MathJax]:
    """Start the browser, or skip with the name of what is missing."""
    static = _static_files()
    with open_browser() as browser:
        yield MathJax(browser.new_page(service_workers="block"), static)


def _static_files() -> Path:
    """The folder with MathJax.js. The package is not imported: it would load a whole server."""
    spec = find_spec("jupyter_server_mathjax")
    if spec is None or spec.origin is None:
        pytest.skip("no MathJax: pip install -e '.[browser]' (jupyter-server-mathjax)")
    return Path(spec.origin).parent / "static"
