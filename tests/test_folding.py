"""The table of spellings is what Unicode and zhconv say, and fits the index."""

from __future__ import annotations

import sqlite3
import sys
import unicodedata
from contextlib import closing

import pytest

from archiver.reading.search.folding import fold, spellings

#: SQLite folds them further than ``str.lower``.
LETTERS = {"ς": "σ", "\u0345": "ι"}


def characters() -> list[str]:
    """Every character that a text can hold."""
    return [chr(c) for c in range(1, sys.maxunicode + 1) if not 0xD800 <= c < 0xE000]


def folded(character: str, simplified: dict[str, str]) -> str:
    """One character by the rule: NFKC, lower case, simplified; as it is where that makes more."""
    ways = (unicodedata.normalize("NFKC", character).lower(), character.lower(), character)
    one = next(way for way in ways if len(way) == 1)
    one = simplified.get(one, one)
    return LETTERS.get(one, one)


def test_the_table_is_what_unicode_and_zhconv_say() -> None:
    """Characters that this Python's Unicode does not know are left out."""
    zhconv = pytest.importorskip("zhconv")
    chinese = [c for c in characters() if unicodedata.name(c, "").startswith("CJK ")]
    pairs = {c: zhconv.convert(c, "zh-hans") for c in chinese}
    simplified = {c: other for c, other in pairs.items() if len(other) == 1}
    known = [c for c in characters() if unicodedata.category(c) != "Cn"]
    assert {c: fold(c) for c in known if fold(c) != c} == {
        c: other for c in known if (other := folded(c, simplified)) != c
    }


def test_what_is_folded_stays_as_it_is() -> None:
    assert all(fold(one) == one for one in spellings())


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("ＧＡＮ", "gan"), ("Ｃ＋＋", "c++"), ("𝒙", "x"), ("編碼", "编码"), ("⾼", "高"),
        ("乾坤", "干坤"), ("\u3000", " "), ("…½", "…½"), ("ΣΑΣ", "σασ"), ("①", "1"),
    ],
)  # fmt: skip
def test_folding(text: str, same: str) -> None:
    assert fold(text) == same


def test_the_index_never_parts_what_is_folded_alike() -> None:
    """FTS5 folds case by a table of its own; what it makes of a character is a spelling of it."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE VIRTUAL TABLE f USING fts5(x, tokenize='trigram')")
        db.execute("CREATE VIRTUAL TABLE v USING fts5vocab(f, 'instance')")
        cased = [c for c in characters() if c.lower() != c or c.upper() != c]
        db.executemany("INSERT INTO f(rowid, x) VALUES (?, ?)", ((ord(c), f"1{c}2") for c in cased))
        rows = db.execute("SELECT term, doc FROM v").fetchall()
    assert len(rows) == len(cased)
    assert [chr(doc) for term, doc in rows if fold(term[1]) != fold(chr(doc))] == []
