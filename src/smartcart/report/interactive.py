"""Plotly figures as plain dictionaries: ``{"data": [...], "layout": {...}}``, ready for JSON.

Colours are those of the light theme; the page maps them to the dark theme (``palette.theme``).
Words from the data are escaped, for Plotly reads ``<b>`` and ``<a>`` in any text.
"""

from __future__ import annotations

import html
import math
import textwrap
from typing import Any

from smartcart.records import KRow, Run
from smartcart.report import palette, view, words
from smartcart.report.palette import LIGHT

__all__ = ["against", "clusters_3d", "elbow", "figures", "gap", "silhouette", "sizes", "stability"]

Figure = dict[str, Any]

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_CLEAR = "rgba(0,0,0,0)"


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
    return found


def _text(text: str, width: int | None = None, rows: int = 3) -> str:
    """Escape a text from the data, and break it into rows of ``width`` characters."""
    if width is None:
        return html.escape(text, quote=False)
    parts = textwrap.wrap(text, width) or [text]
    if len(parts) > rows:
        parts = [*parts[: rows - 1], words.shorten(" ".join(parts[rows - 1 :]), width)]
    return "<br>".join(html.escape(part, quote=False) for part in parts)


def _layout(height: int, **more: Any) -> Figure:
    return {
        "height": height,
        "font": {"family": _FONT, "size": 13, "color": LIGHT["ink"]},
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {
            "bgcolor": LIGHT["paper"],
            "bordercolor": LIGHT["quiet"],
            "font": {"family": _FONT, "size": 13, "color": LIGHT["ink"]},
            "align": "left",
        },
        **more,
    }


def _axis(title: str = "", **more: Any) -> Figure:
    return {
        "title": {"text": title, "font": {"size": 12, "color": LIGHT["soft"]}, "standoff": 10},
        "gridcolor": LIGHT["line"],
        "linecolor": LIGHT["quiet"],
        "tickfont": {"size": 12, "color": LIGHT["soft"]},
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        **more,
    }


def _names(run: Run, width: int) -> list[str]:
    return [_text(f"{s.segment_id}  {s.segment}", width) for s in run.segments]


def sizes(run: Run) -> Figure:
    """Share of customers and share of value, per segment."""
    at = list(range(len(run.segments)))
    shares = [s.share for s in run.segments]
    values = [s.value_share for s in run.segments]
    valued = any(v is not None for v in values)
    names = [_text(s.segment) for s in run.segments]
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
            f"{words.money(s.value_total, run.currency)} {_text(what)}, "
            f"{words.share(s.value_share)}"
            for s in run.segments
        ]
        data.append(bars(values, f"Share of {_text(what)}", LIGHT["accent"], worth))
    top = max([*shares, *(v for v in values if v is not None)])
    layout = _layout(
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
        yaxis=_axis(
            autorange="reversed",
            tickvals=at,
            ticktext=_names(run, 28),
            showgrid=False,
            tickfont={"size": 13, "color": LIGHT["ink"]},
            ticklabelstandoff=8,
        ),
        xaxis=_axis(range=[0, top * 1.16], visible=False),
        meta={
            "narrow": {
                "yaxis": {"ticktext": _names(run, 15)},
                "xaxis": {"range": [0, top * 1.45]},
            }
        },
    )
    return {"data": data, "layout": layout}


def against(run: Run, index: int) -> Figure:
    """What sets one segment apart from the average, in standard deviations."""
    pairs = view.strongest(run, index)
    at = list(range(len(pairs)))
    effects = [cell.effect for _, cell in pairs]
    lines = [line for line, _ in pairs]
    told = [
        [
            _text(line.label),
            _text(cell.text),
            _text(line.overall_text),
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
        "text": [_text(cell.text) for _, cell in pairs],
        "textposition": "outside",
        "textfont": {"color": LIGHT["ink"], "size": 12},
        "cliponaxis": False,
        "customdata": told,
        "hovertemplate": "<b>%{customdata[0]}</b><br>here %{customdata[1]}, all customers "
        "%{customdata[2]}<br>%{x:+.2f} SD, %{customdata[3]}<extra></extra>",
    }
    layout = _layout(
        70 + 36 * len(at),
        yaxis=_axis(
            autorange="reversed",
            tickvals=at,
            ticktext=[_text(line.label, 34, 2) for line in lines],
            showgrid=False,
            tickfont={"size": 13, "color": LIGHT["ink"]},
            ticklabelstandoff=8,
        ),
        xaxis=_axis(
            "below average  ·  standard deviations  ·  above average",
            range=[-reach, reach],
            zeroline=True,
            zerolinecolor=LIGHT["soft"],
            tickformat="~g",
            nticks=7,
        ),
        meta={
            "narrow": {
                "yaxis": {"ticktext": [_text(line.label, 16) for line in lines]},
                "xaxis": {
                    "title": {"text": "standard deviations"},
                    "nticks": 4,
                    "range": [-reach * 1.5, reach * 1.5],
                },
            }
        },
    )
    return {"data": [bar], "layout": layout}


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
        name = _text(words.shorten(f"{segment.segment_id}  {segment.segment}", 34))
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
    for axis, i in (("xaxis", 0), ("yaxis", 1), ("zaxis", 2)):
        shown = picture.explained[i] if i < len(picture.explained) else 0.0
        scene[axis] = {
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
    layout = _layout(
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
    return {"data": data, "layout": layout}


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
        (pick, "rule picks", LIGHT["ink"], False),
        (chosen, "used", LIGHT["accent"], True),
    ):
        if k not in ks or (not filled and k == chosen):
            continue
        y = ys[ks.index(k)]
        both = filled and pick == chosen
        near = chosen if not filled else pick
        side, above = view.spot(ys, ks.index(k), ks.index(near) if near in ks else None)
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
                "text": f"<b>{k}</b> {'used, and picked' if both else said}",
                "showarrow": False,
                "yshift": 18 if above > 0 else -20,
                "xshift": 6 * side,
                "xanchor": ("right", "center", "left")[side + 1],
                "font": {"size": 12, "color": color},
            }
        )
    low, high = min(ys, default=0.0), max(ys, default=1.0)
    room = (high - low) or abs(high) or 1.0
    form = "~s" if high >= 1000 else ",.3~f"
    last = run.evidence.rows[-1].k if run.evidence.rows else 1
    layout = _layout(
        250,
        xaxis=_axis("number of segments, K", range=[0.3, last + 0.9], dtick=1, showgrid=False),
        yaxis=_axis(range=[low - room * 0.2, high + room * 0.25], nticks=5, tickformat=form),
        annotations=notes,
        meta={"narrow": {"xaxis": {"dtick": 1 if last <= 12 else 2}}},
    )
    if last > 16:
        layout["xaxis"]["dtick"] = math.ceil(last / 10)
    return {"data": data, "layout": layout}


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
