"""Names that people give the segments of a finished run, and the report that tells them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from smartcart import store
from smartcart.audiences.file import AudienceFile
from smartcart.records import GivenName, RunFile
from smartcart.report.drawing import STILL

__all__ = ["rename", "report_again", "write_named"]


def rename(folder: Path, given: Sequence[GivenName]) -> None:
    """Keep names of segments with a run, and write its report anew.

    Every file is whole or as it was: the names first, for everything that reads the run goes by
    them.

    Raises
    ------
    DataError
        Where the run cannot be read.
    """
    store.write_names(folder, given)
    text = report_again(folder)
    target = folder / RunFile.REPORT
    with store.new_files([target], overwrite=True) as part:
        (part / target.name).write_text(text, encoding="utf-8")


def report_again(folder: Path) -> str:
    """Return the report of a run folder, made anew from what is there. Raises ``DataError``."""
    from smartcart.report import page

    still = folder / RunFile.PLOTS / f"{STILL}.png"
    run = store.read_run(folder).run
    return page.render(run, still.read_bytes() if still.is_file() else None)


def write_named(folder: Path, target: Path) -> int:
    """Write all customers of a run (``.csv`` or ``.parquet``) with the names that people gave.

    The columns are those of ``segments.parquet``; customers stream. Returns how many there are.

    Raises
    ------
    DataError
        Where the run cannot be read.
    """
    import pyarrow as pa

    saved = store.read_run(folder)
    with AudienceFile(target) as file:
        for batch in saved.batches():
            places = saved.places(batch["segment_id"].to_numpy())
            called = pa.array([saved.names[i] for i in places], pa.string())
            columns = [called if name == "segment" else batch[name] for name in batch.schema.names]
            file.write(pa.record_batch(columns, names=batch.schema.names))
        return file.written
