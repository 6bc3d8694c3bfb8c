"""Pages saved from a browser: MathJax has put drawings and scripts in the place of formulas.

Each formula is a ``<script type="math/tex">`` with the LaTeX without delimiters (MathJax 2.7,
``extensions/tex2jax.js``, ``createMathTag``); all else that MathJax has added is no text.
"""

from __future__ import annotations

import re
from typing import Any, Final

from archiver.items import Formula

#: CSS selector of the formulas that MathJax has read.
SCRIPTS: Final = 'script[type^="math/tex"]'
_DISPLAY = re.compile(r";\s*mode\s*=\s*display")
_CLASS = re.compile(r"(?:^|\s)(?:MathJax|MJX|mjx-)")
_REFERENCE = re.compile(r"\\(?:eq)?ref\{[^}]*\}\Z")
#: Numbered and aligned environments are written without dollars.
_BARE = re.compile(
    r"\\begin\{((?:equation|align|gather|multline|eqnarray|alignat|flalign|displaymath|math)\*?)\}"
)


def is_mathjax_output(attributes: dict[str, str | None]) -> bool:
    """True when MathJax has added an element with these attributes."""
    if (attributes.get("id") or "").startswith("MathJax_"):
        return True
    return _CLASS.search(attributes.get("class") or "") is not None


def formula_of(script: Any) -> Formula | None:
    """The formula in a script, with delimiters; ``None`` for any other script."""
    kind = script.attributes.get("type") or ""
    if not kind.startswith("math/tex"):
        return None
    latex = script.text(deep=True)
    display = _DISPLAY.search(kind) is not None
    return Formula(_with_delimiters(latex, display), display)


def _with_delimiters(latex: str, display: bool) -> str:
    """LaTeX as the served page has it; environments and references have no delimiters."""
    if not display:
        if _REFERENCE.match(latex):
            return latex
        return f"\\({latex}\\)" if "$" in latex else f"${latex}$"
    environment = _BARE.match(latex)
    if environment is not None and latex.rstrip().endswith(f"\\end{{{environment[1]}}}"):
        return latex
    return f"\\[{latex}\\]" if "$$" in latex else f"$${latex}$$"
