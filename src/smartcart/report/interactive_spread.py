"""Plotly figures of how a measure is spread: one segment in bars, all customers as a line."""

from __future__ import annotations

import itertools

from smartcart.records import Distribution
from smartcart.report import palette, words
from smartcart.report.palette import LIGHT
from smartcart.report.plotly_base import Figure, axis, layout, text

__all__ = ["bins", "spread"]


def bins(one: Distribution, currency: str) -> list[str]:
    """Return the bins in words; the outer ones hold what lies beyond.

    >>> bins(Distribution("x", "X", "count", (0.0, 2.0, 4.0, 6.0), (), ()), "")
    ['up to 2', '2 to 4', 'over 4']
    """
    shown = [words.value(edge, one.unit, currency) for edge in one.edges]
    last = len(shown) - 2
    found = []
    for i, (low, high) in enumerate(itertools.pairwise(shown)):
        if i == 0:
            found.append(f"up to {high}" if last else f"{low} to {high}")
        else:
            found.append(f"over {low}" if i == last else f"{low} to {high}")
    return found


def spread(one: Distribution, place: int, segment_id: int, name: str, currency: str) -> Figure:
    """Shares of customers per bin: the segment at ``place`` beside all customers."""
    at = list(range(len(one.overall)))
    told = bins(one, currency)
    mine = one.by_segment[place]
    pairs = [
        [text(label), words.share(x), words.share(y)]
        for label, x, y in zip(told, mine, one.overall, strict=True)
    ]
    hover = "%{customdata[0]}<br>here %{customdata[1]}, all %{customdata[2]}<extra></extra>"
    bar = {
        "type": "bar",
        "name": text(words.shorten(name, 24)),
        "x": at,
        "y": list(mine),
        "marker": {"color": palette.colour(segment_id)},
        "customdata": pairs,
        "hovertemplate": hover,
    }
    line = {
        "type": "scatter",
        "mode": "lines",
        "name": "all customers",
        "x": at,
        "y": list(one.overall),
        "line": {"color": LIGHT["ink"], "width": 2, "shape": "hvh"},
        "customdata": pairs,
        "hovertemplate": hover,
    }
    edges = [words.value(edge, one.unit, currency) for edge in one.edges]
    ticks = sorted({0, len(at) // 2, len(at)})
    frame = layout(
        190,
        bargap=0.12,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "font": {"size": 11}},
        margin={"l": 8, "r": 16, "t": 26, "b": 8},
        xaxis=axis(
            tickvals=[i - 0.5 for i in ticks],
            ticktext=[text(edges[i]) for i in ticks],
            range=[-0.6, len(at) - 0.4],
            showgrid=False,
        ),
        yaxis=axis(tickformat="~p", nticks=4, rangemode="tozero"),
    )
    return {"data": [bar, line], "layout": frame}
