"""Plotly figures as plain dictionaries: ``{"data": [...], "layout": {...}}``, ready for JSON.

Colours are those of the light theme; the page maps them to the dark theme (``palette.theme``).
Words from the data are escaped, for Plotly reads ``<b>`` and ``<a>`` in any text.
"""

from __future__ import annotations

from collections.abc import Sequence

from smartcart.records import Alternatives, Run
from smartcart.report import interactive_outcomes, palette, view, words
from smartcart.report.interactive_k import elbow, gap, silhouette, stability
from smartcart.report.palette import LIGHT
from smartcart.report.plotly_base import Figure, axis, layout, text

__all__ = [
    "against",
    "choices_3d",
    "clusters_3d",
    "elbow",
    "figures",
    "gap",
    "silhouette",
    "sizes",
    "stability",
]


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

    def bars(x: Sequence[float | None], name: str, color: str, detail: list[str]) -> Figure:
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


def against(run: Run, index: int, other: int | None = None) -> Figure:
    """What sets one segment apart from the average, or from the one at ``other``, in SD."""
    pairs = view.apart(run, index, other)
    at = list(range(len(pairs)))
    gaps = [one.gap for one in pairs]
    them = "all customers" if other is None else text(run.segments[other].segment)
    told = [
        [
            text(one.line.label),
            text(one.cell.text),
            text(one.other_text),
            "forms the segments" if one.line.role == "forms" else "describes them",
        ]
        for one in pairs
    ]
    reach = max([1.0, *(abs(gap) for gap in gaps)]) * 1.35
    bar = {
        "type": "bar",
        "orientation": "h",
        "y": at,
        "x": gaps,
        "width": 0.62,
        "marker": {"color": [LIGHT["accent"] if gap > 0 else LIGHT["quiet"] for gap in gaps]},
        "text": [text(one.cell.text) for one in pairs],
        "textposition": "outside",
        "textfont": {"color": LIGHT["ink"], "size": 12},
        "cliponaxis": False,
        "customdata": told,
        "hovertemplate": "<b>%{customdata[0]}</b><br>here %{customdata[1]}, "
        f"{them} %{{customdata[2]}}<br>%{{x:+.2f}} SD, %{{customdata[3]}}<extra></extra>",
    }
    rest = "average" if other is None else "the other"
    frame = layout(
        70 + 36 * len(at),
        yaxis=axis(
            autorange="reversed",
            tickvals=at,
            ticktext=[text(one.line.label, 34, 2) for one in pairs],
            showgrid=False,
            tickfont={"size": 13, "color": LIGHT["ink"]},
            ticklabelstandoff=8,
        ),
        xaxis=axis(
            f"below {rest}  ·  standard deviations  ·  above {rest}",
            range=[-reach, reach],
            zeroline=True,
            zerolinecolor=LIGHT["soft"],
            tickformat="~g",
            nticks=7,
        ),
        meta={
            "narrow": {
                "yaxis": {"ticktext": [text(one.line.label, 16) for one in pairs]},
                "xaxis": {
                    "title": {"text": "standard deviations"},
                    "nticks": 4,
                    "range": [-reach * 1.5, reach * 1.5],
                },
            }
        },
    )
    return {"data": [bar], "layout": frame}


def _dots(segment_id: int, segment: str) -> Figure:
    """Return the points of one segment in three dimensions, without their places."""
    name = text(words.shorten(f"{segment_id}  {segment}", 34))
    return {
        "type": "scatter3d",
        "mode": "markers",
        "name": name,
        "text": name,
        "marker": {
            "size": 4 if palette.symbol(segment_id) == "cross" else 3,
            "opacity": 0.8,
            "color": palette.colour(segment_id),
            "symbol": palette.symbol(segment_id),
            "line": {"width": 0},
        },
        # the name itself: in three dimensions "%{text}" is told of lists alone
        "hovertemplate": f"{name.replace('%{', '% {')}<extra></extra>",
    }


def choices_3d(run: Run, found: Alternatives) -> Figure:
    """Return the picture's points once, and how each number of segments would colour them.

    ``{"picture": [x, y, z], "choices": {k: {"points": segment ids, "traces": [...]}}}``.
    """
    axes = [[round(p[i], 4) for p in run.picture.xyz] for i in range(3)]
    choices = {
        str(one.k): {
            "points": list(one.points),
            "traces": [
                {"id": s.segment_id, **_dots(s.segment_id, s.segment)} for s in one.segments
            ],
        }
        for one in found.alternatives
    }
    used = [{"id": s.segment_id, **_dots(s.segment_id, s.segment)} for s in run.segments]
    own = {"points": list(run.picture.segment_ids), "traces": used}
    return {"picture": axes, "choices": choices | {str(len(run.segments)): own}}


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
        axes = {axis: [p[i] for p in own] for i, axis in enumerate("xyz")}
        data.append(_dots(segment.segment_id, segment.segment) | axes)
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
