"""Plotly figures of segments over time: who moved between two runs, and sizes run after run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from smartcart.records import Migration
from smartcart.report import palette, words
from smartcart.report.palette import LIGHT
from smartcart.report.plotly_base import Figure, axis, layout, text

__all__ = ["sankey", "sizes_over_time"]

_STAYED = "rgba(128,134,148,0.32)"  # readable on light and dark
_MOVED = "rgba(128,134,148,0.5)"
_CHANGED = "rgba(122,110,220,0.6)"  # more than chance explains
OUTSIDE = ("Joined the shop", "Left the shop")


def sankey(found: Migration, then: Mapping[int, str], now: Mapping[int, str]) -> Figure:
    """Customers from their segment then (left) to their segment now (right)."""
    old = sorted({f.from_id for f in found.flows} | {t.segment_id for t in found.leavers})
    new = sorted({f.to_id for f in found.flows} | {t.segment_id for t in found.joiners})
    names = [then.get(i, str(i)) for i in old] + [now.get(i, str(i)) for i in new]
    colours = [palette.colour(i) for i in (*old, *new)]
    left = {i: place for place, i in enumerate(old)}
    right = {i: place for place, i in enumerate(new, start=len(old))}
    links = [
        (
            left[f.from_id],
            right[f.to_id],
            f.customers,
            _CHANGED if f.change else _STAYED if f.from_id == f.to_id else _MOVED,
            f"{words.people(f.customers)}: {then.get(f.from_id, '')} → {now.get(f.to_id, '')}",
        )
        for f in found.flows
        if f.customers
    ]
    if found.joiners:
        names.append(OUTSIDE[0])
        colours.append(LIGHT["quiet"])
        joined = [(t.segment_id, t.customers) for t in found.joiners]
        links += [
            (len(names) - 1, right[i], n, _STAYED, f"{words.people(n)} joined {now.get(i, '')}")
            for i, n in joined
        ]
    if found.leavers:
        names.append(OUTSIDE[1])
        colours.append(LIGHT["quiet"])
        gone = [(t.segment_id, t.customers) for t in found.leavers]
        links += [
            (left[i], len(names) - 1, n, _STAYED, f"{words.people(n)} left from {then.get(i, '')}")
            for i, n in gone
        ]

    def node(width: int) -> Figure:
        return {
            "label": [text(words.shorten(name, width)) for name in names],
            "color": colours,
            "pad": 18,
            "thickness": 18,
            "line": {"width": 0},
            "hovertemplate": "%{label}: %{value:,} customers<extra></extra>",
        }

    flows: Figure = {
        "type": "sankey",
        "arrangement": "fixed",
        "node": node(30),
        "valueformat": ",d",
        "link": {
            "source": [one[0] for one in links],
            "target": [one[1] for one in links],
            "value": [one[2] for one in links],
            "color": [one[3] for one in links],
            "customdata": [text(one[4]) for one in links],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    }
    height = 140 + 70 * max(len(old), len(new))
    frame = layout(
        height, margin={"l": 8, "r": 8, "t": 12, "b": 16}, meta={"narrow_nodes": node(13)["label"]}
    )
    return {"data": [flows], "layout": frame}


def sizes_over_time(
    runs: Sequence[str], shares: Mapping[int, Sequence[float | None]], names: Mapping[int, str]
) -> Figure:
    """The share of customers of every segment, a line each over the runs, oldest first."""
    at = list(range(len(runs)))
    data = []
    for i, line in shares.items():
        name = text(words.shorten(f"{i}  {names.get(i, '')}", 34))
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": at,
                "y": list(line),
                "line": {"color": palette.colour(i), "width": 2.5},
                "marker": {
                    "color": palette.colour(i),
                    "size": 9,
                    "symbol": palette.symbol(i) if palette.symbol(i) != "cross" else "x",
                },
                "hovertemplate": f"{name}<br>%{{y:.1%}}<extra></extra>",
            }
        )
    top = max((v for line in shares.values() for v in line if v is not None), default=1.0)
    frame = layout(
        360,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
        margin={"l": 8, "r": 24, "t": 30, "b": 8},
        xaxis=axis(
            tickvals=at,
            ticktext=[text(words.shorten(name, 22)) for name in runs],
            range=[-0.15, len(at) - 0.85],
            showgrid=False,
        ),
        yaxis=axis(tickformat="~p", range=[0, top * 1.15], nticks=6),
    )
    return {"data": data, "layout": frame}
