"""The pictures of an archive, and what else its articles link to, as files of its site."""

from __future__ import annotations

from typing import Final

from archiver.reading.exports.job import Job
from archiver.reading.exports.owned_folder import OwnedFolder
from archiver.store.stored_files import STORED_PATH, FileFolder
from archiver.terminal.plural import plural
from archiver.terminal.program import typed

#: Where they lie in the folder of the site.
FOLDER: Final = "files"
_PICTURES: Final = """
    SELECT DISTINCT pictures.url, files.path, files.bytes, files.sha256
    FROM pictures JOIN files ON files.sha256 = pictures.sha256
    WHERE article_id = ? AND files.media_type LIKE 'image/%'
"""


#: A picture that may hold scripts runs them where a link leads to it, and a page does.
_LINKED: Final = """
    SELECT DISTINCT links.url, files.path, files.bytes, files.sha256
    FROM links JOIN file_addresses ON file_addresses.url = links.file_url
    JOIN files ON files.sha256 = file_addresses.sha256
    WHERE article_id = ? AND files.media_type NOT IN ('image/svg+xml', 'text/html')
"""


class LocalFiles:
    """Copies files of the archive into the folder of a site, each once.

    What the archive does not have, or has with other bytes, is left out and counted. ``StoreError``
    is raised for what cannot be read.
    """

    def __init__(self, job: Job, folder: OwnedFolder) -> None:
        self._db = job.db
        self._data = job.data
        self._folder = folder
        #: The name in the folder by the path in the archive; ``None`` for what was left out.
        self._names: dict[str, str | None] = {}
        self._damaged: list[str] = []

    def pictures(self, article: int) -> dict[str, str]:
        """The names in the folder of an article's pictures, by their addresses in its body."""
        return self._found(_PICTURES, article)

    def linked(self, article: int) -> dict[str, str]:
        """The names in the folder of the files that an article links to, by their addresses."""
        return self._found(_LINKED, article)

    def report(self) -> None:
        """Tell in the outcome of the folder what was left out."""
        missing = [path for path, name in self._names.items() if name is None]
        if lost := len(missing) - len(self._damaged):
            self._folder.outcome.notes.append(
                f"{plural(lost, 'file')} of the archive not at hand: there its address is shown"
            )
        if self._damaged:
            self._folder.outcome.incomplete.append(
                f"{plural(len(self._damaged), 'file')} of the archive with other bytes than were"
                f" stored: {self._damaged[0]}; left out, {typed('verify')} says what to do"
            )

    def _found(self, query: str, article: int) -> dict[str, str]:
        rows = [] if self._data is None else self._db.execute(query, [article]).fetchall()
        names = ((url, self._name(path, size, sha256)) for url, path, size, sha256 in rows)
        return {url: name for url, name in names if name is not None}

    def _name(self, path: str, size: int, sha256: str) -> str | None:
        """The name in the folder of a file, which is copied the first time it is asked for."""
        if path not in self._names:
            self._names[path] = self._copied(path, size, sha256)
        return self._names[path]

    def _copied(self, path: str, size: int, sha256: str) -> str | None:
        assert self._data is not None
        match = STORED_PATH.fullmatch(path)
        if match is None or match["sha256"] != sha256:
            return None
        if not FileFolder(self._data / FOLDER).has(path, size):
            return None
        name = f"{FOLDER}/{match['place']}"
        if self._folder.copy(name, self._data / path, sha256):
            return name
        self._damaged.append(path)
        return None
