"""Pictures of a run as PNG.

Every function takes the record and returns a figure, which a notebook shows as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.lines import Line2D

from smartcart.records import Run
from smartcart.report import (
    figure_future,
    figure_k,
    figure_outcomes,
    figure_rfm,
    palette,
    view,
    words,
)
from smartcart.report.canvas import (
    INK,
    LINE,
    QUIET,
    SOFT,
    Canvas,
    blank,
    blend,
    calm,
    heading,
    place,
    plain,
    png,
)

if TYPE_CHECKING:
    from mpl_toolkits.mplot3d import Axes3D

__all__ = [
    "FIGURES",
    "Canvas",
    "clusters_3d",
    "draw_all",
    "drawable",
    "png",
    "profile_heatmap",
    "segment_sizes",
    "segment_vs_average",
]


def drawable(run: Run) -> tuple[str, ...]:
    """Return the names of the pictures that there are of this run."""
    absent = {
        "rfm": run.rfm is None,
        "outcomes": not figure_outcomes.there(run),
        "future": not figure_future.there(run),
    }
    return tuple(name for name in FIGURES if not absent.get(name))


def draw_all(
    run: Run,
    directory: Path,
    names: Iterable[str] | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Write pictures of the run (all, or those of ``names``) as PNG; return their paths.

    A picture for which the run has nothing (``rfm``, ``outcomes``) is left out. ``tell`` is called
    with the name of each.
    """
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    there = drawable(run)
    for name in there if names is None else [name for name in names if name in there]:
        tell(name)
        path = directory / f"{name}.png"
        path.write_bytes(png(FIGURES[name](run)))
        paths.append(path)
    return paths


def segment_sizes(run: Run) -> Canvas:
    """Return customers per segment, and the share of value beside it where value is known."""
    segments = run.segments
    valued = any(s.value_share is not None for s in segments)
    each = 0.72 if valued else 0.5
    figure = blank(8, 1.75 + each * len(segments))
    axes = figure.subplots()
    place(figure, 2.4, 1.75, 1.1 if valued else 0.85, 0.3)
    at = range(len(segments))
    thick = 0.36 if valued else 0.6
    shift = thick / 2 + 0.02 if valued else 0.0
    colors = [palette.colour(s.segment_id) for s in segments]
    axes.barh([y - shift for y in at], [s.share for s in segments], thick, color=colors)
    top = max([s.share for s in segments] + [s.value_share or 0.0 for s in segments])
    for y, s in zip(at, segments, strict=True):
        said = f"{words.count(s.size)} ({words.share(s.share)})"
        axes.text(s.share + top * 0.015, y - shift, said, va="center", size=9.5, color=INK)
        if s.value_share is not None:
            axes.barh(
                y + shift, s.value_share, thick, color=palette.colour(s.segment_id), alpha=0.35
            )
            said = f"{words.share(s.value_share)} of {run.value_label or 'value'}"
            axes.text(
                s.value_share + top * 0.015,
                y + shift,
                plain(said),
                va="center",
                size=9.5,
                color=SOFT,
            )
    calm(axes, grid="")
    axes.set_xlim(0, top * 1.02)
    axes.set_ylim(len(segments) - 0.4, -0.6)
    axes.set_xticks([])
    axes.set_yticks(list(at), [plain(f"{s.segment_id}  {s.segment}", 27) for s in segments])
    axes.tick_params(axis="y", labelsize=10, colors=INK)
    heading(
        figure,
        "Customers in each segment",
        f"Dark: share of customers. Light: share of {run.value_label or 'value'}."
        if valued
        else "",
    )
    return figure


def profile_heatmap(run: Run) -> Canvas:
    """Return segments by forming features; colour and number are the distance in SD."""
    table = view.forming(run)
    segments = run.segments
    many = len(segments) > 5
    figure = blank(
        4.0 + max(1.0 if many else 1.35, 0.9) * max(len(segments), 3),
        2.35 + 0.4 * max(len(table), 1),
    )
    axes = figure.subplots()
    place(figure, 2.75, 1.0, 1.7 if many else 1.6, 0.35)
    effects = [
        [c.effect if c and math.isfinite(c.effect) else 0.0 for c in line.cells] for line in table
    ]
    if effects:
        cells = axes.pcolormesh(
            effects,
            cmap=blend(palette.WARM, "#F4F3EF", palette.COOL),
            vmin=-2,
            vmax=2,
            edgecolors="white",
            linewidth=2.5,
        )
        for y, row in enumerate(effects):
            for x, effect in enumerate(row):
                axes.text(
                    x + 0.5,
                    y + 0.5,
                    words.effect(effect),
                    ha="center",
                    va="center",
                    size=9.5,
                    color="white" if abs(effect) > 1.35 else INK,
                )
        axes.invert_yaxis()
        figure.colorbar(cells, ax=axes, aspect=30, pad=0.03, ticks=[-2, -1, 0, 1, 2])
        bar = figure.axes[-1]
        bar.spines["outline"].set_visible(False)
        bar.tick_params(length=0, labelsize=8.5, colors=SOFT)
        bar.set_ylabel("standard deviations", size=8.5, color=SOFT)
    names = [plain(f"{s.segment_id}  {s.segment}", 11 if many else 15, 3) for s in segments]
    axes.set_xticks([i + 0.5 for i in range(len(segments))], names, rotation=0, size=9)
    axes.set_yticks(
        [i + 0.5 for i in range(len(table))], [plain(line.label, 32) for line in table], rotation=0
    )
    axes.tick_params(length=0, labelsize=9.5, colors=INK, pad=5)
    axes.tick_params(axis="x", labelsize=8.5 if many else 9.5)
    axes.xaxis.tick_top()
    axes.spines[:].set_visible(False)
    heading(
        figure,
        "What forms the segments",
        "Distance from the average of all customers, in standard deviations.",
    )
    return figure


def segment_vs_average(run: Run) -> Canvas:
    """Return, per segment, its strongest facts against the average of all customers."""
    shown = [(s, view.facts(run, s, 5)) for s in run.segments]
    columns = min(2, len(shown))
    rows = math.ceil(len(shown) / columns)
    deep = max([len(f) for _, f in shown] + [2])
    figure = blank(12 if columns == 2 else 8, 1.0 + rows * (0.85 + 0.34 * deep))
    panels = figure.subplots(rows, columns, squeeze=False).flatten()
    place(figure, 2.3, 0.4, 1.5, 0.2, wspace=0.6, hspace=0.85 / (0.34 * deep) if rows > 1 else 0)
    reach = max([1.0] + [abs(f.effect) for _, facts in shown for f in facts])
    for axes, (segment, facts) in zip(panels, shown, strict=False):
        tone = palette.colour(segment.segment_id)
        at = list(range(len(facts)))
        axes.barh(at, [f.effect for f in facts], 0.56, color=tone)
        axes.axvline(0, color=SOFT, linewidth=1)
        columns_at = ((reach * 1.85, INK, "here"), (reach * 2.65, SOFT, "all"))
        for x, color, head in columns_at if facts else ():
            axes.text(x, -0.72, head, ha="right", size=8, color=SOFT)
            for y, fact in zip(at, facts, strict=True):
                figured = fact.value if head == "here" else fact.overall
                said = plain(words.value(figured, fact.unit, run.currency))
                axes.text(x, y, said, va="center", ha="right", size=9, color=color)
        calm(axes, grid="")
        axes.set_xlim(-reach * 1.05, reach * 2.65)
        axes.set_ylim(deep - 0.5, -0.6)
        axes.set_xticks([])
        axes.set_yticks(at, [plain(f.label, 26) for f in facts])
        axes.tick_params(axis="y", colors=INK)
        name = plain(words.shorten(f"{segment.segment_id}  {segment.segment}", 46))
        axes.set_title(name, loc="left", size=11, weight="bold", color=INK, pad=14)
    for axes in panels[len(shown) :]:
        axes.set_axis_off()
    if not any(facts for _, facts in shown):
        panels[0].set_yticks([])
        panels[0].text(
            0,
            0.5,
            "Nothing sets these customers apart from the average: they are the average.",
            transform=panels[0].transAxes,
            size=10,
            color=SOFT,
        )
    heading(
        figure,
        "Each segment against the average",
        "Bars: distance from the average of all customers, in standard deviations.",
    )
    return figure


def clusters_3d(run: Run) -> Canvas:
    """Return the sample of customers on three principal components."""
    picture = run.picture
    figure = blank(8.6, 7.0)
    axes: Axes3D = figure.add_axes((0.02, 0.02, 0.96, 0.83), projection="3d", computed_zorder=False)
    axes.view_init(elev=22, azim=-52)
    axes.set_box_aspect((1.15, 1.15, 0.85), zoom=1.12)
    handles = []
    floor = min((p[2] for p in picture.xyz), default=-1.0)
    for segment in run.segments:
        own = [
            p
            for p, i in zip(picture.xyz, picture.segment_ids, strict=True)
            if i == segment.segment_id
        ]
        tone, shape = palette.colour(segment.segment_id), palette.marker(segment.segment_id)
        if own:
            xs, ys, zs = zip(*own, strict=True)
            axes.scatter(
                xs, ys, [floor] * len(own), s=5, color=QUIET, alpha=0.3, linewidths=0, zorder=1
            )
            axes.scatter(
                xs,
                ys,
                zs,
                s=15,
                color=tone,
                marker=shape,
                alpha=0.75,
                linewidths=0.3,
                edgecolors="white",
                depthshade=True,
                zorder=2 + 0.01 * segment.segment_id,
            )
        wide = 36 if len(run.segments) <= 6 else 24
        name = plain(f"{segment.segment_id}  {segment.segment}", wide)
        handles.append(
            Line2D([], [], marker=shape, color=tone, linestyle="none", markersize=7, label=name)
        )
    for i, axis in enumerate((axes.xaxis, axes.yaxis, axes.zaxis)):
        axis.set_ticklabels([])
        axis.set_pane_color((1, 1, 1, 0))
        axis.line.set_color(QUIET)
        axis._axinfo["grid"].update(color=LINE, linewidth=0.6)
        axis._axinfo["tick"].update(inward_factor=0, outward_factor=0)
        told = words.share(picture.explained[i]) if i < len(picture.explained) else words.MISSING
        label = f"PC{i + 1} ({told})"
        if i < len(picture.axes) and picture.axes[i]:
            label += "\n" + plain(picture.axes[i], 36)
        axis.set_label_text(label, size=9, color=SOFT, linespacing=1.25)
        axis.labelpad = -8 + 5 * label.count("\n")
    if len(handles) > 1:
        figure.legend(
            handles=handles,
            loc="upper left",
            bbox_to_anchor=(0.025, 0.885),
            frameon=False,
            ncols=2 if len(handles) <= 6 else 3,
            fontsize=9,
            labelcolor=INK,
            handletextpad=0.1,
            columnspacing=1.4,
        )
    heading(
        figure,
        f"Customers in three dimensions: {words.share(sum(picture.explained))} of the variance",
        f"{words.count(len(picture.xyz))} of {words.people(picture.rows)}, on the first principal "
        "components; their shadows on the floor.",
    )
    return figure


FIGURES: dict[str, Callable[[Run], Canvas]] = {
    "elbow": figure_k.elbow,
    "clusters_3d": clusters_3d,
    "segment_sizes": segment_sizes,
    "profile_heatmap": profile_heatmap,
    "segment_vs_average": segment_vs_average,
    "evidence": figure_k.evidence,
    "rfm": figure_rfm.draw,
    "outcomes": figure_outcomes.draw,
    "future": figure_future.draw,
}
