"""Two runs side by side: their customers joined on disk, counted and written by DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from smartcart.engines.customer_key import id_key, key_text
from smartcart.engines.duckdb import DuckDB, literal
from smartcart.errors import DataError
from smartcart.records import RunFile, SqlRow

__all__ = ["Ways"]

COLUMNS = {"customer_id", "segment_id", "segment"}


def _whole_key(cell: str) -> str:
    """Return SQL of an id that is a whole number in both runs: it is faster to compare."""
    return f"TRY_CAST({cell} AS BIGINT)"


def _parquet(path: Path) -> str:
    return f"read_parquet({literal(str(path))}, file_row_number = true)"


class Ways:
    """Where each customer of two runs was and is, gathered once in a file of the engine.

    ``before`` and ``after`` are run folders. An id of 0 stands for: not there. All that is known of
    a customer is brought together by one aggregation, which spills to disk where it must: several
    joins at once would each hold a table of all customers.
    """

    def __init__(self, engine: DuckDB, before: Path, after: Path) -> None:
        self.engine = engine
        engine.backend.con.execute("SET preserve_insertion_order = false")  # less memory
        self.worth = all(self._rfm(folder) is not None for folder in (before, after))
        tables = {"before": self._table(before), "after": self._table(after)}
        self.names = {name: self._names(table) for name, table in tables.items()}
        types = [
            self.engine.types(f"FROM {_parquet(one)}")["customer_id"] for one in tables.values()
        ]
        self._key = _whole_key if all(kind.is_integer() for kind in types) else id_key
        self._parts = [
            self._part(
                f"FROM {_parquet(tables['before'])}", was="segment_id", early="file_row_number"
            ),
            self._part(
                f"FROM {_parquet(tables['after'])}", now="segment_id", late="file_row_number"
            ),
        ]
        for folder, name in ((before, "money_then"), (after, "money_now")):
            table = self._rfm(folder)
            if table is not None:
                money = "TRY_CAST(monetary_total AS DOUBLE)"
                self._parts.append(self._part(f"FROM {table}", **{name: money}))
        self._file: Path | None = None
        self._number = "now"

    def _part(self, source: str, **known: str) -> str:
        """Return SQL of what one table knows of its customers."""
        cells = (f"CAST({known.get(n, 'NULL')} AS {kind}) AS {n}" for n, kind in _WAY.items())
        return f"SELECT {self._key('customer_id')} AS key, {', '.join(cells)} {source}"

    def _table(self, folder: Path) -> Path:
        """Return the customers of a run folder; raise ``DataError`` where there are none."""
        path = folder / RunFile.SEGMENTS
        if not path.is_file() or COLUMNS - set(self.engine.types(f"FROM {_parquet(path)}")):
            raise DataError.of(
                f"{str(folder)!r} has no segments.parquet of a run",
                "a folder that smartcart run wrote",
                "name the run folder",
            )
        return path

    def _names(self, table: Path) -> dict[int, str]:
        rows = self.engine.rows(f"SELECT DISTINCT segment_id, segment FROM {_parquet(table)}")
        return {int(number): str(name) for number, name in rows}

    @staticmethod
    def _rfm(folder: Path) -> str | None:
        """Return SQL of the table that says what each customer of a run is worth."""
        for name, reader in ((RunFile.RFM, "read_parquet"), (RunFile.RFM_CSV, "read_csv")):
            if (folder / name).is_file():
                every = ", all_varchar = true" if reader == "read_csv" else ""
                return f"{reader}({literal(str(folder / name))}{every})"
        return None

    def carry(self, path: Path) -> None:
        """Take over the segments by the old model: a file of ``customer_id, segment_id``."""
        self._parts.append(self._part(f"FROM {_parquet(path)}", carried="segment_id"))
        self._file = None

    def renumber(self, ids: Mapping[int, int]) -> None:
        """Give the segments of the new run other ids."""
        cases = " ".join(f"WHEN {int(a)} THEN {int(b)}" for a, b in ids.items())
        self._number = f"CASE now {cases} ELSE now END"

    @property
    def _ways(self) -> str:
        """Return SQL of the customers of either run; those of neither are left out."""
        if self._file is None:
            columns = ", ".join(f"max({name}) AS {name}" for name in _WAY)
            self._file = self.engine.spool(
                f"SELECT key, {columns} FROM ({' UNION ALL '.join(self._parts)}) GROUP BY key "
                "HAVING max(was) IS NOT NULL OR max(now) IS NOT NULL"
            )
        return f"read_parquet({literal(str(self._file))})"

    def overlap(self) -> dict[tuple[int, int], int]:
        """Return customers by their segment of the old model and their own id in the new run."""
        rows = self.engine.rows(
            f"SELECT carried, now, count(*) FROM {self._ways} "
            "WHERE carried IS NOT NULL AND now IS NOT NULL GROUP BY 1, 2"
        )
        return {(int(old), int(new)): int(count) for old, new, count in rows}

    def counted(self) -> list[tuple[int, int, int, int, float]]:
        """Return ways with customers and worth: (from, by the old model, to, customers, worth)."""
        found: list[SqlRow] = self.engine.rows(
            f"""
            SELECT coalesce(was, 0), CASE WHEN was IS NULL OR now IS NULL THEN 0
                ELSE coalesce(carried, {self._number}) END, coalesce({self._number}, 0), count(*),
              coalesce(sum(coalesce(money_now, money_then)), 0)
            FROM {self._ways} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """
        )
        return [(int(a), int(b), int(c), int(n), float(x)) for a, b, c, n, x in found]

    def segments_of(self, keys: Sequence[str]) -> dict[str, int]:
        """Return the own ids in the new run of a few customers."""
        asked = {key: key_text(key) or "" for key in keys}
        listed = ", ".join(map(literal, asked.values())) or "''"
        rows = self.engine.rows(
            f"SELECT key, now FROM {self._ways} WHERE now IS NOT NULL "
            f"AND CAST(key AS VARCHAR) IN (SELECT unnest([{listed}]))"
        )
        found = {str(key): int(one) for key, one in rows}
        return {key: found[own] for key, own in asked.items() if own in found}

    @property
    def _change(self) -> str:
        """Return SQL of what a customer did: joined, left, stayed or moved."""
        return (
            "CASE WHEN was IS NULL THEN 'joined' WHEN now IS NULL THEN 'left' "
            f"WHEN was = {self._number} THEN 'stayed' ELSE 'moved' END"
        )

    def changes(self) -> dict[str, int]:
        """Return how many customers joined, left, stayed and moved."""
        rows = self.engine.rows(f"SELECT {self._change}, count(*) FROM {self._ways} GROUP BY 1")
        return dict.fromkeys(("stayed", "moved", "joined", "left"), 0) | {
            str(change): int(n) for change, n in rows
        }

    def write(self, path: Path, *, stayed: bool = True) -> int:
        """Write ``customer_id, from, to, change`` as CSV; return how many customers there are.

        Without ``stayed`` those who are where they were are left out.
        """
        where = "" if stayed else f"WHERE {self._change} <> 'stayed'"
        result = self.engine.rows(
            f"""
            COPY (
              SELECT key AS customer_id, {_named("was", self.names["before"])} AS "from",
                {_named("now", self.names["after"])} AS "to", {self._change} AS change
              FROM {self._ways} {where} ORDER BY late NULLS LAST, early
            ) TO {literal(str(path))} (FORMAT csv, HEADER true)
            """
        )
        return int(result[0][0])


_WAY = {
    "was": "INTEGER",
    "now": "INTEGER",
    "carried": "INTEGER",
    "money_then": "DOUBLE",
    "money_now": "DOUBLE",
    "early": "BIGINT",
    "late": "BIGINT",
}
"""What is known of a customer."""


def _named(number: str, names: Mapping[int, str]) -> str:
    """Return SQL of the name of a segment."""
    cases = " ".join(f"WHEN {one} THEN {literal(name)}" for one, name in names.items())
    return f"CASE {number} {cases} END" if cases else "NULL"
