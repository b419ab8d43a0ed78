"""Two runs side by side: their customers joined on disk, counted and written by DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from smartcart.engines.duckdb import DuckDB, literal, quote
from smartcart.engines.identifiers import BLANK
from smartcart.errors import DataError

__all__ = ["Ways"]

COLUMNS = {"customer_id", "segment_id", "segment"}


def _key(cell: str) -> str:
    """Return SQL of an id as it is compared: text without blanks around it, 17.0 as 17."""
    text = f"CAST({cell} AS VARCHAR)"
    whole = f"regexp_replace({text}, '\\.0+$', '')"
    decimal = f"typeof({cell}) IN ('DOUBLE', 'FLOAT')"
    return f"trim(CASE WHEN {decimal} THEN {whole} ELSE {text} END, {literal(BLANK)})"


def _parquet(path: Path) -> str:
    return f"read_parquet({literal(str(path))}, file_row_number = true)"


class Ways:
    """Where each customer of two runs was and is, as a view in the engine.

    ``before`` and ``after`` are run folders. An id of 0 stands for: not there.
    """

    def __init__(self, engine: DuckDB, before: Path, after: Path) -> None:
        self.engine = engine
        for name, folder in (("before", before), ("after", after)):
            table = self._table(folder)
            self._view(
                f"{name}_run",
                f"SELECT {_key('customer_id')} AS key, customer_id, CAST(segment_id AS INTEGER) "
                f"AS id, segment, file_row_number AS place FROM {_parquet(table)}",
            )
            self._view(f"{name}_worth", self._worth(folder))
        self.worth = all(self._rfm(folder) is not None for folder in (before, after))
        self._view("carried", "SELECT NULL::VARCHAR AS key, NULL::INTEGER AS id WHERE FALSE")
        self.renumber({})

    def _table(self, folder: Path) -> Path:
        """Return the customers of a run folder; raise ``DataError`` where there are none."""
        path = folder / "segments.parquet"
        if not path.is_file() or COLUMNS - set(self.engine.types(f"FROM {_parquet(path)}")):
            raise DataError.of(
                f"{str(folder)!r} has no segments.parquet of a run",
                "a folder that smartcart run wrote", "name the run folder",
            )  # fmt: skip
        return path

    @staticmethod
    def _rfm(folder: Path) -> str | None:
        for name, reader in (("rfm.parquet", "read_parquet"), ("rfm.csv", "read_csv")):
            if (folder / name).is_file():
                every = ", all_varchar = true" if reader == "read_csv" else ""
                return f"{reader}({literal(str(folder / name))}{every})"
        return None

    def _worth(self, folder: Path) -> str:
        """Return SQL of what each customer of a run is worth, where the run knows it."""
        table = self._rfm(folder)
        if table is None:
            return "SELECT NULL::VARCHAR AS key, NULL::DOUBLE AS money WHERE FALSE"
        return (
            f"SELECT {_key('customer_id')} AS key, TRY_CAST(monetary_total AS DOUBLE) AS money "
            f"FROM {table}"
        )

    def _view(self, name: str, sql: str) -> None:
        self.engine.backend.con.execute(f"CREATE OR REPLACE TEMP VIEW {quote(name)} AS {sql}")

    def carry(self, path: Path) -> None:
        """Take over the segments by the old model: a file of ``customer_id, segment_id``."""
        self._view(
            "carried",
            f"SELECT {_key('customer_id')} AS key, CAST(segment_id AS INTEGER) AS id "
            f"FROM {_parquet(path)}",
        )

    def renumber(self, ids: Mapping[int, int]) -> None:
        """Give the segments of the new run other ids."""
        known = " ".join(f"WHEN {int(a)} THEN {int(b)}" for a, b in ids.items())
        number = f"CASE a.id {known} ELSE a.id END" if known else "a.id"
        self._view(
            "ways",
            f"""
            SELECT coalesce(a.key, b.key) AS key, coalesce(a.customer_id::VARCHAR,
                b.customer_id::VARCHAR) AS customer_id, b.segment AS "from", a.segment AS "to",
              coalesce(b.id, 0) AS from_id, coalesce({number}, 0) AS to_id, a.id AS own_id,
              a.place AS later, b.place AS earlier
            FROM after_run AS a FULL OUTER JOIN before_run AS b ON a.key = b.key
            """,
        )

    def overlap(self) -> dict[tuple[int, int], int]:
        """Return customers by their segment of the old model and their own id in the new run."""
        rows = self.engine.rows(
            "SELECT c.id, a.id, count(*) FROM after_run AS a JOIN carried AS c ON c.key = a.key "
            "GROUP BY 1, 2"
        )
        return {(int(old), int(new)): int(count) for old, new, count in rows}

    def counted(self) -> list[tuple[int, int, int, int, float]]:
        """Return ways with customers and worth: (from, by the old model, to, customers, worth)."""
        found: list[tuple[Any, ...]] = self.engine.rows(
            """
            SELECT w.from_id, CASE WHEN w.from_id = 0 OR w.to_id = 0 THEN 0
                ELSE coalesce(c.id, w.to_id) END, w.to_id, count(*),
              coalesce(sum(coalesce(m.money, n.money)), 0)
            FROM ways AS w LEFT JOIN carried AS c ON c.key = w.key
              LEFT JOIN after_worth AS m ON m.key = w.key
              LEFT JOIN before_worth AS n ON n.key = w.key
            GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """
        )
        return [(int(a), int(b), int(c), int(n), float(x)) for a, b, c, n, x in found]

    def segments_of(self, keys: Sequence[str]) -> dict[str, int]:
        """Return the own ids in the new run of a few customers."""
        listed = ", ".join(literal(key) for key in keys)
        rows = self.engine.rows(f"SELECT key, id FROM after_run WHERE key IN ({listed})")
        return {str(key): int(one) for key, one in rows}

    def write(self, path: Path) -> int:
        """Write ``customer_id, from, to, change`` as CSV; return how many customers there are."""
        result = self.engine.rows(
            f"""
            COPY (
              SELECT customer_id, "from", "to", CASE WHEN from_id = 0 THEN 'joined'
                  WHEN to_id = 0 THEN 'left' WHEN from_id = to_id THEN 'stayed' ELSE 'moved'
                END AS change
              FROM ways ORDER BY later NULLS LAST, earlier
            ) TO {literal(str(path))} (FORMAT csv, HEADER true)
            """
        )
        return int(result[0][0])
