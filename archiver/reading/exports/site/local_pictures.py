"""The pictures of an archive, as files of its site."""

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


class LocalPictures:
    """Copies pictures into the folder of a site, each once."""

    def __init__(self, job: Job, folder: OwnedFolder) -> None:
        self._db = job.db
        self._data = job.data
        self._folder = folder
        self._copied: set[str] = set()

    def of(self, article: int) -> dict[str, str]:
        """The names in the folder of an article's pictures, by their addresses in its body.

        A picture that the archive does not have, or that is not at its place, is left out. Raises
        ``StoreError`` for one that cannot be read.
        """
        if self._data is None:
            return {}
        files, found = FileFolder(self._data / FOLDER), {}
        for url, path, size in self._db.execute(_PICTURES, [article]).fetchall():
            if files.has(path, size):
                found[url] = self._copied_to(path)
        return found

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
