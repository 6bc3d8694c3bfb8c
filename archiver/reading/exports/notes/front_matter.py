"""The front matter of a note: YAML that means the same in version 1.1 and 1.2.

Names are plain words. Texts are in double quotes, as JSON writes them, with escapes for what YAML
forbids or takes for a line break. Numbers and days are plain. Lists have one value a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

Value = str | int | date | list[str] | None

#: Not printable in YAML 1.2 (section 5.1), or a line break in 1.1 (U+0085, U+2028, U+2029). JSON
#: escapes those below U+0020 itself.
_ESCAPED: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def front_matter(values: Mapping[str, Value]) -> str:
    """The block between two lines of ``---``; what is ``None`` or an empty list is left out."""
    lines = [line for name, value in values.items() for line in _lines(name, value)]
    return "\n".join(["---", *lines, "---", ""])


def _lines(name: str, value: Value) -> Iterator[str]:
    if isinstance(value, list):
        if value:
            yield f"{name}:"
        for text in value:
            yield f"  - {_quoted(text)}"
    elif isinstance(value, str):
        yield f"{name}: {_quoted(value)}"
    elif value is not None:
        yield f"{name}: {value}"


def _quoted(text: str) -> str:
    """A text in double quotes; halves of surrogate pairs, which no file can have, are U+FFFD."""
    whole = json.dumps(_SURROGATE.sub("\ufffd", text), ensure_ascii=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", whole)
