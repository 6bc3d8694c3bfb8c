"""A page's ``<base>``: what its relative addresses are resolved against.

https://html.spec.whatwg.org/multipage/urls-and-fetching.html#document-base-url: the first one with
an ``href`` counts, wherever it stands; a second one never does.
"""

from __future__ import annotations

from dataclasses import replace

from archiver import site
from archiver.tree.document import Page


def with_base_element(
    base: site.Base | None, page: Page, path: str = site.HOME_PATH
) -> site.Base | None:
    """``base`` with the ``<base>`` of the page at ``path``; ``base`` itself for a page without one.

    ``None`` for ``base`` means the live host.
    """
    if page.base_href is None:
        return base
    base = base or site.Base.parse(site.CANONICAL_BASE)
    return replace(base, document=base.document_of(path, page.base_href))
