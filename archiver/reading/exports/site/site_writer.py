"""All files of a site, one after another: articles by id, then the lists, then what all share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from archiver import site
from archiver.reading.exports.bibtex_file import bibtex_entry
from archiver.reading.exports.job import Job
from archiver.reading.exports.mathjax_files import mathjax_files
from archiver.reading.exports.owned_folder import OwnedFolder
from archiver.reading.exports.site import page_names, search_scripts
from archiver.reading.exports.site.comment_places import CommentPlaces
from archiver.reading.exports.site.comment_section import CommentSections
from archiver.reading.exports.site.list_pages import list_pages
from archiver.reading.exports.site.local_files import LocalFiles
from archiver.reading.exports.site.page_body import PageBody, Surroundings, page_body
from archiver.reading.exports.site.page_templates import (
    Pages,
    may_have_formulas,
    safe_html,
    static_files,
)
from archiver.reading.exports.site.reader_curve import HEIGHT, WIDTH, read_curve
from archiver.reading.exports.site.site_overview import read_overview
from archiver.reading.exports.site.version_pages import differences, shown_versions
from archiver.reading.exports.snapshots import followed, take_snapshot
from archiver.reading.history.versions import read_history
from archiver.store.records import Row


class SiteWriter:
    """Writes a site into a folder, which removes afterwards what is not written any more."""

    def __init__(self, job: Job, folder: OwnedFolder) -> None:
        self._job = job
        self._folder = folder
        self._pages = Pages()
        self._files = LocalFiles(job, folder)
        self._overview = read_overview(job.db, job.selection)
        self._comments = CommentSections(job.db) if job.has_comments else None
        self._places = CommentPlaces(job.db, are_shown=job.has_comments)

    def write(self, mathjax: Path) -> None:
        """Write everything; ``mathjax`` is the folder of the installed MathJax."""
        self._write_articles()
        self._files.report()
        self._write_lists()
        for name, content in static_files():
            self._folder.write(name, content)
        for name, path in mathjax_files(mathjax):
            self._folder.write(name, path.read_bytes())
        scripts = {
            "rules.js": search_scripts.rules_script(),
            "articles.js": search_scripts.articles_script(self._overview),
            "series.js": search_scripts.series_script(self._overview),
        }
        for name, content in scripts.items():
            self._folder.write(f"{search_scripts.FOLDER}/{name}", content)

    def _write_lists(self) -> None:
        """The start page and the lists; the folder remembers what this export has."""
        db, memory = self._job.db, self._folder.snapshots
        memory[:] = followed(db, memory, take_snapshot(db, self._job.selection))
        for name, template, values in list_pages(db, self._overview, memory):
            self._write_page(name, template, **values)

    def _write_articles(self) -> None:
        """The pages of the articles, and on the way their texts for the search."""
        groups, count = search_scripts.TextGroups(), len(self._overview.articles)
        for done, article in enumerate(self._job.selection.records(self._job.db), start=1):
            self._write_article(article)
            for name, content in groups.add(article["body_text"] or ""):
                self._folder.write(name, content)
            self._job.advance(done, count)
        for name, content in groups.finish():
            self._folder.write(name, content)

    def _write_article(self, article: Row) -> None:
        number, overview = article["id"], self._overview
        listed = overview.by_id[number]
        before, after = overview.neighbours(number)
        html = article["body_html"]
        around = self._around(number)
        body = page_body(html, number, around) if html else PageBody("", [])
        section = self._comments.section(article, around) if self._comments else None
        self._write_page(
            page_names.article_page(number),
            "article.html",
            article=article,
            url=site.article_url(number),
            has_text=html is not None,
            body=safe_html(body.html),
            headings=body.headings,
            before=before,
            after=after,
            series=overview.series_of.get(number),
            citing=overview.citing.get(number, []),
            versions=self._write_versions(article) if listed.versions > 1 else 1,
            curve=read_curve(self._job.db, number),
            curve_size=(WIDTH, HEIGHT),
            section=section,
            formula_count=body.load + (section.formula_count if section else 0),
            bibtex=bibtex_entry(article).strip(),
            has_formulas=may_have_formulas(
                article["title"], html or "", *(section.words if section else ())
            ),
        )

    def _around(self, article: int) -> Surroundings:
        files = self._files
        return Surroundings(
            self._overview.by_id,
            files.pictures(article),
            files.linked(article),
            self._places.fragment,
        )

    def _write_versions(self, article: Row) -> int:
        """The page of the versions of an article; returns how many were taken."""
        history = read_history(self._job.db, article["id"])
        assert history is not None
        versions = list(shown_versions(history))
        self._write_page(
            page_names.versions_page(article["id"]),
            "versions.html",
            article=article,
            versions=versions,
            differences=list(differences(history)),
            has_formulas=may_have_formulas(article["title"]),
        )
        return sum(version.suspicious is None for version in versions)

    def _write_page(self, name: str, template: str, **values: Any) -> None:
        self._folder.write(name, self._pages.make(template, name, **values))
