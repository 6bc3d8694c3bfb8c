"""Every table, view and column of the archive, declared once; see docs/adding-a-field.md.

What is written here is what the rest goes by: the rows and JSONL objects (``records``), what a new
reading replaces (``merge``), what counts as an edit (``revisions``), the statements that write, the
checks of ``scrapy verify``. ``tests/test_schema.py`` holds the migrations and
docs/data-format.md to it. Columns and keys stand in the order of the tables and of the JSONL file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from archiver import PARSER_VERSION, site
from archiver.items import Article
from archiver.store.column import AS_BODY, Column, Format, ItemColumn, Keep, Role, Table, View

#: ``PRAGMA application_id`` of every archive ("KXFM"), so that a foreign database is recognised.
APPLICATION_ID: Final = 0x4B58464D


def content_sha256(title: str | None, body_html: str | None) -> str:
    """SHA-256 in hex of title and body, separated by a NUL, in UTF-8."""
    return hashlib.sha256(f"{title or ''}\0{body_html or ''}".encode()).hexdigest()


# --- Articles and what their bodies hold ----------------------------------------------------------

_told = partial(ItemColumn, role=Role.TOLD)
_count = partial(ItemColumn, role=Role.COUNT, is_edit=False)
_noted = partial(ItemColumn, role=Role.ARCHIVE, keep=Keep.NEVER, is_edit=False)


def _derived(
    name: str,
    values: Format,
    meaning: str,
    *,
    since: int,
    value: Callable[[Article], Any] | None = None,
) -> ItemColumn:
    """A column made from the body, by the extraction from the parser version ``since`` on."""
    return ItemColumn(
        name, values, meaning, AS_BODY, role=Role.DERIVED, keep=Keep.IF_PROTECTED, is_edit=False,
        since=since, value=value,
    )  # fmt: skip


ARTICLES: Final = Table(
    "articles",
    (
        _told("id", Format.NUMBER, "archive id", key=True, is_edit=False),
        _told(
            "url", Format.TEXT, "`https://kexue.fm/archives/<id>`", is_edit=False,
            value=lambda article: site.article_url(article.id),
        ),
        _told("title", Format.NAME, "title", keep=Keep.IF_PROTECTED),
        _told("author", Format.TEXT, "name in the byline", "the page names none"),
        _told(
            "published", Format.DAY, "day of publication", "no page tells a plausible day"
        ),
        # merge.py keeps it as long as the day stays.
        _told(
            "published_at", Format.BLOG_TIME, "exact time", "only the day is known",
            keep=Keep.NEVER, is_edit=False,
        ),
        _count("readers", Format.COUNT, "readers", "no page has ever shown a count"),
        _told("category", Format.TEXT, "name of the category", "the page names none"),
        # merge.py keeps them where the page has not told the category either.
        _told("tags", Format.STRINGS, "JSON array of strings", default="'[]'"),
        _count("comment_count", Format.COUNT, "comments", "no page has ever shown a count"),
        # merge.py keeps it where no listing was read.
        _told(
            "excerpt", Format.TEXT, 'text before the "more" mark',
            "the listing shows the whole article", keep=Keep.IF_PROTECTED, null_is_unread=True,
        ),
        _told(
            "body_html", Format.TEXT, "clean body", "protected, and never read before that",
            keep=Keep.IF_PROTECTED,
        ),
        _derived("body_text", Format.TEXT, "plain text of the body", since=1),
        _derived("body_markdown", Format.TEXT, "the body as Markdown", since=2),
        _derived(
            "formula_count", Format.COUNT, "formulas that MathJax 2.7 finds", since=2,
            value=lambda article: len(article.formulas),
        ),
        _derived(
            "picture_count", Format.COUNT, "`<img>` elements with an address", since=2,
            value=lambda article: len(article.pictures),
        ),
        # Not derived: no version of the extraction makes another one of the same title and body.
        _told(
            "content_sha256", Format.TEXT, "hash of title and body", AS_BODY,
            keep=Keep.IF_PROTECTED, is_edit=False,
            value=lambda article: content_sha256(article.title, article.body_html),
        ),
        _told(
            "license", Format.NAME, f"`{site.LICENSE}`", is_edit=False,
            value=lambda _: site.LICENSE,
        ),
        _told(
            "status", Format.TEXT, "`published`, `protected` (behind a password) or `gone`",
            is_edit=False, words=("published", "protected", "gone"),
        ),
        _noted("first_seen", Format.UTC, "first stored"),
        _noted("last_seen", Format.UTC, "last seen on a listing or as a page", in_jsonl=False),
        _noted("fetched_at", Format.UTC, "page last read", in_jsonl=False),
        _noted(
            "parser_version", Format.PARSER_VERSION, "version of the extraction",
            keep=Keep.IF_PROTECTED, value=lambda _: PARSER_VERSION,
        ),
        # An article whose page has been read is not gone.
        _told(
            "gone_at", Format.UTC, "when it was found to be gone", "the status is not `gone`",
            keep=Keep.NEVER, is_edit=False, value=lambda _: None,
        ),
    ),
    meaning="One row an article, as it was last read.",
)  # fmt: skip

_owner = partial(Column, "article_id", Format.NUMBER, refers_to="articles")


def _part(name: str, *columns: Column) -> Table:
    """A table of what a body holds: the list of that name of an article, in document order."""
    position = Column("position", Format.NUMBER, f"place among the article's {name}", key=True)
    place = (_owner(f"the article with the {name.removesuffix('s')}", key=True), position)
    meaning = f"The {name} of the current body, in document order"
    return Table(name, (*place, *columns), meaning, is_without_rowid=True)


_of_part = partial(ItemColumn, role=Role.DERIVED)

LINKS: Final = _part(
    "links",
    _of_part("url", Format.TEXT, "address, absolute"),
    _of_part("text", Format.TEXT, "text of the link on one line"),
    _of_part(
        "target_id", Format.NUMBER, "archive id of the article that it leads to",
        "it leads to no article of this blog", leads_to="articles",
    ),
    _of_part(
        "problem", Format.TEXT, "why it cannot be followed as written",
        "nothing is known to be wrong",
    ),
    Column("file_url", Format.TEXT, "address of the file that it leads to", "it leads to no file"),
)  # fmt: skip
PICTURES: Final = _part(
    "pictures",
    _of_part("url", Format.TEXT, "address, absolute"),
    _of_part("alt", Format.TEXT, "alternative text on one line"),
    _of_part("caption", Format.TEXT, "caption on one line", "it has none"),
    Column("sha256", Format.TEXT, "hash of the file", "there is no file of it"),
    Column("path", Format.TEXT, "where the file is", "as `sha256`"),
    Column("status", Format.TEXT, "what came of fetching it", "it was not asked for yet"),
    Column("file_url", Format.TEXT, "address that it is asked for at", "it is not the blog's"),
)
FORMULAS: Final = _part(
    "formulas",
    _of_part("latex", Format.TEXT, "LaTeX, verbatim with delimiters"),
    _of_part("display", Format.FLAG, "1 for a displayed formula, 0 for one in a line"),
    _of_part("label", Format.TEXT, r"name in its first `\label{…}`", "it has none"),
)

# --- The past of the articles ---------------------------------------------------------------------

READER_COUNTS: Final = Table(
    "reader_counts",
    (
        _owner("the article", key=True),
        Column("seen_at", Format.UTC, "when the count was read", key=True),
        Column("readers", Format.COUNT, "readers"),
    ),
    "Reader counts as a time series: at most one row an article and UTC day",
    is_without_rowid=True,
)
#: A version is told from another by the columns that this table shares with ``articles``.
REVISIONS: Final = Table(
    "revisions",
    (
        _owner("the article", key=True),
        Column("number", Format.NUMBER, "number of the version", key=True),
        Column("content_sha256", Format.TEXT, "hash of this title and body"),
        Column("seen_at", Format.UTC, "first seen"),
        Column("title", Format.NAME, "title of this version"),
        Column("body_html", Format.TEXT, "clean body of this version", "never in this version"),
        Column("author", Format.TEXT, "author in this version", "the page named none"),
        Column("published", Format.DAY, "day of publication in this version", "none was told"),
        Column("category", Format.TEXT, "category in this version", "the page named none"),
        Column("tags", Format.STRINGS, "tags of this version", "older archives"),
        Column("suspicious", Format.TEXT, "why this version was not taken", "it was taken"),
        Column(
            "capture_id", Format.NUMBER, "the first capture of this version",
            "no capture of it is known", refers_to="captures",
        ),
    ),
    "Every distinct version of an article that was seen, the current one too",
)  # fmt: skip
CHANGES: Final = Table(
    "changes",
    (
        Column("id", Format.NUMBER, "number of the change", key=True),
        _owner("the article"),
        Column("seen_at", Format.UTC, "when it was seen"),
        Column(
            "kind", Format.TEXT, "`new`, `edited`, `protected`",
            words=(
                "new", "edited", "protected", "opened", "gone", "returned", "suspicious",
            ),
        ),
        Column(
            "revision", Format.NUMBER, "number of the version in `revisions`", "there is none"
        ),
        Column(
            "fields", Format.STRINGS, "JSON array of the columns of `articles` that changed",
            default="'[]'",
        ),
        Column(
            "capture_id", Format.NUMBER, "the capture that it was made of",
            "no capture of it is known", refers_to="captures",
        ),
    ),
    "What has happened to the articles, for programs that follow the archive",
)  # fmt: skip

# --- Comments -------------------------------------------------------------------------------------

#: What is kept of a comment that its author, or the blog's, has changed.
_AUTHOR: Final = ("author", Format.TEXT, "name of who wrote it")
_AUTHOR_URL: Final = ("author_url", Format.TEXT, "site that the author names")
_WRITTEN: Final = ("published_at", Format.BLOG_TIME, "exact time")
COMMENTS: Final = Table(
    "comments",
    (
        Column("id", Format.NUMBER, "the blog's number of the comment", key=True),
        _owner("the article"),
        Column(
            "parent_id",
            Format.NUMBER,
            "the comment that it answers",
            "it begins a thread, or the page does not tell for certain",
            refers_to="comments",
        ),
        Column(*_AUTHOR, "the page names none"),
        Column(*_AUTHOR_URL, "none is named"),
        Column("by_author", Format.FLAG, "1 when the article's author wrote it"),
        Column(*_WRITTEN, "the page tells none, or only the day"),
        Column("html", Format.TEXT, "clean HTML"),
        Column("text", Format.TEXT, "plain text, formulas verbatim"),
        Column("first_seen", Format.UTC, "first stored"),
        Column("gone_at", Format.UTC, "when it was found to be gone", "it is shown"),
        Column("parser_version", Format.PARSER_VERSION, "version of the extraction"),
    ),
    "The comments of readers, and the answers of authors",
)
COMMENT_REVISIONS: Final = Table(
    "comment_revisions",
    (
        Column("comment_id", Format.NUMBER, "the comment", key=True, refers_to="comments"),
        Column("number", Format.NUMBER, "number of the earlier version", key=True),
        Column("replaced_at", Format.UTC, "when the version after it was seen"),
        Column(*_AUTHOR, "the page named none"),
        Column(*_AUTHOR_URL, "none was named"),
        Column(*_WRITTEN, "the page told none, or only the day"),
        Column("html", Format.TEXT, "clean HTML of this version"),
    ),
    "What comments said before they were changed",
    is_without_rowid=True,
)
COMMENT_PAGES: Final = Table(
    "comment_pages",
    (
        _owner("the article", key=True),
        Column("number", Format.NUMBER, "number of the page of its comments", key=True),
        Column("pages", Format.COUNT, "pages of comments that there were"),
        Column("comment_count", Format.COUNT, "comments that the article had", "none was told"),
        Column("comments", Format.JSON, "JSON array of the ids"),
        Column("read_at", Format.UTC, "when it was read"),
    ),
    "The pages of comments, as they were last read.",
    is_without_rowid=True,
)

# --- Series of articles ---------------------------------------------------------------------------

SERIES: Final = Table(
    "series",
    (
        Column("id", Format.NUMBER, "the lowest archive id of its articles", key=True),
        Column("name", Format.NAME, "name, as its titles write it"),
        Column("parts", Format.COUNT, "articles of the series in the archive"),
        Column("missing", Format.JSON, "JSON array of the numbers", default="'[]'"),
    ),
    meaning="The series of articles, as their titles tell them",
)
SERIES_ARTICLES: Final = Table(
    "series_articles",
    (
        Column("series_id", Format.NUMBER, "the series", refers_to="series"),
        _owner("the article", key=True),
        Column("number", Format.COUNT, "number of the part", "its title has none"),
        Column("position", Format.NUMBER, "place in the series, from 0"),
    ),
    meaning="The articles of the series",
)

# --- The crawl ------------------------------------------------------------------------------------

SIGHTINGS: Final = Table(
    "sightings",
    (
        Column("article_id", Format.NUMBER, "archive id", key=True, leads_to="articles"),
        Column("title", Format.TEXT, "title on the index", "the index has never listed it"),
        Column("published", Format.DAY, "day on the index", "as `title`"),
        Column(
            "entry", Format.JSON, "the last entry on a listing page",
            "no listing page has shown it",
        ),
        Column("first_seen", Format.UTC, "first seen there"),
        Column("last_seen", Format.UTC, "last seen there"),
        Column(
            "absent", Format.COUNT, "runs in a row that have not found it listed", default="0"
        ),
        Column(
            "is_changed", Format.FLAG, "1 when it was shown otherwise than before", default="0"
        ),
        Column("asked", Format.COUNT, "how often its page was asked for", default="0"),
        Column("entry_at", Format.UTC, "when `entry` was read", "as `entry`"),
    ),
    "What the index and the listing pages have shown of every article, archived or not.",
)  # fmt: skip
_OPEN: Final = "as `finished_at`"
_of_run = partial(Column, null=_OPEN)
RUNS: Final = Table(
    "runs",
    (
        Column("id", Format.NUMBER, "number of the run", key=True),
        Column("started_at", Format.UTC, "start"),
        Column("finished_at", Format.UTC, "end", "the run goes on"),
        Column("mode", Format.TEXT, "`normal`, `full`, `ids`, `partial`"),
        _of_run("outcome", Format.TEXT, "`ok`, or the sentence"),
        _of_run("requests", Format.COUNT, "requests sent"),
        _of_run("bytes", Format.COUNT, "bytes received"),
        _of_run("listed", Format.COUNT, "articles that the blog lists"),
        _of_run("new", Format.COUNT, "articles that the archive did not have"),
        _of_run("changed", Format.COUNT, "articles of which something but a count has changed"),
        _of_run("unchanged", Format.COUNT, "archived articles that stayed as they were"),
        _of_run("protected", Format.COUNT, "articles read and found behind a password"),
        _of_run("gone", Format.COUNT, "articles found to be gone in this run"),
        _of_run("missing", Format.COUNT, "articles that the blog lists but answers with 404"),
        _of_run("failed", Format.COUNT, "addresses that could not be read"),
        Column("versions", Format.JSON, "JSON object: `archiver`, `parser`, `scrapy`"),
        Column("ending", Format.TEXT, "`finished`", "the run goes on"),
        Column("suspicious", Format.COUNT, "articles whose page was not believed", "as `requests`"),
        Column(
            "unread", Format.COUNT, "articles that the blog lists and the archive does not have",
            "as `requests`",
        ),
    ),
    "One row a run.",
)  # fmt: skip
FAILURES: Final = Table(
    "failures",
    (
        Column("url", Format.TEXT, "address that was asked", key=True),
        Column(
            "article_id", Format.NUMBER, "archive id", "the address is a listing or the index",
            leads_to="articles",
        ),
        Column("first_seen", Format.UTC, "first failure"),
        Column("last_seen", Format.UTC, "last failure"),
        Column("tries", Format.COUNT, "runs and attempts that noted the failure"),
        Column("reason", Format.TEXT, "the last reason"),
    ),
    "What could not be read, or not be believed.",
)  # fmt: skip

CAPTURES: Final = Table(
    "captures",
    (
        Column("id", Format.NUMBER, "number of the capture", key=True),
        Column("url", Format.TEXT, "address that was asked"),
        Column("fetched_at", Format.UTC, "when it was asked"),
        Column("status", Format.NUMBER, "HTTP status", "what came does not begin as an answer"),
        Column("body_sha256", Format.TEXT, "hash of the body", "it broke off"),
        Column("warc", Format.TEXT, "name of the WARC file"),
        Column("offset", Format.COUNT, "place of the record in it"),
        Column("length", Format.COUNT, "bytes of the record there"),
        Column("run_id", Format.NUMBER, "run that received it", leads_to="runs"),
        Column(
            "article_id", Format.NUMBER, "article that was made of it", "none was",
            refers_to="articles",
        ),
        Column(
            "refers_to", Format.NUMBER, "the earlier capture with the same payload",
            "the record holds its payload itself", refers_to="captures",
        ),
        Column(
            "truncated", Format.TEXT, "why the answer is not whole", "it is whole",
            words=("length", "time", "disconnect", "unspecified"),
        ),
        Column(
            "parser_version", Format.PARSER_VERSION, "version of the extraction that has read it",
            "as `article_id`",
        ),
    ),
    "What was received, and where in the WARC files it is",
)  # fmt: skip

# --- Files ----------------------------------------------------------------------------------------

FILES: Final = Table(
    "files",
    (
        Column("sha256", Format.TEXT, "hash of its bytes", key=True),
        Column("path", Format.TEXT, "where it is"),
        Column("media_type", Format.TEXT, "what its bytes say that it is"),
        Column("bytes", Format.COUNT, "its size"),
        Column("url", Format.TEXT, "address that it first came from"),
        Column("first_seen", Format.UTC, "first stored"),
    ),
    "The files of the archive: pictures, and what else was fetched for the articles.",
)
FILE_ADDRESSES: Final = Table(
    "file_addresses",
    (
        Column("url", Format.TEXT, "address, in one form", key=True),
        Column(
            "status", Format.TEXT, "what came of asking it",
            words=("ok", "missing", "failed", "foreign", "too-large", "not-a-picture"),
        ),
        Column("sha256", Format.TEXT, "hash of the file that it last gave", "it has given none"),
        Column("etag", Format.TEXT, "`ETag` of that answer", "it had none"),
        Column("last_modified", Format.TEXT, "`Last-Modified` of that answer", "it had none"),
        Column("asked_at", Format.UTC, "last asked"),
        Column("tries", Format.COUNT, "attempts in a row that gave no file"),
        Column("reason", Format.TEXT, "why the last attempt gave no file", "it gave one"),
    ),
    "What came of asking the blog for the files of the articles. One row an address",
)  # fmt: skip

DIGESTS: Final = Table(
    "digests",
    (
        Column("name", Format.TEXT, "name of the table", key=True),
        Column("rows", Format.COUNT, "its rows"),
        Column("sha256", Format.TEXT, "hash of all of them"),
        Column("taken_at", Format.UTC, "end of the last run"),
        Column(
            "changed_at", Format.UTC, "when a run found it changed by something else", "it was not"
        ),
    ),
    "What every table holds by what this program has written",
)  # fmt: skip
WRITTEN_FILES: Final = Table(
    "written_files",
    (
        Column("name", Format.TEXT, "`jsonl`, `changes` or `series`", key=True),
        Column("sha256", Format.TEXT, "hash of the bytes of the file, or of the series"),
        Column("made_with", Format.JSON, "version of this program, and options of the file"),
    ),
    "JSONL file, feed and series, as long as they are right as the last run has written them",
)

# --- Views ----------------------------------------------------------------------------------------

_link = partial(Column, leads_to="articles")


def _shown(name: str) -> Column:
    """A column that a view shows as ``articles`` has it."""
    (column,) = [column for column in ARTICLES.columns if column.name == name]
    return Column(name, column.format, column.meaning, column.null)


_TITLE: Final = _shown("title")

ARTICLE_LIST: Final = View(
    "article_list",
    (
        _link("id", Format.NUMBER, "archive id"),
        _TITLE,
        _shown("author"),
        _shown("published"),
        Column("year", Format.NUMBER, "year of `published`", "as `published`"),
        _shown("category"),
        _shown("tags"),
        _shown("readers"),
        _shown("comment_count"),
        _shown("formula_count"),
        _shown("picture_count"),
        Column("characters", Format.COUNT, "length of `articles.body_text`", AS_BODY),
        Column("versions", Format.COUNT, "versions that were taken"),
        Column("cited", Format.COUNT, "other articles that link to it"),
        _shown("status"),
        _shown("url"),
    ),
    "One row an article, without its texts.",
)
CITED_BY: Final = View(
    "cited_by",
    (
        _link("article_id", Format.NUMBER, "archive id of the article that is linked to"),
        Column("title", Format.NAME, "its title", "it is not in the archive"),
        Column("published", Format.DAY, "its day of publication", "as `title`"),
        _link("citing_id", Format.NUMBER, "archive id of the article with the link"),
        Column("citing_title", Format.NAME, "its title"),
        Column("citing_published", Format.DAY, "its day of publication", "it is not known"),
        Column("link_count", Format.COUNT, "its links to the other article"),
    ),
    "One row for each two articles of which the second links to the first.",
)
MOST_READ: Final = View(
    "most_read",
    (
        _link("id", Format.NUMBER, "archive id"),
        _TITLE,
        _shown("published"),
        _shown("category"),
        Column("readers", Format.COUNT, "readers"),
        Column("counted_at", Format.UTC, "when the count was read"),
        Column("days", Format.COUNT, "days from publication to the count", "as `published`"),
        Column("readers_per_day", Format.REAL, "`readers` by `days`", "as `published`"),
        _shown("status"),
        _shown("url"),
    ),
    "One row an article whose reader count is known, the most read first.",
)
READERS_BY_MONTH: Final = View(
    "readers_by_month",
    (
        _link("article_id", Format.NUMBER, "the article"),
        _TITLE,
        Column("month", Format.MONTH, "month in which counts were read"),
        Column("readers", Format.COUNT, "last count of the month"),
        Column("counted_at", Format.UTC, "when it was read"),
        Column("counts", Format.COUNT, "days of the month with a count"),
        Column(
            "growth", Format.NUMBER, "`readers` less the last count of the month before",
            "the month before has no count",
        ),
        Column("previous_at", Format.UTC, "when that count was read", "as `growth`"),
    ),
    "One row an article and month in which a count was read.",
)  # fmt: skip
FORMULAS_BY_LABEL: Final = View(
    "formulas_by_label",
    (
        Column("label", Format.TEXT, r"name in its first `\label{…}`"),
        _link("article_id", Format.NUMBER, "the article"),
        _TITLE,
        Column("position", Format.NUMBER, "place among the article's formulas"),
        Column("latex", Format.TEXT, "LaTeX, verbatim with delimiters"),
        Column("display", Format.FLAG, "1 for a displayed formula, 0 for one in a line"),
        Column(
            "referring", Format.JSON, "positions of the formulas of the article that refer to it"
        ),
    ),
    "One row a formula with a label.",
)
VIEWS: Final = (ARTICLE_LIST, CITED_BY, MOST_READ, READERS_BY_MONTH, FORMULAS_BY_LABEL)

# --- What follows ---------------------------------------------------------------------------------

#: The tables of what a body holds, in the order of their keys in JSONL.
PARTS: Final = (LINKS, PICTURES, FORMULAS)
TABLES: Final = (
    ARTICLES, READER_COUNTS, REVISIONS, CHANGES, SIGHTINGS, *PARTS, SERIES, SERIES_ARTICLES, RUNS,
    FAILURES, CAPTURES, FILES, FILE_ADDRESSES, COMMENTS, COMMENT_REVISIONS, COMMENT_PAGES, DIGESTS,
    WRITTEN_FILES,
)  # fmt: skip
#: Tables whose rows belong to an article.
OWNED: Final = tuple(
    table for table in TABLES if any(column.refers_to == "articles" for column in table.columns)
)
#: Columns in which an article has changed for its readers, when they differ.
EDITS: Final = ARTICLES.select(lambda column: column.is_edit)
#: Counts that rise while an article stays as it is.
COUNTS: Final = ARTICLES.select(lambda column: column.role is Role.COUNT)
#: Columns that the extraction makes of ``body_html``.
DERIVED: Final = ARTICLES.select(lambda column: column.role is Role.DERIVED)
#: The columns of a version.
VERSIONED: Final = tuple(name for name in ARTICLES.names if name in REVISIONS.names)
#: Those that tell it from another, as ``content_sha256`` is of title and body.
TOLD_BY: Final = tuple(name for name in VERSIONED if name not in {"title", "body_html"})
