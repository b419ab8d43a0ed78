"""Plotly figures of the evidence: one figure per K, the K that was used, the rule's own pick."""

from __future__ import annotations

import math

from smartcart.records import KRow, Run
from smartcart.report import view
from smartcart.report.palette import LIGHT
from smartcart.report.plotly_base import Figure, axis, layout

__all__ = ["elbow", "gap", "silhouette", "stability"]


def _per_k(
    run: Run, field: str, picked: tuple[str, ...], unit: str, extra: list[Figure] | None = None
) -> Figure:
    """One figure of the evidence per K, with the K that was used and the rule's own pick."""
    rows: list[tuple[KRow, float]] = [
        (row, y)
        for row in run.evidence.rows
        if (y := getattr(row, field)) is not None and math.isfinite(y)
    ]
    ks, ys = [row.k for row, _ in rows], [y for _, y in rows]
    line: Figure = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": unit,
        "x": ks,
        "y": ys,
        "line": {"color": LIGHT["quiet"], "width": 2},
        "marker": {"color": LIGHT["quiet"], "size": 6},
        "hovertemplate": f"K = %{{x}}<br>{unit} %{{y:,.3~f}}<extra></extra>",
    }
    data = [*(extra or []), line]
    notes = []
    chosen = run.evidence.k
    pick = next((run.evidence.picks[p] for p in picked if p in run.evidence.picks), None)
    for k, said, color, filled in (
        (pick, "picked", LIGHT["ink"], False),
        (chosen, "used", LIGHT["accent"], True),
    ):
        if k not in ks or (not filled and k == chosen):
            continue
        y = ys[ks.index(k)]
        both = filled and pick == chosen
        near = chosen if not filled else pick
        side, above = view.spot(ys, ks.index(k), ks.index(near) if near in ks else None)
        if both and side > 0 and k > 0.6 * ks[-1]:
            side = 0  # a long label needs room on the right
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": said,
                "x": [k],
                "y": [y],
                "marker": {
                    "size": 13,
                    "color": color if filled else LIGHT["paper"],
                    "symbol": "circle",
                    "line": {"color": color, "width": 2.5},
                },
                "hovertemplate": f"K = %{{x}}, {said}<br>{unit} %{{y:,.3~f}}<extra></extra>",
            }
        )
        notes.append(
            {
                "x": k,
                "y": y,
                "text": f"<b>{k}</b> {'used<br>and picked' if both else said}",
                "showarrow": False,
                "yshift": (18 if above > 0 else -20) + (8 * above if both else 0),
                "xshift": 6 * side,
                "xanchor": ("right", "center", "left")[side + 1],
                "font": {"size": 12, "color": color},
            }
        )
    low, high = min(ys, default=0.0), max(ys, default=1.0)
    room = (high - low) or abs(high) or 1.0
    form = "~s" if high >= 1000 else ",.3~f"
    last = run.evidence.rows[-1].k if run.evidence.rows else 1
    frame = layout(
        250,
        xaxis=axis("number of segments, K", range=[0.3, last + 0.9], dtick=1, showgrid=False),
        yaxis=axis(range=[low - room * 0.2, high + room * 0.25], nticks=5, tickformat=form),
        annotations=notes,
        meta={"narrow": {"xaxis": {"dtick": 1 if last <= 12 else 2}}},
    )
    if last > 16:
        frame["xaxis"]["dtick"] = math.ceil(last / 10)
    return {"data": data, "layout": frame}


def elbow(run: Run) -> Figure:
    """WCSS per K."""
    return _per_k(run, "wcss", ("elbow",), "WCSS")


def silhouette(run: Run) -> Figure:
    """Mean silhouette per K."""
    return _per_k(run, "silhouette", ("silhouette",), "silhouette")


def gap(run: Run) -> Figure:
    """Gap statistic per K, with one standard error up and down."""
    figure = _per_k(run, "gap", ("gap",), "gap")
    line = next(t for t in figure["data"] if t["name"] == "gap")
    errors = {row.k: row.gap_se for row in run.evidence.rows}
    line["error_y"] = {
        "type": "data",
        "array": [e if math.isfinite(e := errors[k]) else 0.0 for k in line["x"]],
        "color": LIGHT["soft"],
        "thickness": 1.5,
        "width": 4,
    }
    return figure


def stability(run: Run) -> Figure:
    """Bootstrap stability (adjusted Rand index) per K."""
    return _per_k(run, "stability_ari", ("stability", "stability_ari"), "ARI")
