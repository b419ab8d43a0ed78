"""The picture of RFM: how large its segments are, and how they meet those of K-Means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smartcart.errors import UsageError
from smartcart.records import Rfm, Run
from smartcart.report import palette, rfm, words
from smartcart.report.canvas import INK, SOFT, Canvas, blank, blend, calm, heading, place, plain
from smartcart.report.palette import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw"]

_PAPER = "#F4F3EF"


def draw(run: Run) -> Canvas:
    """Return RFM segments as bars (customers and value), and beside them the crossing.

    Raises
    ------
    smartcart.errors.UsageError
        Where the run has no RFM.
    """
    found = run.rfm
    if found is None:
        raise UsageError.of(
            "this run has no RFM",
            "a run with recency, frequency and money",
            "segment data with the days, the number and the money of purchases",
        )
    crossed = len(run.segments) > 1
    rows, columns = len(found.segments), len(run.segments)
    wide = max(0.72 if columns > 5 else 1.0, 4.2 / columns) * columns if crossed else 0.0
    figure = blank(7.3 + wide, 2.45 + 0.46 * rows)
    top = 1.95
    if crossed:
        bars, heat = figure.subplots(1, 2, width_ratios=(3.9, wide))
        place(figure, 1.75, 0.35, top, 0.3, wspace=0.14)
        _crossing(heat, run, found)
    else:
        bars = figure.subplots()
        place(figure, 1.75, 0.9, 1.3, 0.3)
    _sizes(bars, run, found)
    heading(
        figure,
        "RFM segments" + (" beside the K-Means segments" if crossed else ""),
        f"Right: the customers of each RFM segment over the K-Means segments. {rfm.agreement(run)}"
        if crossed
        else "",
    )
    return figure


def _sizes(axes: Axes, run: Run, found: Rfm) -> None:
    valued = any(s.monetary_share is not None for s in found.segments)
    thick = 0.36 if valued else 0.6
    shift = thick / 2 + 0.01 if valued else 0.0
    what = run.value_label or "value"
    most = max([s.share for s in found.segments] + [s.monetary_share or 0 for s in found.segments])
    series: list[tuple[str, list[float | None], str, float]] = [
        ("customers", [s.share for s in found.segments], LIGHT["quiet"], -shift)
    ]
    if valued:
        shares = [s.monetary_share for s in found.segments]
        series.append((what, shares, LIGHT["accent"], shift))
    for _, shares, color, move in series:
        at = [y + move for y in range(len(shares))]
        axes.barh(at, [x or 0.0 for x in shares], thick, color=color)
        for y, x, s in zip(at, shares, found.segments, strict=True):
            said = "few" if rfm.few(s) else words.share(x)
            axes.text((x or 0.0) + most * 0.02, y, said, va="center", size=8.5, color=INK)
    calm(axes, grid="")
    axes.set_xlim(0, most * 1.2)
    axes.set_ylim(len(found.segments) - 0.5, -0.5)
    axes.set_xticks([])
    axes.set_yticks(range(len(found.segments)), [plain(s.segment, 24) for s in found.segments])
    axes.tick_params(axis="y", labelsize=9.5, colors=INK)
    told = f"grey: share of customers; violet: share of {what}" if valued else "share of customers"
    axes.set_title(plain(told, 60), loc="left", size=8.5, color=SOFT, pad=8)


def _crossing(axes: Axes, run: Run, found: Rfm) -> None:
    cells = rfm.crossing(found)
    axes.pcolormesh(
        [[float(cell.step) for cell in row] for row in cells],
        cmap=blend(_PAPER, palette.COOL),
        vmin=0,
        vmax=len(rfm.STEPS),
        edgecolors="white",
        linewidth=2.5,
    )
    many = len(run.segments) > 5
    for y, row in enumerate(cells):
        for x, cell in enumerate(row):
            tone = "white" if cell.step > 2 else INK if cell.count else LIGHT["quiet"]
            axes.text(
                x + 0.5,
                y + 0.5,
                cell.text,
                ha="center",
                va="center",
                size=8.5 if many else 9.5,
                color=tone,
            )
    axes.invert_yaxis()
    names = [plain(f"{s.segment_id}  {s.segment}", 11 if many else 14, 4) for s in run.segments]
    axes.set_xticks([i + 0.5 for i in range(len(names))], names)
    axes.set_yticks([])
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=7.5 if many else 8.5, colors=INK, pad=5)
    axes.spines[:].set_visible(False)
