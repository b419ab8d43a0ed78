"""Where single customers of a run are, looked up in its table on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from smartcart.engines.customer_key import id_key, key_text
from smartcart.engines.duckdb import DuckDB, literal

__all__ = ["segments_of"]


def segments_of(table: Path, ids: Sequence[str]) -> dict[str, str]:
    """Return the segment by customer id, for those of ``ids`` who are in a ``segments.parquet``."""
    keys = {i: key_text(i) for i in ids}
    with DuckDB() as engine:
        rows = engine.rows(
            f"SELECT * FROM (SELECT {id_key('customer_id')} AS key, segment "
            f"FROM read_parquet({literal(str(table))})) WHERE key IN "
            f"({', '.join(literal(key or '') for key in keys.values())})"
        )
    found = {str(key): str(segment) for key, segment in rows}
    return {i: found[key] for i, key in keys.items() if key in found}
