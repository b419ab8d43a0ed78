"""From a record to files: the run folder's remaining files, pictures and report."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from smartcart import store
from smartcart.background_process import HelperProcess, LostError
from smartcart.records import Run, RunFile
from smartcart.report.drawing import EVERY, STILL, draw_others, draw_still

__all__ = ["finish", "needed_to_finish", "write_report"]

FEW_CUSTOMERS = 20_000  # a run of seconds, of which pictures are one: both processes draw
HERE = slice(2, None, 3)  # of the pictures beside the report's: this process has the report, too
THERE = (slice(0, None, 3), slice(1, None, 3))


def needed_to_finish(customers: int) -> tuple[str, ...]:
    """Return the modules that :func:`finish` will use, to be loaded while something is awaited."""
    drawn = ("smartcart.report.figures",) if customers <= FEW_CUSTOMERS else ()
    return ("smartcart.report.page", *drawn)


def finish(run: Run, folder: Path, helper: HelperProcess | None = None) -> None:
    """Write everything but the tables of customers: JSON, CSV, ``plots/`` and ``report.html``.

    A ``helper`` draws the pictures while the rest is written, of few customers not all of them;
    without one they are drawn here.
    """
    plots = folder / RunFile.PLOTS
    plots.mkdir(exist_ok=True)
    still_there = _begun(draw_still, run, plots, helper)
    store.write_run(folder, run)
    still_there()
    here = [HERE] if run.ledger.segmented <= FEW_CUSTOMERS else []
    others_there = _begun(partial(draw_others, shares=THERE if here else EVERY), run, plots, helper)
    write_report(run, folder / RunFile.REPORT, (plots / f"{STILL}.png").read_bytes())
    draw_others(run, plots, shares=here)
    others_there()


def _begun(
    draw: Callable[[Run, Path], None], run: Run, plots: Path, helper: HelperProcess | None
) -> Callable[[], None]:
    """Ask a helper to draw; return the function that waits for it, or draws where it is lost."""
    if helper is not None:
        try:
            helper.ask(draw, run, plots)
        except LostError:
            helper = None

    def wait() -> None:
        try:
            if helper is not None:
                helper.answer()
                return
        except LostError:
            pass
        draw(run, plots)

    return wait


def write_report(run: Run, path: Path, still_3d: bytes | None = None) -> Path:
    """Write the report to ``path``; ``still_3d`` is the 3-D picture, drawn if it is not given."""
    from smartcart.report import page

    path.write_text(page.render(run, still_3d), encoding="utf-8")
    return path
