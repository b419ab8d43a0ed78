"""From a record to files: the run folder's remaining files, pictures and report."""

from __future__ import annotations

from pathlib import Path

from smartcart import store
from smartcart.records import Run
from smartcart.report.artist import Artist

__all__ = ["finish", "write_report"]


def finish(run: Run, folder: Path, artist: Artist | None = None) -> None:
    """Write everything but the tables of customers: JSON, CSV, ``plots/`` and ``report.html``.

    An ``artist`` draws the pictures while the rest is written.
    """
    store.write_run(folder, run)
    plots = folder / "plots"
    plots.mkdir(exist_ok=True)
    helped = artist is not None and artist.draw(run, plots)
    if not helped:
        _draw(run, plots)
    write_report(run, folder / "report.html", still_3d=(plots / "clusters_3d.png").read_bytes())
    if helped and artist is not None and not artist.wait():
        _draw(run, plots)


def _draw(run: Run, plots: Path) -> None:
    from smartcart.report import figures

    figures.draw_all(run, plots)


def write_report(run: Run, path: Path, still_3d: bytes | None = None) -> Path:
    """Write the report to ``path``; ``still_3d`` is the 3-D picture, drawn if it is not given."""
    from smartcart.report import page

    path.write_text(page.render(run, still_3d), encoding="utf-8")
    return path
