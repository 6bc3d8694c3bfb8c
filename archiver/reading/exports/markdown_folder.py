"""``scrapy export markdown DIR``: a folder of notes, one an article, that links them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from sqlite_utils import Database

from archiver.body.markdown.escape import escape_text
from archiver.body.read import read_stored_body
from archiver.reading.exports.job import Job, Outcome
from archiver.reading.exports.notes.front_matter import Value, front_matter
from archiver.reading.exports.notes.note_body import note_body
from archiver.reading.exports.notes.note_names import note_link, note_name
from archiver.reading.exports.notes.obsidian_tags import obsidian_tags
from archiver.reading.exports.owned_folder import OwnedFolder, owned_folder
from archiver.reading.exports.title_formulas import split_title
from archiver.store.errors import StoreError
from archiver.store.records import Row
from archiver.tree.unexpected import UnexpectedPage

_INDEX: Final = "README.md"
#: An article that has a text, also one that is protected now, or gone.
_HAS_TEXT: Final = "body_html IS NOT NULL"


def write_markdown(job: Job) -> Outcome:
    """Write the notes of all articles with a text, and the index; raises ``StoreError``."""
    condition, values = job.selection.condition(_HAS_TEXT)
    titles = f"SELECT id, title, published FROM articles WHERE {condition} ORDER BY id"  # noqa: S608
    rows = job.db.execute(titles, values).fetchall()
    names = {article: note_name(article, title) for article, title, _ in rows}
    versions = _versions(job.db)
    with owned_folder(job, "markdown") as folder:
        for done, article in enumerate(job.selection.records(job.db, _HAS_TEXT), start=1):
            _write_note(folder, article, names, versions.get(article["id"], 1))
            job.advance(done, len(names))
        folder.write(_INDEX, "".join(_index(rows, names)).encode("utf-8", "replace"))
        return folder.finish()


def _write_note(folder: OwnedFolder, article: Row, names: Mapping[int, str], versions: int) -> None:
    head = front_matter(properties(article, versions))
    text = f"{head}\n{note_body(_markdown(article), names)}\n"
    folder.write(names[article["id"]], text.encode("utf-8", "replace"))


def _markdown(article: Row) -> str:
    """The archived Markdown, made now where an earlier version has made none; ``StoreError``."""
    if article["body_markdown"] is not None:
        return str(article["body_markdown"])
    try:
        return read_stored_body(article["body_html"]).markdown
    except UnexpectedPage as error:
        raise StoreError(f"article {article['id']}: its body cannot be read: {error}") from error


def properties(article: Row, versions: int) -> dict[str, Value]:
    """What the front matter of a note says, in its order; docs/exports.md describes it."""
    tags = obsidian_tags(article["tags"])
    published = article["published"]
    return {
        "title": article["title"],
        "aliases": [article["title"]],
        "author": article["author"],
        "date": date.fromisoformat(published) if published else None,
        "category": article["category"],
        "tags": tags,
        "blog_tags": article["tags"] if article["tags"] != tags else None,
        "url": article["url"],
        "license": article["license"],
        "readers": article["readers"],
        "comments": article["comment_count"],
        "id": article["id"],
        "status": article["status"],
        "gone_at": article["gone_at"],
        "versions": versions,
    }


def _versions(db: Database) -> dict[int, int]:
    """How many versions of an article were seen and taken, by id; one where there are no more."""
    query = (
        "SELECT article_id, count(*) FROM revisions WHERE suspicious IS NULL"
        " GROUP BY article_id HAVING count(*) > 1"
    )
    return dict(db.execute(query).fetchall())


def _index(rows: list[tuple[int, str, str | None]], names: Mapping[int, str]) -> Iterator[str]:
    """The list of all notes by year, the newest first; those without a day come last."""
    years: dict[str, list[tuple[str, int, str]]] = defaultdict(list)
    for article, title, published in rows:
        years[(published or "")[:4]].append((published or "", article, title))
    yield "# 科学空间\n"
    for year in sorted(years, reverse=True):
        yield f"\n## {year or '—'}\n\n"
        for day, article, title in sorted(years[year], reverse=True):
            link = f"[{_as_markdown(title) or article}]({note_link(names[article])})"
            yield f"- {day} {link}\n" if day else f"- {link}\n"


def _as_markdown(title: str) -> str:
    """A title as the text of a link, as it would stand in a note; its formulas stay formulas."""
    pieces = (
        escape_text(piece, all_brackets=True, in_link=True) if latex is None else f"${latex}$"
        for piece, latex in split_title(title)
    )
    return note_body("".join(pieces), {})
