"""The table of segments on a ClickHouse server, which has no transactions: swapped whole.

The new rows are staged in a table of their own; from these and the old ones the table to come is
built beside, and one ``EXCHANGE TABLES`` (for a new table, ``RENAME TABLE``) puts it in place.
Who writes holds a small table beside it as a lock, and tells every other second that it lives; a
lock of one who was killed lapses, and what it left behind is dropped by the next.
"""

from __future__ import annotations

import contextlib
import io
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from smartcart.engines import segment_table
from smartcart.engines.cells import quoted, text_literal
from smartcart.engines.clickhouse import REFUSED
from smartcart.engines.clickhouse_http import ServerError, connection
from smartcart.engines.segment_columns import COLUMNS, different, types_of
from smartcart.engines.segment_table import Written, _Table, broken, busy, no_right

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ClickHouseTable"]

LEASE_SECONDS = 10.0  # after the last sign of life
EXISTS, NO_RIGHT = 57, 497
SETTINGS = {"join_use_nulls": "1", "session_timezone": "UTC", "wait_end_of_query": "1"}


class ClickHouseTable(_Table):
    """A table of segments on a ClickHouse server; nothing stays open between two statements."""

    kind = "clickhouse"
    unlike = "ifNull({a} <> {b}, isNull({a}) <> isNull({b}))"
    held = False

    def open(self) -> None:
        """Hold the lock, or wait for it; drop what one who was killed left behind."""
        self.http = connection(self.place, SETTINGS)
        self.token = uuid.uuid4().hex[:12]
        self.database = self.schema or str(self.http.rows("SELECT currentDatabase()")[0][0])
        self.over, self.lost = threading.Event(), False
        self._take()
        self.held = True
        self._heart = threading.Thread(target=self._beat, daemon=True)
        self._heart.start()
        for (name,) in self.http.rows(
            f"SELECT name FROM system.tables WHERE database = {_text(self.database)} AND "
            f"startsWith(name, {_text(self._beside('new'))})"
        ):
            self.http.rows(f"DROP TABLE IF EXISTS {self._named(name)}")

    def columns(self) -> list[str]:
        """Return the columns of the table, none where there is no such table."""
        found = self.http.rows(
            f"SELECT name FROM system.columns WHERE database = {_text(self.database)} "
            f"AND table = {_text(self.name)} ORDER BY position"
        )
        self.there = [str(row[0]) for row in found]
        return self.there

    def stage(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Put all rows into a table of their own."""
        from pyarrow import csv

        pairs = zip(self.listed, types_of(self.kind, self.listed), strict=True)
        told = ", ".join(f"{name} {kind}" for name, kind in pairs)
        self.http.rows(f"CREATE TABLE {self._staged} ({told}) {_ORDERED}")
        listed = ", ".join(self.listed)
        plain = csv.WriteOptions(include_header=False)
        for batch in batches:
            text = io.BytesIO()
            csv.write_csv(batch, text, plain)
            self.http.rows(f"INSERT INTO {self._staged} ({listed}) FORMAT CSV", text.getvalue())

    def replace(self, *, new: bool, whole: bool) -> Written:
        """Put the table to come in place, in one statement."""
        n, t = self._staged, self._named(self.name)
        if new:
            total = self.count(f"SELECT count() FROM {n}")
            self._refuse_lost()
            self.http.rows(f"RENAME TABLE {n} TO {t}")
            return Written(total, total, 0, 0, True, self.none_changed)
        same = "n.customer_id = t.customer_id"
        segment, forecast = different(self.listed, self.unlike)
        total = self.count(f"SELECT count() FROM {n}")
        before = self.count(f"SELECT count() FROM {t}")
        both = f"FROM {n} AS n INNER JOIN {t} AS t ON {same}"
        stayed = self.count(f"SELECT count() {both}")
        moved = self.count(f"SELECT count() {both} WHERE {segment}")
        told = self.none_changed
        if told is not None:
            told = self.count(f"SELECT count() {both} WHERE NOT {segment} AND {forecast}")
        found = Written(total, total - stayed, moved, before - stayed, whole, told)
        if whole or found.added or found.moved or found.removed or found.forecasts:
            chosen = [f"n.{name}" for name in self.listed]
            if not whole:
                kept = f"ifNull(NOT {segment} AND NOT {forecast}, 0)"
                chosen[3 : len(COLUMNS)] = [
                    f"if({kept}, assumeNotNull(t.{name}), n.{name})" for name in COLUMNS[3:]
                ]
            coming = self._coming
            self.http.rows(f"CREATE TABLE {coming} AS {t}")  # with its engine and its order
            self.http.rows(
                f"INSERT INTO {coming} ({', '.join(self.listed)}) SELECT {', '.join(chosen)} "
                f"FROM {n} AS n LEFT JOIN {t} AS t ON {same}"
            )
            self._refuse_lost()
            self.http.rows(f"EXCHANGE TABLES {coming} AND {t}")
            self.http.rows(f"DROP TABLE IF EXISTS {coming}")
        return found

    def count(self, sql: str) -> int:
        """Return the one number of a query."""
        return int(self.http.rows(sql)[0][0])

    def commit(self) -> None:
        """Each statement is done when it is answered."""

    def close(self) -> None:
        """Let go of the lock; what cannot be dropped now is dropped by the next."""
        if not self.held:
            return
        self.over.set()
        self._heart.join(LEASE_SECONDS)  # a server that hangs holds nobody
        with contextlib.suppress(ServerError, OSError):
            for name in (
                f"{self._beside('new')}2_{self.token}",
                f"{self._beside('new')}_{self.token}",
            ):
                self.http.rows(f"DROP TABLE IF EXISTS {self._named(name)}")
            if self._mine():
                self.http.rows(f"DROP TABLE IF EXISTS {self._lock}")

    @contextlib.contextmanager
    def sentences(self) -> Iterator[None]:
        """Turn an error of the server into one sentence."""
        try:
            yield
        except ServerError as error:
            if error.code in {NO_RIGHT, *REFUSED}:
                raise no_right(self.label, str(error)) from error
            raise broken(self.label, str(error)) from error
        except OSError as error:
            raise broken(self.label, error.strerror or str(error)) from error

    # The lock ----------------------------------------------------------------------------------

    @property
    def _lock(self) -> str:
        return self._named(self._beside("lock"))

    @property
    def _staged(self) -> str:
        return self._named(f"{self._beside('new')}_{self.token}")

    @property
    def _coming(self) -> str:
        return self._named(f"{self._beside('new')}_{self.token}_whole")

    def _beside(self, what: str) -> str:
        return f"{self.name}__smartcart_{what}"

    def _named(self, name: str) -> str:
        return f"{quoted(self.database, 'clickhouse')}.{quoted(name, 'clickhouse')}"

    def _take(self) -> None:
        """Make the lock's table, which one at a time can, or wait until the other's has lapsed."""
        until = time.monotonic() + segment_table.WAIT_SECONDS
        make = f"(at DateTime64(3)) ENGINE = Memory COMMENT {_text(self.token)}"
        while True:
            try:
                self.http.rows(f"CREATE TABLE {self._lock} {make}")
                return
            except ServerError as error:
                if error.code != EXISTS:
                    raise
            if self._silence() > LEASE_SECONDS:
                self.http.rows(f"DROP TABLE IF EXISTS {self._lock}")
            elif time.monotonic() > until:
                raise busy(self.label)
            else:
                time.sleep(0.2)

    def _silence(self) -> float:
        """Return the seconds since the holder of the lock gave a sign; 0 where it is gone."""
        with contextlib.suppress(ServerError):
            found = self.http.rows(
                "SELECT dateDiff('millisecond', greatest(toDateTime64(metadata_modification_time,"
                f" 3), (SELECT max(at) FROM {self._lock})), now64(3)) FROM system.tables WHERE "
                f"database = {_text(self.database)} AND name = {_text(self._beside('lock'))}"
            )
            return float(found[0][0]) / 1000 if found else 0.0
        return 0.0

    def _beat(self) -> None:
        try:
            while not self.over.wait(LEASE_SECONDS / 5):
                self.http.rows(f"INSERT INTO {self._lock} SELECT now64(3)")
        except (ServerError, OSError):
            self.lost = True  # told where the table would be put in place

    def _mine(self) -> bool:
        return bool(
            self.count(
                f"SELECT count() FROM system.tables WHERE database = {_text(self.database)} AND "
                f"name = {_text(self._beside('lock'))} AND comment = {_text(self.token)}"
            )
        )

    def _refuse_lost(self) -> None:
        if self.lost or not self._mine():
            raise busy(self.label)


_ORDERED = "ENGINE = MergeTree ORDER BY customer_id"


def _text(value: str) -> str:
    return text_literal(value, "clickhouse")
