"""Pictures of what comes next: expected against what came, and the money at risk."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from smartcart.errors import UsageError
from smartcart.records import Future, Run, Track
from smartcart.report import future as told
from smartcart.report import palette, words
from smartcart.report.canvas import ACCENT, INK, QUIET, Canvas, blank, calm, heading, place, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw", "there"]


def there(run: Run) -> bool:
    """Has the run a forecast?"""
    return run.future is not None and not run.future.refused


def draw(run: Run) -> Canvas:
    """Return the record week by week, and what each segment brings and may lose.

    Raises
    ------
    smartcart.errors.UsageError
        Where the run has no forecast.
    """
    future = run.future
    if future is None or future.refused or future.track is None:
        raise UsageError.of(
            "this run has no forecast",
            "an order log of some months",
            "segment a log of orders that is longer",
        )
    deep = max(2.4, 0.55 * len(future.segments))
    figure = blank(12.0, 2.1 + deep)
    left, right = figure.subplots(1, 2, width_ratios=(1.1, 1.0))
    place(figure, 0.75, 0.9, 1.45, 0.65, wspace=0.62)
    _weeks(left, future.track)
    _segments(right, future)
    heading(
        figure,
        "What comes next, and how well that was told before",
        f"Left: orders of the known customers in the {future.track.days} days held back, expected "
        f"by {future.track.chosen} and actual. Right: the next {told.horizon(future)}.",
    )
    return figure


def _weeks(axes: Axes, track: Track) -> None:
    ends = range(len(track.weeks))
    axes.bar(
        ends, [one.actual for one in track.weeks], 0.72, color=palette.LIGHT["line"], label="came"
    )
    axes.plot(
        ends,
        [one.expected for one in track.weeks],
        color=ACCENT,
        linewidth=2.4,
        marker="o",
        markersize=4.5,
        label="expected",
    )
    calm(axes)
    most = max([one.actual for one in track.weeks] + [one.expected for one in track.weeks])
    axes.set_ylim(0, max(most, 1e-9) * 1.2)  # room for the legend
    step = max(1, -(-len(track.weeks) // 4))
    at = list(range(0, len(track.weeks), step))
    axes.set_xticks(at, [_short(track.weeks[i].last) for i in at])
    axes.set_title("Orders up to each day, held back", loc="left", size=10.5, color=INK, pad=10)
    axes.legend(frameon=False, fontsize=9, labelcolor=INK, loc="upper left", ncols=2)


def _short(day: dt.date) -> str:
    """Return a day as words that fit below a bar."""
    return f"{day.day} {words.date(day).split()[1][:3]}"


def _segments(axes: Axes, future: Future) -> None:
    money = all(one.spend is not None for one in future.segments)
    values = [(one.spend if money else one.orders) or 0.0 for one in future.segments]
    risks = [(one.at_risk if money else 0.0) or 0.0 for one in future.segments]
    at = range(len(values))
    colours = [palette.colour(one.segment_id) for one in future.segments]
    axes.barh(at, values, 0.58, color=colours)
    axes.barh(at, risks, 0.58, left=values, color="white", edgecolor=colours, linewidth=1.4)
    most = max([v + r for v, r in zip(values, risks, strict=True)] + [1e-9])
    for y, (value, risk) in enumerate(zip(values, risks, strict=True)):
        said = words.money(value, future.currency) if money else told.rough(value)
        if money:
            said += f", at risk {words.money(risk, future.currency)}"
        axes.text(value + risk + most * 0.02, y, plain(said), va="center", size=8.5, color=INK)
    calm(axes, grid="")
    axes.set_xlim(0, most * 1.6)
    axes.set_ylim(len(values) - 0.5, -0.5)
    axes.set_xticks([])
    names = [plain(f"{one.segment_id}  {one.segment}", 20, 2) for one in future.segments]
    axes.set_yticks(list(at), names)
    axes.tick_params(axis="y", labelsize=9, colors=INK)
    title = "Money expected, and at risk (outlined)" if money else "Orders expected"
    axes.set_title(title, loc="left", size=10.5, color=INK, pad=10)
    axes.axvline(0, color=QUIET, linewidth=1)
