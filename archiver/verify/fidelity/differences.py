"""The first difference of two texts, lists or JSON values, in words on one line.

Positions count from 0, as in the tables of the archive. The place in a text is shown by the
characters before it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from archiver.verify.fidelity.outline import Event

#: Characters of context on both sides of a difference; texts of twice as many are shown whole.
_CONTEXT: Final = 24
_SYMBOLS: Final = {"\n": "⏎", "\t": "⇥"}


class Difference(NamedTuple):
    """How two sequences differ: the number of entries, and the place of the first."""

    number: int
    place: int


def difference(expected: Sequence[Any], found: Sequence[Any]) -> Difference | None:
    """Compare two sequences from both ends; ``None`` when they are equal.

    The count is of the stretch between the first and the last difference, on its longer side.
    """
    if expected == found:
        return None
    shorter = min(len(expected), len(found))
    start = 0
    while start < shorter and expected[start] == found[start]:
        start += 1
    end = 0
    while end < shorter - start and expected[-1 - end] == found[-1 - end]:
        end += 1
    return Difference(max(len(expected), len(found)) - start - end, start)


def words_for_list(expected: Sequence[Any], found: Sequence[Any], place: int) -> str:
    """A difference of two lists of texts, pairs of texts or events."""
    wanted, got = (values[place] if place < len(values) else None for values in (expected, found))
    words = _expected(_with_next(expected, place), _with_next(found, place))
    if isinstance(wanted, Event) and isinstance(got, Event) and wanted.kind == got.kind:
        words = f"{wanted.kind}, {words_for_text(' '.join(wanted.values), ' '.join(got.values))}"
    elif wanted is not None and got is not None and not isinstance(wanted, Event):
        words = words_for_text(_joined(wanted), _joined(got))
    return f"position {place:,}, {words}"


def _with_next(values: Sequence[Any], place: int) -> str:
    """An entry in words; of a ``line`` in an outline, also what stands on it."""
    stop = place + 1 + (values[place : place + 1] == [Event("line")])
    return " ".join(map(value_in_words, values[place:stop])) or value_in_words(None)


def words_for_text(expected: str, found: str) -> str:
    """A difference of two texts, with white space that can be seen."""
    first = difference(expected, found)
    place = first.place if first else 0
    if max(len(expected), len(found)) <= 2 * _CONTEXT:
        return _expected(exact(expected), exact(found))
    start = max(place - _CONTEXT, 0)
    parts = [exact(text[start : place + _CONTEXT], start, len(text)) for text in (expected, found)]
    return f"behind {place:,} characters: {_expected(*parts)}"


def words_for_value(place: str, expected: Any, found: Any) -> str:
    """A difference of two JSON values; ``place`` names what holds them."""
    if isinstance(expected, str) and isinstance(found, str):
        return f"{place}, {words_for_text(expected, found)}"
    if isinstance(expected, list) and isinstance(found, list):
        return _words_for_entries(place, expected, found)
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return _words_for_keys(place, expected, found)
    return f"{place}: {_expected(value_in_words(expected), value_in_words(found))}"


def _words_for_entries(place: str, expected: list[Any], found: list[Any]) -> str:
    first = difference(expected, found)
    position = first.place if first else 0
    wanted, got = (
        values[position] if position < len(values) else None for values in (expected, found)
    )
    return words_for_value(f"{place}, position {position:,}", wanted, got)


def _words_for_keys(place: str, expected: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    for key, value in expected.items():
        if key not in found:
            return f"{place}, {key} is missing"
        if found[key] != value:
            return words_for_value(f"{place}, {key}", value, found[key])
    return f"{place}: there is more than {', '.join(expected)}"


def value_in_words(value: object) -> str:
    """A value as a message shows it: «…», a number, or the word ``nothing``."""
    if value is None:
        return "nothing"
    if isinstance(value, int | float):
        return json.dumps(value)
    if isinstance(value, Event):
        return str(value)
    text = _joined(value)
    return exact(text[: 4 * _CONTEXT], 0, len(text))


def _joined(value: object) -> str:
    """The texts of a value, with spaces between them; JSON for a value that is no text."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping | tuple):
        parts = value.values() if isinstance(value, Mapping) else value
        return " ".join(part for part in parts if isinstance(part, str) and part)
    return json.dumps(value, ensure_ascii=False)


def exact(text: str, start: int = 0, length: int | None = None) -> str:
    """A piece of text between quotation marks, every white space but one space made visible.

    ``start`` is its place in a text of ``length`` characters; dots stand for what is left out.
    """
    after = "…" if length is not None and start + len(text) < length else ""
    return f"«{'…' if start else ''}{''.join(map(_visible, text))}{after}»"


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return _SYMBOLS.get(character, f"<U+{ord(character):04X}>")


def _expected(wanted: str, got: str) -> str:
    return f"expected {wanted}, found {got}"
