"""The sheet that pictures are drawn on: size, margins, heading, calm axes, text that is safe.

Only Matplotlib's own objects: no global state, no window.
"""

from __future__ import annotations

import io
import struct
import textwrap
import zlib
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from smartcart.report import words
from smartcart.report.palette import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MplFigure

__all__ = [
    "ACCENT",
    "INK",
    "LINE",
    "QUIET",
    "SOFT",
    "Canvas",
    "blank",
    "blend",
    "calm",
    "heading",
    "place",
    "plain",
    "png",
    "png_of",
]

DPI = 140
ACCENT, INK, SOFT, LINE, QUIET = (
    LIGHT[name] for name in ("accent", "ink", "soft", "line", "quiet")
)


class Canvas(Figure):
    """A figure that a notebook shows without any plotting backend."""

    def _repr_png_(self) -> bytes:
        return png(self)


def png(figure: MplFigure, dpi: int = DPI) -> bytes:
    """Return the figure as PNG; the same figure gives the same bytes."""
    canvas = FigureCanvasAgg(figure)
    figure.savefig(io.BytesIO(), format="rgba", dpi=dpi, facecolor="white")
    return png_of(np.asarray(canvas.buffer_rgba())[..., :3], dpi)


def png_of(pixels: NDArray[np.uint8], dpi: int) -> bytes:
    """Return an opaque picture (height, width, 3) as PNG (RFC 2083), the way that is fast.

    Of charts, which are flat, rows as they are take less space than rows in the best filter for
    each, and half of the time.
    """
    height, width, channels = pixels.shape
    rows = np.zeros((height, 1 + width * channels), dtype=np.uint8)  # filter 0, then the row
    rows[:, 1:] = pixels.reshape(height, -1)
    per_metre = round(dpi / 0.0254)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
            _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),
            _chunk(b"IDAT", zlib.compress(rows.tobytes(), 1)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(content, zlib.crc32(name))
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def blank(width: float, height: float) -> Canvas:
    """Return an empty white sheet, in inches."""
    figure = Canvas(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def blend(*colours: str) -> LinearSegmentedColormap:
    """Return the colours that lead evenly from the first of a few to the last."""
    return LinearSegmentedColormap.from_list("blend", colours)


@cache
def _glyphs() -> frozenset[int]:
    font = font_manager.get_font(font_manager.findfont("DejaVu Sans"))
    return frozenset(font.get_charmap())


def plain(text: str, width: int | None = None, rows: int = 2) -> str:
    """Return a text that Matplotlib draws as it is: no mathtext, no missing glyph, in rows."""
    text = "".join(c if ord(c) in _glyphs() else "□" for c in text).replace("$", r"\$")
    if width is None:
        return text
    parts = textwrap.wrap(text, width) or [text]
    if len(parts) > rows:
        parts = [*parts[: rows - 1], words.shorten(" ".join(parts[rows - 1 :]), width)]
    return "\n".join(parts)


def heading(figure: MplFigure, title: str, caption: str = "") -> None:
    """Write title and caption at the upper left, at a fixed distance from the top."""
    inches = figure.get_figheight()
    left = 0.3 / figure.get_figwidth()
    width = int(figure.get_figwidth() * 13.5)
    figure.text(left, 1 - 0.22 / inches, title, va="top", size=14, weight="bold", color=INK)
    if caption:
        figure.text(
            left,
            1 - 0.54 / inches,
            plain(caption, width, 3),
            va="top",
            size=9.5,
            color=SOFT,
            linespacing=1.35,
        )


def place(
    figure: MplFigure, left: float, right: float, top: float, bottom: float, **more: float
) -> None:
    """Set the margins of the panels, in inches."""
    width, height = figure.get_size_inches()
    figure.subplots_adjust(
        left=left / width,
        right=1 - right / width,
        top=1 - top / height,
        bottom=bottom / height,
        **more,
    )


def calm(axes: Axes, grid: Literal["", "both", "x", "y"] = "y") -> None:
    """Take away frames and ticks, and keep a light grid."""
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    axes.tick_params(length=0, labelsize=9, colors=SOFT, pad=6)
    if grid:
        axes.grid(axis=grid, color=LINE, linewidth=0.8)
    axes.set_axisbelow(True)
