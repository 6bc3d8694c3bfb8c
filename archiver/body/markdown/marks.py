"""What stands in the text of a paragraph for a finished piece of Markdown, by the kind of piece.

Lone surrogates, which no tree can contain. To the rules of the escapes they are neither letters nor
white space.
"""

from __future__ import annotations

from typing import Final

FORMULA: Final = "\ud800"
CODE: Final = "\ud801"
#: The beginning and the end of a link.
LINK: Final = "\ud802"
LINK_END: Final = "\ud803"
#: A link without text.
EMPTY_LINK: Final = "\ud804"
PICTURE: Final = "\ud805"
#: A player, a tag, the beginning or end of a format.
OTHER: Final = "\ud806"
#: A line break, which is the same everywhere in a paragraph.
BREAK: Final = "\ud807"

NO_FORMULA: Final = (CODE, LINK, LINK_END, EMPTY_LINK, PICTURE, OTHER)
#: All of them, for a class in a regular expression.
ALL: Final = f"{FORMULA}-{BREAK}"
