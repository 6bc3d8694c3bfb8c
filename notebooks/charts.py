"""What the notebooks share: which archive they read, and how their charts look.

A chart needs a font that has Chinese; where matplotlib finds none, a sentence says which to
install, and the notebook goes on with empty boxes for the characters.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Final

import matplotlib.pyplot as plt
from cycler import cycler
from matplotlib import font_manager

#: The folder of the archive: ``KEXUE_DATA_DIR``, or ``data`` of the project. Where it has several
#: archives, ``KEXUE_NAME`` names one.
DATA: Final = Path(os.environ.get("KEXUE_DATA_DIR") or Path(__file__).parents[1] / "data")

#: Fonts with Chinese, of Linux, macOS and Windows; the first that is there is taken.
FONTS: Final = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "PingFang SC", "Hiragino Sans GB", "Heiti SC",
    "STHeiti", "Songti SC", "Arial Unicode MS", "Microsoft YaHei", "SimHei", "DengXian",
    "Noto Sans CJK JP", "Noto Sans CJK TC", "Noto Serif CJK SC", "Droid Sans Fallback",
)  # fmt: skip
NO_FONT: Final = (
    "No font with Chinese was found, so charts show boxes for it: install Noto Sans CJK"
    " (Debian: apt-get install fonts-noto-cjk) and run the notebook again."
)

#: Eight colours that are told apart, also by the colour-blind; then shades of them.
COLOURS: Final = (
    "#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#ee9944", "#777777",
    "#88aadd", "#f4a6ae", "#77bb88", "#e3d98c", "#a9e2f5", "#d08ab4", "#f5c796", "#bbbbbb",
)  # fmt: skip
INK: Final = "#333333"

_STYLE: Final = {
    "figure.figsize": (9, 4.2), "figure.dpi": 96, "figure.facecolor": "white",
    "savefig.facecolor": "white", "figure.constrained_layout.use": True,
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": "#999999",
    "axes.labelcolor": INK, "axes.titlelocation": "left", "axes.titlesize": 12,
    "axes.axisbelow": True, "axes.grid": True, "grid.color": "#e6e6e6", "text.color": INK,
    "xtick.color": INK, "ytick.color": INK, "legend.frameon": False, "font.size": 10,
    "axes.unicode_minus": False,  # few fonts with Chinese have U+2212
}  # fmt: skip


def use_style() -> None:
    """Set the look of all charts; print the sentence where no font has Chinese."""
    plt.rcParams.update(_STYLE)
    plt.rcParams["axes.prop_cycle"] = cycler(color=COLOURS)
    installed = set(font_manager.get_font_names())
    font = next((name for name in FONTS if name in installed), None)
    warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # emoji in a title
    if font is None:
        print(NO_FONT)
    else:
        plt.rcParams["font.sans-serif"] = [font, "DejaVu Sans"]


class TooLittle(Exception):
    """The archive has too little for a notebook; Jupyter shows the sentence alone."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def need(is_enough: bool, what: str) -> None:
    """Raise ``TooLittle`` unless the archive has what a notebook needs."""
    if not is_enough:
        raise TooLittle(f"The archive has too little for this notebook, which needs {what}.")


def short(text: str, length: int = 18) -> str:
    """A title of so many characters at most, and without dollars, which would be formulas."""
    plain = text.replace("$", "")
    return plain if len(plain) <= length else plain[: length - 1] + "…"
