"""Plotly figures as plain dictionaries: ``{"data": [...], "layout": {...}}``, ready for JSON.

Colours are those of the light theme; the page maps them to the dark theme (``palette.theme``).
Words from the data are escaped, for Plotly reads ``<b>`` and ``<a>`` in any text.
"""

from __future__ import annotations

from typing import Any

from smartcart.records import Run
from smartcart.report import interactive_outcomes, palette, view, words
from smartcart.report.interactive_k import elbow, gap, silhouette, stability
from smartcart.report.palette import LIGHT
from smartcart.report.plotly_base import Figure, axis, layout, text

__all__ = ["against", "clusters_3d", "elbow", "figures", "gap", "silhouette", "sizes", "stability"]


def figures(run: Run) -> dict[str, Figure]:
    """Return every figure of the page by its name."""
    found = {
        "elbow": elbow(run),
        "silhouette": silhouette(run),
        "gap": gap(run),
        "stability": stability(run),
    }
    if run.picture.xyz:
        found["clusters_3d"] = clusters_3d(run)
    if len(run.segments) > 1:
        found["sizes"] = sizes(run)
        for i, segment in enumerate(run.segments):
            found[f"against-{segment.segment_id}"] = against(run, i)
    return found | interactive_outcomes.figures(run)


def _names(run: Run, width: int) -> list[str]:
    return [text(f"{s.segment_id}  {s.segment}", width) for s in run.segments]


def sizes(run: Run) -> Figure:
    """Share of customers and share of value, per segment."""
    at = list(range(len(run.segments)))
    shares = [s.share for s in run.segments]
    values = [s.value_share for s in run.segments]
    valued = any(v is not None for v in values)
    names = [text(s.segment) for s in run.segments]
    what = run.value_label or "value"

    def bars(x: list[Any], name: str, color: str, detail: list[str]) -> Figure:
        return {
            "type": "bar",
            "orientation": "h",
            "y": at,
            "x": x,
            "name": name,
            "marker": {"color": color},
            "text": [words.share(v) for v in x],
            "textposition": "outside",
            "textfont": {"color": LIGHT["ink"]},
            "cliponaxis": False,
            "customdata": [[n, d] for n, d in zip(names, detail, strict=True)],
            "hovertemplate": "<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        }

    people = [f"{words.people(s.size)}, {words.share(s.share)}" for s in run.segments]
    data = [bars(shares, "Share of customers", LIGHT["quiet"], people)]
    if valued:
        worth = [
            f"{words.money(s.value_total, run.currency)} {text(what)}, {words.share(s.value_share)}"
            for s in run.segments
        ]
        data.append(bars(values, f"Share of {text(what)}", LIGHT["accent"], worth))
    top = max([*shares, *(v for v in values if v is not None)])
    frame = layout(
        60 + (62 if valued else 40) * len(at),
        barmode="group",
        bargap=0.38,
        bargroupgap=0.08,
        showlegend=valued,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1,
            "yanchor": "bottom",
            "traceorder": "normal",
            "itemclick": False,
            "itemdoubleclick": False,
        },
        margin={"l": 8, "r": 12, "t": 36 if valued else 8, "b": 8},
        yaxis=axis(
            autorange="reversed",
            tickvals=at,
            ticktext=_names(run, 28),
            showgrid=False,
            tickfont={"size": 13, "color": LIGHT["ink"]},
            ticklabelstandoff=8,
        ),
        xaxis=axis(range=[0, top * 1.16], visible=False),
        meta={
            "narrow": {
                "yaxis": {"ticktext": _names(run, 15)},
                "xaxis": {"range": [0, top * 1.45]},
            }
        },
    )
    return {"data": data, "layout": frame}


def against(run: Run, index: int) -> Figure:
    """What sets one segment apart from the average, in standard deviations."""
    pairs = view.strongest(run, index)
    at = list(range(len(pairs)))
    effects = [cell.effect for _, cell in pairs]
    lines = [line for line, _ in pairs]
    told = [
        [
            text(line.label),
            text(cell.text),
            text(line.overall_text),
            "forms the segments" if line.role == "forms" else "describes them",
        ]
        for line, cell in pairs
    ]
    reach = max([1.0, *(abs(e) for e in effects)]) * 1.35
    bar = {
        "type": "bar",
        "orientation": "h",
        "y": at,
        "x": effects,
        "width": 0.62,
        "marker": {"color": [LIGHT["accent"] if e > 0 else LIGHT["quiet"] for e in effects]},
        "text": [text(cell.text) for _, cell in pairs],
        "textposition": "outside",
        "textfont": {"color": LIGHT["ink"], "size": 12},
        "cliponaxis": False,
        "customdata": told,
        "hovertemplate": "<b>%{customdata[0]}</b><br>here %{customdata[1]}, all customers "
        "%{customdata[2]}<br>%{x:+.2f} SD, %{customdata[3]}<extra></extra>",
    }
    frame = layout(
        70 + 36 * len(at),
        yaxis=axis(
            autorange="reversed",
            tickvals=at,
            ticktext=[text(line.label, 34, 2) for line in lines],
            showgrid=False,
            tickfont={"size": 13, "color": LIGHT["ink"]},
            ticklabelstandoff=8,
        ),
        xaxis=axis(
            "below average  ·  standard deviations  ·  above average",
            range=[-reach, reach],
            zeroline=True,
            zerolinecolor=LIGHT["soft"],
            tickformat="~g",
            nticks=7,
        ),
        meta={
            "narrow": {
                "yaxis": {"ticktext": [text(line.label, 16) for line in lines]},
                "xaxis": {
                    "title": {"text": "standard deviations"},
                    "nticks": 4,
                    "range": [-reach * 1.5, reach * 1.5],
                },
            }
        },
    )
    return {"data": [bar], "layout": frame}


def clusters_3d(run: Run) -> Figure:
    """The sample of customers on three principal components."""
    picture = run.picture
    data: list[Figure] = []
    for segment in run.segments:
        own = [
            p
            for p, i in zip(picture.xyz, picture.segment_ids, strict=True)
            if i == segment.segment_id
        ]
        name = text(words.shorten(f"{segment.segment_id}  {segment.segment}", 34))
        data.append(
            {
                "type": "scatter3d",
                "mode": "markers",
                "name": name,
                "x": [p[0] for p in own],
                "y": [p[1] for p in own],
                "z": [p[2] for p in own],
                "text": name,
                "marker": {
                    "size": 4 if palette.symbol(segment.segment_id) == "cross" else 3,
                    "opacity": 0.8,
                    "color": palette.colour(segment.segment_id),
                    "symbol": palette.symbol(segment.segment_id),
                    "line": {"width": 0},
                },
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    scene: Figure = {
        "camera": {
            "eye": {"x": -1.25, "y": -1.4, "z": 0.7},
            "center": {"x": 0, "y": 0, "z": -0.12},
        },
        "aspectmode": "manual",
        "aspectratio": {"x": 1.05, "y": 1.05, "z": 0.75},
        "dragmode": "turntable",
    }
    for name, i in (("xaxis", 0), ("yaxis", 1), ("zaxis", 2)):
        shown = picture.explained[i] if i < len(picture.explained) else 0.0
        scene[name] = {
            "title": {
                "text": f"PC{i + 1} · {words.share(shown)}",
                "font": {"size": 12, "color": LIGHT["soft"]},
            },
            "showticklabels": False,
            "showbackground": False,
            "showspikes": False,
            "gridcolor": LIGHT["line"],
            "zerolinecolor": LIGHT["quiet"],
            "linecolor": LIGHT["quiet"],
        }
    frame = layout(
        560,
        scene=scene,
        showlegend=len(run.segments) > 1,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1,
            "yanchor": "bottom",
            "itemsizing": "constant",
        },
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        meta={
            "narrow": {
                "height": 460,
                "scene": {"camera": {"eye": {"x": -1.85, "y": -2.05, "z": 1.0}}},
            }
        },
    )
    return {"data": data, "layout": frame}
