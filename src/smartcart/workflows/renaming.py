"""Names that people give the segments of a finished run, and the report that tells them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from smartcart import store
from smartcart.records import GivenName
from smartcart.workflows.finish import STILL
from smartcart.workflows.reading import read_run

__all__ = ["rename"]


def rename(folder: Path, given: Sequence[GivenName]) -> None:
    """Keep names of segments with a run, and write its report anew.

    Every file is whole or as it was: the names first, for everything that reads the run goes by
    them.

    Raises
    ------
    DataError
        Where the run cannot be read.
    """
    from smartcart.report import page

    store.write_names(folder, given)
    still = folder / "plots" / f"{STILL}.png"
    text = page.render(read_run(folder), still.read_bytes() if still.is_file() else None)
    target = folder / "report.html"
    with store.new_files([target], overwrite=True) as part:
        (part / target.name).write_text(text, encoding="utf-8")
