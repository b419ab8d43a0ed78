"""The picture of outcomes: the rate in each segment with its interval, beside that of all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from smartcart.errors import UsageError
from smartcart.records import Outcome, Run
from smartcart.report import outcomes, palette, withheld, words
from smartcart.report.canvas import ACCENT, INK, SOFT, Canvas, blank, calm, heading, place, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw", "there"]


def there(run: Run) -> bool:
    """Has the run an outcome, and segments to compare?"""
    return bool(outcomes.pictured(run))


def draw(run: Run) -> Canvas:
    """Return one panel per outcome, at most six: dots, Wilson intervals, the rate of all.

    Raises
    ------
    smartcart.errors.UsageError
        Where the run has no outcome, or one segment only.
    """
    shown = outcomes.pictured(run)
    if not shown:
        raise UsageError.of(
            "this run has no outcome to compare segments by",
            "two segments or more, and a column of yes and no, such as a response",
            "segment data with such a column, and give it the role 'outcome'",
        )
    columns = min(2, len(shown))
    rows = math.ceil(len(shown) / columns)
    deep = 0.42 * len(run.segments)
    between = 1.0
    figure = blank(8 if columns == 1 else 12.5, 1.4 + rows * (deep + between) - 0.65)
    panels = figure.subplots(rows, columns, squeeze=False).flatten()
    place(figure, 2.4, 0.45, 1.4, 0.5, wspace=0.62, hspace=between / deep if rows > 1 else 0)
    for axes, outcome in zip(panels, shown, strict=False):
        _panel(axes, run, outcome)
    for axes in panels[len(shown) :]:
        axes.set_axis_off()
    more = len(run.outcomes) - len(shown)
    heading(
        figure,
        "Outcomes that formed nothing, in each segment",
        f"Dots: the rate, with its {shown[0].level:.0%} interval. Dotted line: all customers."
        + (f" {more} more in the report." if more else ""),
    )
    return figure


def _panel(axes: Axes, run: Run, outcome: Outcome) -> None:
    rows = outcomes.rated(outcome)
    hidden = withheld.total(outcome)
    calm(axes, grid="x")
    tops = [r.high for r in rows if r.high is not None]
    reach = (max([0.0 if hidden else outcome.rate, *tops]) or 1.0) * 1.18
    for y, row in enumerate(rows):
        if row.rate is None or row.low is None or row.high is None or hidden:
            axes.text(reach * 0.01, y, "not shown", va="center", size=9, color=SOFT)
            continue
        axes.plot([row.low, row.high], [y, y], color=SOFT, linewidth=1.8, zorder=2)
        axes.plot(
            [row.rate],
            [y],
            marker=palette.marker(row.segment_id),
            markersize=9,
            color=palette.colour(row.segment_id),
            markeredgecolor="white",
            zorder=3,
            clip_on=False,
        )
        axes.text(
            row.high + reach * 0.015,
            y,
            row.rate_text,
            va="center",
            size=9.5,
            color=INK,
            zorder=4,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
    if not hidden:
        axes.axvline(outcome.rate, color=ACCENT, linewidth=1.6, linestyle=":", zorder=1)
    axes.set_xlim(0, reach)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.locator_params(axis="x", nbins=5)
    axes.xaxis.set_major_formatter(lambda x, _: words.share(round(x, 6)).replace(".0%", "%"))
    labels = [plain(f"{r.segment_id}  {r.segment}", 27) for r in rows]
    axes.set_yticks(list(range(len(rows))), labels)
    axes.tick_params(axis="y", labelsize=9.5, colors=INK)
    title = plain(words.shorten(outcomes.label(run, outcome), 30))
    axes.set_title(
        f"{title}: {outcomes.overall(outcome)} of all",
        loc="left",
        size=11,
        weight="bold",
        color=INK,
        pad=8,
    )
