"""Plotly figures of outcomes: the rate in each segment with its interval, beside that of all."""

from __future__ import annotations

from smartcart.records import Outcome, Run
from smartcart.report import outcomes, palette, withheld, words
from smartcart.report.palette import LIGHT
from smartcart.report.plotly_base import Figure, axis, layout, text

__all__ = ["figures", "rates"]


def figures(run: Run) -> dict[str, Figure]:
    """Return a figure per outcome that is pictured, by name."""
    return {
        outcomes.figure_name(i): rates(outcome)
        for i, outcome in enumerate(outcomes.pictured(run))
        if not withheld.total(outcome)
    }


def rates(outcome: Outcome) -> Figure:
    """Dots with intervals, one row per segment; a line at the rate of all customers."""
    rows = outcomes.rated(outcome)
    at = list(range(len(rows)))
    tops = [r.high for r in rows if r.high is not None]
    reach = max([outcome.rate, *tops]) or 1.0
    told = [
        [text(r.segment), f"{r.rate_text} ({r.interval})", f"{r.positives} of {r.customers}"]
        for r in rows
    ]
    dots: Figure = {
        "type": "scatter",
        "mode": "markers",
        "name": "rate",
        "x": [r.rate for r in rows],
        "y": at,
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [_way(r.rate, r.high) for r in rows],
            "arrayminus": [_way(r.low, r.rate) for r in rows],
            "color": LIGHT["soft"],
            "thickness": 2,
            "width": 5,
        },
        "marker": {
            "size": 13,
            "color": [palette.colour(r.segment_id) for r in rows],
            "line": {"color": LIGHT["paper"], "width": 1.5},
        },
        "cliponaxis": False,
        "customdata": told,
        "hovertemplate": "<b>%{customdata[0]}</b><br>%{customdata[1]}<br>%{customdata[2]}"
        "<extra></extra>",
    }
    labels: Figure = {
        "type": "scatter",
        "mode": "text",
        "name": "label",
        "x": [0.0 if r.high is None else r.high for r in rows],
        "y": at,
        "text": [f"  {r.rate_text}" for r in rows],
        "textposition": "middle right",
        "textfont": {
            "size": 12,
            "color": [LIGHT["soft" if r.rate is None else "ink"] for r in rows],
        },
        "hoverinfo": "skip",
        "cliponaxis": False,
    }

    def names(width: int) -> list[str]:
        return [text(f"{r.segment_id}  {r.segment}", width, 2) for r in rows]

    frame = layout(
        86 + 44 * len(rows),
        margin={"l": 8, "r": 12, "t": 30, "b": 8},
        yaxis=axis(
            range=[len(rows) - 0.5, -0.5],
            tickvals=at,
            ticktext=names(28),
            showgrid=False,
            tickfont={"size": 13, "color": LIGHT["ink"]},
            ticklabelstandoff=8,
        ),
        xaxis=axis(range=[0, reach * 1.2], tickformat="~p", nticks=6, rangemode="tozero"),
        shapes=[
            {
                "type": "line",
                "x0": outcome.rate,
                "x1": outcome.rate,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "layer": "below",
                "line": {"color": LIGHT["accent"], "width": 2, "dash": "dot"},
            }
        ],
        annotations=[
            {
                "x": outcome.rate,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "text": f"all customers {words.share(outcome.rate)}",
                "showarrow": False,
                "font": {"size": 12, "color": LIGHT["accent"]},
            }
        ],
        meta={
            "narrow": {
                "yaxis": {"ticktext": names(18)},
                "xaxis": {"range": [0, reach * 1.4], "nticks": 4},
            }
        },
    )
    return {"data": [dots, labels], "layout": frame}


def _way(low: float | None, high: float | None) -> float | None:
    return None if low is None or high is None else max(high - low, 0.0)
