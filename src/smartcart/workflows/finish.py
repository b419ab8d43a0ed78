"""From a record to files: the run folder's remaining files, pictures and report."""

from __future__ import annotations

from pathlib import Path

from smartcart import store
from smartcart.records import Run

__all__ = ["finish", "write_report"]


def finish(run: Run, folder: Path) -> None:
    """Write everything but the tables of customers: JSON, CSV, ``plots/`` and ``report.html``."""
    from smartcart.report import figures

    store.write_run(folder, run)
    plots = folder / "plots"
    plots.mkdir(exist_ok=True)
    figures.draw_all(run, plots)
    write_report(run, folder / "report.html")


def write_report(run: Run, path: Path) -> Path:
    """Write the report to ``path``."""
    from smartcart.report import page

    path.write_text(page.render(run), encoding="utf-8")
    return path
