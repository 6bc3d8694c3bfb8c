"""``scrapy export site DIR``: pages to read without a network, from a disk or a web server."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from archiver.reading.exports.job import Job, Outcome
from archiver.reading.exports.mathjax_files import mathjax_folder
from archiver.reading.exports.owned_folder import owned_folder
from archiver.store.errors import StoreError

#: What only this kind imports, by the names of the packages.
_NEEDED: Final = {"Jinja2": "jinja2", "Pygments": "pygments"}
_MATHJAX: Final = "django-static-mathjax"


def write_site(job: Job) -> Outcome:
    """Write pages, scripts for searching and MathJax; raises ``StoreError``."""
    mathjax = mathjax_folder()
    missing = [name for name, module in _NEEDED.items() if find_spec(module) is None]
    if missing or mathjax is None:
        names = ", ".join([*missing, *([_MATHJAX] if mathjax is None else [])])
        raise StoreError(
            f"a site needs {names}, not installed here: pip install 'kexue-archiver[site]', or with"
            f" pipx: pipx inject kexue-archiver jinja2 pygments {_MATHJAX}",
            wrong_use=True,
        )
    from archiver.reading.exports.site.site_writer import SiteWriter  # noqa: PLC0415 - an extra

    with owned_folder(job, "site") as folder:
        SiteWriter(job, folder).write(mathjax)
        return folder.finish()
