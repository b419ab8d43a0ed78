"""From a record to files: the run folder's remaining files, pictures and report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from smartcart import store
from smartcart.background_process import HelperProcess, LostError
from smartcart.records import Run

__all__ = ["draw_first", "finish", "write_report"]

STILL = "clusters_3d"  # the report holds it, for paper and where scripts are off
FIRST = ("elbow", "segment_sizes", "clusters_3d")  # show nothing that judging adds to a run
THERE = ("segment_vs_average", "profile_heatmap", "rfm")  # drawn by a helper


def draw_first(folder: Path, run: Run) -> None:
    """Draw the pictures that can be drawn before the segments are judged."""
    from smartcart.report import figures

    figures.draw_all(run, folder / "plots", FIRST)


def finish(run: Run, folder: Path, helper: HelperProcess | None = None) -> None:
    """Write everything but the tables of customers: JSON, CSV, ``plots/`` and ``report.html``.

    A ``helper`` draws a part of the pictures while the rest is written. Pictures that
    :func:`draw_first` left are kept.
    """
    from smartcart.report import figures

    store.write_run(folder, run)
    plots = folder / "plots"
    plots.mkdir(exist_ok=True)
    left = [name for name in figures.FIGURES if not (plots / f"{name}.png").exists()]
    there: Sequence[str] = ()
    if helper is not None:
        try:
            there = [name for name in left if name in THERE]
            helper.ask(figures.draw_all, run, plots, there)
        except LostError:
            there = ()
    figures.draw_all(run, plots, [name for name in left if name not in there])
    write_report(run, folder / "report.html", (plots / f"{STILL}.png").read_bytes())
    if helper is not None and there:
        try:
            helper.answer()
        except LostError:
            figures.draw_all(run, plots, there)


def write_report(run: Run, path: Path, still_3d: bytes | None = None) -> Path:
    """Write the report to ``path``; ``still_3d`` is the 3-D picture, drawn if it is not given."""
    from smartcart.report import page

    path.write_text(page.render(run, still_3d), encoding="utf-8")
    return path
