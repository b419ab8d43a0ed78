"""A history as a picture for a slide or a mail: each segment's figures over time, as PNG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from smartcart.records import Chain
from smartcart.report import palette, words
from smartcart.report.canvas import INK, blank, calm, heading, place, plain, png
from smartcart.report.history_page import history_lines, history_ticks
from smartcart.report.svg import SvgLine, apart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["history_png"]

TALL = 2.6  # inches of a panel
NAME = 0.17  # inches of a name's row


def history_png(chain: Chain) -> bytes:
    """Return the chain's figures below one another: customers, value, outcomes."""
    ticks = history_ticks(chain)
    shown = [one for one in history_lines(chain) if not one[0].startswith("Share")]
    figure = blank(9.0, 1.1 + TALL * len(shown))
    panels = figure.subplots(len(shown), 1, squeeze=False)[:, 0]
    place(figure, 0.95, 2.5, 1.2, 0.5, hspace=0.55)
    for axes, (title, lines, say) in zip(panels, shown, strict=True):
        _panel(axes, title, lines, say, ticks)
    heading(figure, "Segments over time", f"{ticks[0]} to {ticks[-1]}, {len(ticks)} runs")
    return png(figure)


def _panel(
    axes: Axes,
    title: str,
    lines: Sequence[SvgLine],
    say: Callable[[float], str],
    ticks: Sequence[str],
) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    ends: dict[int, float] = {}
    for line in lines:
        values = [float("nan") if v is None else v for v in line.values]
        tone = palette.colour(line.segment_id)
        axes.plot(
            range(len(ticks)),
            values,
            color=tone,
            linewidth=2.2,
            marker=palette.marker(line.segment_id),
            markersize=6,
            markeredgecolor="white",
            clip_on=False,
        )
        last = [v for v in line.values if v is not None]
        if last:
            ends[line.segment_id] = last[-1]
    calm(axes)
    top = axes.get_ylim()[1]
    axes.set_ylim(0, top if top > 0 else 1)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: plain(say(y))))
    step = -(-len(ticks) // 7)
    at = [i for i in range(len(ticks)) if (len(ticks) - 1 - i) % step == 0]
    axes.set_xticks(at, [plain(ticks[i]) for i in at])
    axes.set_title(plain(title, 80), loc="left", size=10.5, color=INK, pad=10)
    room = NAME / TALL * axes.get_ylim()[1] * 1.5
    heights = dict.fromkeys(ends, room)
    names = {line.segment_id: line.name for line in lines}
    for one, y in apart(ends, heights, axes.get_ylim()[1] * 1.1, 0.0).items():
        axes.annotate(
            plain(words.shorten(f"{one}  {names[one]}", 30)),
            (1, y),
            xycoords=("axes fraction", "data"),
            xytext=(14, 0),
            textcoords="offset points",
            va="center",
            size=9,
            color=palette.colour(one),
            annotation_clip=False,
        )
