"""A complete, faithful and lasting archive of the blog 科学空间 (kexue.fm)."""

from typing import Final

__version__: Final = "0.1.0"

#: Rises with every change of the extraction that can give another result for the same page.
PARSER_VERSION: Final = 3
