"""Who moved between two runs, as a list: the customers who changed segment, joined or left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from smartcart import store
from smartcart.audiences.migration_join import Ways
from smartcart.engines.duckdb import DuckDB
from smartcart.errors import DataError

__all__ = ["MovedList", "write_moved"]


@dataclass(frozen=True, slots=True)
class MovedList:
    """How many customers of both runs there are by change, and how many of them are in the list."""

    counts: dict[str, int]  # "stayed", "moved", "joined", "left"
    written: int


def write_moved(
    before: Path,
    after: Path,
    target: Path,
    *,
    ids: Mapping[int, int] | None = None,
    temp_dir: Path | None = None,
) -> MovedList:
    """Write ``customer_id, from, to, change`` (CSV) of all but those who stayed where they were.

    Segments bear the names they have in their runs now. ``ids`` are the numbers that those of the
    later run have in the earlier one, where it does not continue it (``Migrated.identity``).

    Raises
    ------
    DataError
        Where a folder is not a run, or nobody moved.
    """
    names = {
        name: dict(zip(saved.ids, saved.names, strict=True))
        for name, saved in (("before", store.read_run(before)), ("after", store.read_run(after)))
    }
    with DuckDB(temp_dir=temp_dir) as engine:
        ways = Ways(engine, before, after)
        ways.names = {name: known | names[name] for name, known in ways.names.items()}
        if ids:
            ways.renumber(ids)
        counts = ways.changes()
        if not sum(n for change, n in counts.items() if change != "stayed"):
            raise DataError.of(
                "nobody moved, joined or left between these runs",
                "somebody who did",
                "choose two other runs",
            )
        with store.new_files([target], overwrite=False) as part:
            written = ways.write(part / target.name, stayed=False)
    return MovedList(counts, written)
