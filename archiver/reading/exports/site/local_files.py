"""The pictures of an archive, and what else its articles link to, as files of its site."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from archiver.reading.exports.job import Job
from archiver.reading.exports.owned_folder import OwnedFolder
from archiver.store.errors import StoreError
from archiver.store.stored_files import FileFolder

#: Where they lie in the folder of the site.
FOLDER: Final = "files"
_PICTURES: Final = """
    SELECT DISTINCT pictures.url, files.path, files.bytes
    FROM pictures JOIN files ON files.sha256 = pictures.sha256
    WHERE article_id = ? AND files.media_type LIKE 'image/%'
"""


#: A picture that may hold scripts runs them where a link leads to it, and a page does.
_LINKED: Final = """
    SELECT DISTINCT links.url, files.path, files.bytes
    FROM links JOIN file_addresses ON file_addresses.url = links.file_url
    JOIN files ON files.sha256 = file_addresses.sha256
    WHERE article_id = ? AND files.media_type NOT IN ('image/svg+xml', 'text/html')
"""


class LocalFiles:
    """Copies files of the archive into the folder of a site, each once.

    What the archive does not have, or what is not at its place, is left out; ``StoreError`` is
    raised for what cannot be read.
    """

    def __init__(self, job: Job, folder: OwnedFolder) -> None:
        self._db = job.db
        self._data = job.data
        self._folder = folder
        self._copied: set[str] = set()

    def pictures(self, article: int) -> dict[str, str]:
        """The names in the folder of an article's pictures, by their addresses in its body."""
        return self._found(_PICTURES, article)

    def linked(self, article: int) -> dict[str, str]:
        """The names in the folder of the files that an article links to, by their addresses."""
        return self._found(_LINKED, article)

    def _found(self, query: str, article: int) -> dict[str, str]:
        if self._data is None:
            return {}
        stored = FileFolder(self._data / FOLDER)
        rows = self._db.execute(query, [article]).fetchall()
        return {url: self._copied_to(path) for url, path, size in rows if stored.has(path, size)}

    def _copied_to(self, path: str) -> str:
        assert self._data is not None
        name = "/".join((FOLDER, *PurePosixPath(path).parts[-2:]))
        if name not in self._copied:
            place = self._data / path
            try:
                content = place.read_bytes()
            except OSError as error:
                raise StoreError(f"cannot read {place}: {error.strerror or error}") from error
            self._folder.write(name, content)
            self._copied.add(name)
        return name
