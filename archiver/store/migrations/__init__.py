"""Migrations, one module each: together they make the tables of ``archiver.store.schema``.

A migration that has been released is never edited; a change is a new one at the end. Its module
has the name that the archive notes when it has been applied, and its SQL in ``STATEMENTS``.
"""

from __future__ import annotations

from types import ModuleType
from typing import Final

from sqlite_utils import Database, Migrations

from archiver.store.migrations import (
    m001_first_tables,
    m002_search,
    m003_formulas_and_pictures,
    m004_memory,
    m005_moments_of_entries,
    m006_views,
    m007_series,
    m008_text_ends,
    m009_captures,
    m010_files,
    m011_digests,
    m012_comments,
    m013_versions_and_captures,
    m014_batched_index,
    m015_written_files,
    m016_planning_indexes,
    m017_captures_of_versions,
)

MODULES: Final = (
    m001_first_tables,
    m002_search,
    m003_formulas_and_pictures,
    m004_memory,
    m005_moments_of_entries,
    m006_views,
    m007_series,
    m008_text_ends,
    m009_captures,
    m010_files,
    m011_digests,
    m012_comments,
    m013_versions_and_captures,
    m014_batched_index,
    m015_written_files,
    m016_planning_indexes,
    m017_captures_of_versions,
)
migrations: Final = Migrations("kexue")


def migration_names() -> set[str]:
    """The names of all migrations that this version knows."""
    return {_name(module) for module in MODULES}


def _name(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def _register(module: ModuleType) -> None:
    @migrations(name=_name(module))
    def migrate(db: Database) -> None:
        for statement in module.STATEMENTS:
            db.execute(statement)


for _module in MODULES:
    _register(_module)
