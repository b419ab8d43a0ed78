"""Plotly figures of a campaign plan: what each segment would earn, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping

from smartcart.records import Plan
from smartcart.report import palette, words
from smartcart.report.palette import LIGHT
from smartcart.report.plotly_base import Figure, axis, layout, text

__all__ = ["profits"]


def profits(plan: Plan, names: Mapping[int, str], currency: str) -> Figure:
    """Profit if all of a segment are contacted, with its interval; chosen segments are filled."""
    rows = plan.segments
    at = list(range(len(rows)))
    found = [one.outlook for one in rows]
    shown = [names.get(one.segment_id, one.segment) for one in rows]
    labels = [f"{one.segment_id}  {name}" for one, name in zip(rows, shown, strict=True)]
    told = [
        [text(name), words.money(look.profit, currency), _between(look, currency)]
        for name, look in zip(shown, found, strict=True)
    ]
    dots: Figure = {
        "type": "scatter", "mode": "markers", "x": [look.profit for look in found], "y": at,
        "error_x": {
            "type": "data", "symmetric": False,
            "array": [_way(look.profit, look.profit_high) for look in found],
            "arrayminus": [_way(look.profit_low, look.profit) for look in found],
            "color": LIGHT["soft"], "thickness": 2, "width": 6,
        },
        "marker": {
            "size": 14,
            "color": [
                palette.colour(one.segment_id) if one.contacts else LIGHT["paper"] for one in rows
            ],
            "line": {"width": 2.5, "color": [palette.colour(one.segment_id) for one in rows]},
        },
        "cliponaxis": False, "customdata": told,
        "hovertemplate": "<b>%{customdata[0]}</b><br>%{customdata[1]} %{customdata[2]}"
        "<extra></extra>",
    }  # fmt: skip
    frame = layout(
        90 + 46 * len(at),
        yaxis=axis(
            range=[len(at) - 0.5, -0.5], tickvals=at,
            ticktext=[text(label, 28, 2) for label in labels], showgrid=False,
            tickfont={"size": 13, "color": LIGHT["ink"]}, ticklabelstandoff=8,
        ),
        xaxis=axis(
            "profit if everybody in the segment is contacted", zeroline=True,
            zerolinecolor=LIGHT["soft"], tickformat="~s", nticks=6,
        ),
        meta={
            "narrow": {
                "yaxis": {"ticktext": [text(label, 16, 2) for label in labels]},
                "xaxis": {"nticks": 4, "title": {"text": "profit"}},
            }
        },
    )  # fmt: skip
    return {"data": [dots], "layout": frame}


def _between(look: object, currency: str) -> str:
    low, high = getattr(look, "profit_low", None), getattr(look, "profit_high", None)
    if low is None or high is None:
        return ""
    return f"({words.money(low, currency)} to {words.money(high, currency)})"


def _way(low: float | None, high: float | None) -> float | None:
    return None if low is None or high is None else max(high - low, 0.0)
