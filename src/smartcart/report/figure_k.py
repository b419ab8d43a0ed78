"""Pictures of the evidence for K."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from smartcart.records import Run
from smartcart.report import view, words
from smartcart.report.canvas import (
    ACCENT,
    INK,
    QUIET,
    SOFT,
    Canvas,
    blank,
    calm,
    heading,
    place,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["elbow", "evidence"]


def _per_k(axes: Axes, run: Run, field: str, rule: str, error: str = "") -> None:
    """Draw one figure of the evidence per K, with the K used and the rule's own pick."""
    rows = [
        (row.k, y, getattr(row, error) if error else 0.0)
        for row in run.evidence.rows
        if (y := getattr(row, field)) is not None and math.isfinite(y)
    ]
    calm(axes)
    if not rows:
        axes.text(0.5, 0.5, "not defined", ha="center", color=SOFT, transform=axes.transAxes)
        return
    ks, ys, es = zip(*rows, strict=True)
    axes.plot(ks, ys, color=QUIET, linewidth=1.8, marker="o", markersize=4.5, zorder=2)
    if error:
        axes.errorbar(ks, ys, yerr=es, fmt="none", ecolor=SOFT, elinewidth=1.2, capsize=3)
    chosen, pick = run.evidence.k, run.evidence.picks.get(rule)
    marks = [(chosen, "used and picked" if pick == chosen else "used", ACCENT, ACCENT)]
    if pick is not None and pick != chosen:
        marks.append((pick, "picked", INK, "white"))
    for k, said, color, face in marks:
        if k not in ks:
            continue
        y = ys[ks.index(k)]
        near = pick if k == chosen else chosen
        side, above = view.spot(ys, ks.index(k), ks.index(near) if near in ks else None)
        axes.plot(
            [k],
            [y],
            marker="o",
            markersize=10,
            color=face,
            markeredgecolor=color,
            markeredgewidth=2,
            linestyle="none",
            zorder=4,
        )
        axes.annotate(
            f"{k} {said}",
            (k, y),
            xytext=(7 * side, 10 * above),
            textcoords="offset points",
            ha=("right", "center", "left")[side + 1],
            va="bottom" if above > 0 else "top",
            size=9,
            color=color,
            weight="bold",
            zorder=5,
        )
    low, high = min(ys), max(ys)
    room = (high - low) or abs(high) or 1.0
    axes.set_ylim(low - room * 0.18, high + room * 0.22)
    first, last = run.evidence.rows[0].k, run.evidence.rows[-1].k
    axes.set_xlim(first - 0.7, last + 0.7)
    axes.set_xticks(range(first, last + 1, max(1, math.ceil((last - first + 1) / 12))))
    axes.locator_params(axis="y", nbins=5)
    axes.yaxis.set_major_formatter(lambda y, _: words.number(round(y, 12)))


def elbow(run: Run) -> Canvas:
    """Return WCSS per K, the K that was used, and the K where the elbow rule sees the bend."""
    figure = blank(8, 4.8)
    axes = figure.subplots()
    place(figure, 0.95, 0.35, 1.1, 0.65)
    _per_k(axes, run, "wcss", "elbow")
    pick = run.evidence.picks.get("elbow")
    caption = view.choice(run)
    if pick is not None and pick != run.evidence.k:
        caption = f"The elbow rule alone would pick K = {pick}. {caption}"
    heading(
        figure,
        "How tightly the segments fit, for each K",
        f"{caption} Verdict: {run.evidence.verdict}.",
    )
    axes.set_xlabel("number of segments, K", size=9.5, color=SOFT, labelpad=8)
    axes.set_ylabel("WCSS", size=9.5, color=SOFT, labelpad=8)
    return figure


def evidence(run: Run) -> Canvas:
    """Return silhouette, gap and stability per K side by side, with the picks marked."""
    figure = blank(11.5, 4.1)
    panels = figure.subplots(1, 3)
    place(figure, 0.7, 0.3, 1.45, 0.65, wspace=0.26)
    for axes, title, field, rule, error in zip(
        panels,
        ("Silhouette", "Gap ± standard error", "Stability (bootstrap ARI)"),
        ("silhouette", "gap", "stability_ari"),
        ("silhouette", "gap", "stability"),
        ("", "gap_se", ""),
        strict=True,
    ):
        _per_k(axes, run, field, rule, error)
        axes.set_title(title, loc="left", size=10.5, weight="bold", color=INK, pad=10)
        axes.set_xlabel("K", size=9.5, color=SOFT)
    heading(figure, f"The evidence for K = {run.evidence.k}", view.disagreeing(run))
    return figure
