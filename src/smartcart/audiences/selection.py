"""Who is in an audience: segments, contacts and a suppression list, joined and judged on disk.

Every customer gets one verdict: written, or left out for the first reason that holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from smartcart.audiences.contacts import CONTACTS, SUPPRESSED
from smartcart.engines.customer_key import id_key
from smartcart.engines.duckdb import DuckDB, literal, quote
from smartcart.errors import UsageError, did_you_mean

__all__ = ["REASONS", "JudgedCustomers", "chosen_names", "segment_names"]

REASONS = (
    "other segment",
    "below confidence",
    "not late",
    "suppressed",
    "suppressed in doubt",
    "unchanged",
    "no such contact",
    "duplicate contact",
)


def segment_names(engine: DuckDB, table: Path, given: Mapping[int, str]) -> dict[int, str]:
    """Return the names of the segments in a ``segments.parquet`` by id, in order.

    Those in ``given`` bear the name that somebody gave them since.

    Raises ``UsageError`` where there is no such file, or it is not the table of a run.
    """
    if not table.is_file():
        raise UsageError.of(
            f"there is no file {str(table)!r}",
            "a run folder with segments.parquet",
            "name the folder that 'smartcart run' wrote",
        )
    file = f"read_parquet({literal(str(table))})"
    wanted = {"customer_id", "segment_id", "segment", "confidence"}
    if lacking := sorted(wanted - set(engine.types(f"SELECT * FROM {file}"))):
        raise UsageError.of(
            f"{str(table)!r} has no column {lacking[0]!r}",
            "the segments.parquet of a run folder",
            "name the folder that 'smartcart run' wrote",
        )
    rows = engine.rows(
        f"SELECT segment_id, min(segment) FROM {file} GROUP BY segment_id ORDER BY segment_id"
    )
    return {int(number): given.get(int(number), str(name)) for number, name in rows}


def chosen_names(wanted: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Return the wanted segments by their names as they are, whatever the capitals and blanks.

    Raises ``UsageError`` where there is no such segment.
    """
    folded = {" ".join(name.casefold().split()): name for name in known}
    found = []
    for name in wanted:
        one = folded.get(" ".join(str(name).casefold().split()))
        if one is None:
            raise UsageError.of(
                f"there is no segment {name!r}",
                ", ".join(map(repr, known)),
                f"name one of these.{did_you_mean(str(name), known)}",
            )
        found.append(one)
    if not found:
        raise UsageError.of("no segment is named", ", ".join(map(repr, known)), "name some of them")
    return tuple(dict.fromkeys(found))


class JudgedCustomers:
    """The judged customers of a run, on disk in the engine's folder.

    ``segments`` are exact names, of those in ``named`` (by segment id) and, for the earlier run,
    ``named_before``. ``contacts`` and ``suppressed`` are streams of record batches, as
    :mod:`smartcart.audiences.contacts` makes them. Of a forecast in ``late``, only those who are
    late are in. Ids are compared without blanks around them, those suppressed whatever their
    capitals. ``listed`` counts the entries of the list by kind.
    """

    def __init__(
        self,
        engine: DuckDB,
        table: Path,
        segments: Sequence[str],
        min_confidence: float,
        *,
        named: Mapping[int, str],
        before: Path | None = None,
        named_before: Mapping[int, str] | None = None,
        contacts: Iterable[pa.RecordBatch] | None = None,
        suppressed: Iterable[pa.RecordBatch] | None = None,
        needs_email: bool = False,
        late: Path | None = None,
    ) -> None:
        self.engine = engine
        self.changes, self.reaches = before is not None, contacts is not None
        sure = "TRUE"
        if min_confidence > 0:
            least = float(min_confidence)
            sure = f"coalesce(NOT isnan(confidence) AND confidence >= {least!r}, FALSE)"
        self._view("now", _people(table, segments, named, sure))
        if before is not None:
            then = _people(before, segments, named_before or named, sure)
            self._view("earlier", f"SELECT * FROM ({then}) WHERE fits")
            self._view("people", _CHANGED)
        else:
            self._view("people", "SELECT *, CAST(NULL AS VARCHAR) AS change FROM now")
        if contacts is not None:
            path = engine.spool_batches(contacts, CONTACTS)
            engine.backend.con.execute("SET preserve_insertion_order = false")  # less memory
            self._view("contacts", _NUMBERED.format(file=_parquet(path)))
            first = _parquet(engine.spool(_FIRST_CONTACT))
            joined = _REACHED.format(first=first)
        else:
            joined = _UNREACHED
        self._view("reached", joined)
        held, doubted, self.lists = "FALSE", "FALSE", suppressed is not None
        self.listed: dict[str, int] = {}
        if suppressed is not None:
            path = engine.spool_batches(suppressed, SUPPRESSED)
            listed = f"SELECT DISTINCT kind, lower(value) AS value FROM {_parquet(path)}"
            if self.reaches:
                listed = _WITH_OWN_CONTACTS.format(listed=listed)
            self._view("suppressed", f"SELECT * FROM {_parquet(engine.spool(listed))}")
            self.listed = dict(engine.rows("SELECT kind, count(*) FROM suppressed GROUP BY kind"))
            held = self._is_listed() or held
            if self.reaches:
                self._view("marked", f"SELECT * FROM {_parquet(engine.spool(_MARKED))}")
                self._view("doubted", f"SELECT * FROM {_parquet(engine.spool(_DOUBTED))}")
                held = f"{held} OR key IN (SELECT key FROM marked)"
                doubted = "key IN (SELECT key FROM doubted)"
        nobody = "email IS NULL AND phone IS NULL" if self.reaches else "FALSE"
        if needs_email and self.reaches:
            nobody = "email IS NULL"
        asked = (
            "TRUE"
            if late is None
            else _IS_LATE.format(key=id_key("customer_id"), file=_parquet(late))
        )
        reason = _REASON.format(asked=asked, suppressed=held, doubted=doubted, no_contact=nobody)
        self._view("judged", f"SELECT *, {reason} AS reason FROM reached")
        order = "ORDER BY place" if self.reaches or self.lists or self.changes else ""
        self._file = engine.spool(f"SELECT * FROM judged {order}")
        if self.reaches:
            self._file = engine.spool(_WITHOUT_DUPLICATES.format(file=_parquet(self._file)))
            engine.backend.con.execute("SET preserve_insertion_order = true")
        self.customers = int(engine.rows("SELECT count(*) FROM people")[0][0])

    def _is_listed(self) -> str:
        """Return SQL of whether a customer is on the suppression list in any way."""
        return " OR ".join(
            f"coalesce({value} IN (SELECT value FROM suppressed WHERE kind = '{kind}'), FALSE)"
            for value, kind in _LISTED_AS
            if kind in self.listed
        )

    def _view(self, name: str, sql: str) -> None:
        self.engine.backend.con.execute(f"CREATE OR REPLACE TEMP VIEW {quote(name)} AS {sql}")

    def left_out(self) -> dict[str, int]:
        """Return customers left out by reason, those of other segments too."""
        counts: dict[str, int] = dict(
            self.engine.rows(f"SELECT reason, count(*) FROM {_parquet(self._file)} GROUP BY reason")
        )
        others = self.customers - sum(counts.values())
        counts["other segment"] = others
        return {reason: int(counts[reason]) for reason in REASONS if counts.get(reason)}

    def suppressed_before(self) -> int:
        """Return how many of the suppressed were in the earlier audience."""
        sql = f"SELECT count(*) FROM {_parquet(self._file)} WHERE reason LIKE 'suppressed%'"
        return int(self.engine.rows(f"{sql} AND was")[0][0]) if self.changes else 0

    def any_id_like(self, pattern: str) -> bool:
        """Return whether an id of the run matches a regular expression."""
        sql = f"SELECT 1 FROM now WHERE regexp_matches(key, {literal(pattern)}) LIMIT 1"
        return bool(self.engine.rows(sql))

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield those who are in: customer_id, segment, confidence, change, email, phone.

        Where nobody is, there is one batch without rows.
        """
        table = self.engine.query(
            "SELECT customer_id, segment, confidence, change, email, phone "
            f"FROM {_parquet(self._file)} WHERE reason IS NULL"
        )
        some = False
        for batch in self.engine.batches(table):
            some = True
            yield batch
        if not some:
            yield pa.RecordBatch.from_pylist([], self.engine.arrow(table).schema)


def _parquet(path: Path) -> str:
    return f"read_parquet({literal(str(path))})"


def _people(table: Path, wanted: Sequence[str], named: Mapping[int, str], sure: str) -> str:
    """Return SQL of a run's customers: are they of the segments, and surely so?"""
    names = ", ".join(literal(name) for name in wanted)
    called = " ".join(f"WHEN {number} THEN {literal(name)}" for number, name in named.items())
    file = f"read_parquet({literal(str(table))}, file_row_number = true)"
    people = f"SELECT * REPLACE (CASE segment_id {called} END AS segment) FROM {file}"
    return (
        f"SELECT file_row_number AS place, customer_id, {id_key('customer_id')} AS key, segment, "
        f"confidence, wanted, wanted AND sure AS fits FROM (SELECT *, segment IN ({names}) AS "
        f"wanted, {sure} AS sure FROM ({people}))"
    )


_CHANGED = """
SELECT n.place, CAST(n.customer_id AS VARCHAR) AS customer_id, n.key,
  CASE WHEN was AND NOT n.fits THEN e.segment ELSE n.segment END AS segment,
  CASE WHEN was AND NOT n.fits THEN e.confidence ELSE n.confidence END AS confidence,
  n.wanted OR was AS wanted, n.fits OR was AS fits, was,
  CASE WHEN was AND n.fits THEN 'unchanged' WHEN was THEN 'left' WHEN n.fits THEN 'joined' END
    AS change
FROM (SELECT now.*, now.key IN (SELECT key FROM earlier) AS was FROM now) AS n
LEFT JOIN earlier AS e ON e.key = n.key
UNION ALL
SELECT (SELECT count(*) FROM now) + place, CAST(customer_id AS VARCHAR), key, segment, confidence,
  TRUE, TRUE, TRUE, 'left'
FROM earlier WHERE key NOT IN (SELECT key FROM now)
"""
_NUMBERED = "SELECT id AS key, email, phone, marks, file_row_number AS row FROM {file}"
_FIRST_CONTACT = """
SELECT key, min(row) FILTER (email IS NOT NULL) AS with_email,
  min(row) FILTER (phone IS NOT NULL) AS with_phone
FROM contacts WHERE key IN (SELECT key FROM people WHERE wanted) GROUP BY key
"""
_REACHED = """
SELECT people.*, a.email, b.phone
FROM people LEFT JOIN {first} AS f ON f.key = people.key
LEFT JOIN contacts AS a ON a.row = f.with_email
LEFT JOIN contacts AS b ON b.row = f.with_phone
WHERE wanted
"""
_UNREACHED = (
    "SELECT *, CAST(NULL AS VARCHAR) AS email, CAST(NULL AS VARCHAR) AS phone "
    "FROM people WHERE wanted"
)
_WITH_OWN_CONTACTS = """
WITH listed AS ({listed}), own AS (
  SELECT unnest(marks) AS mark FROM contacts
  WHERE lower(key) IN (SELECT value FROM listed WHERE kind = 'id')
)
SELECT * FROM listed
UNION SELECT CASE mark[1] WHEN 'e' THEN 'email' WHEN 'p' THEN 'phone' ELSE 'doubt' END,
  substr(mark, 2) FROM own
"""
_MARKED = """
SELECT DISTINCT key FROM (
  SELECT key, mark[1] AS kind, substr(mark, 2) AS value
  FROM (SELECT key, unnest(marks) AS mark FROM contacts)
)
WHERE (kind = 'e' AND value IN (SELECT value FROM suppressed WHERE kind = 'email'))
  OR (kind = 'p' AND value IN (SELECT value FROM suppressed WHERE kind = 'phone'))
  OR (kind <> 'd' AND sha256(value) IN (SELECT value FROM suppressed WHERE kind = 'hash'))
  OR (kind = 'p' AND sha256(substr(value, 2)) IN
      (SELECT value FROM suppressed WHERE kind = 'hash'))
"""
_DOUBTED = """
WITH here AS (
  SELECT key, mark[1] = 'd' AS doubt, ltrim(substr(mark, 2), '+') AS digits
  FROM (SELECT key, unnest(marks) AS mark FROM contacts) WHERE mark[1] <> 'e'
), listed AS (
  SELECT kind = 'doubt' AS doubt, ltrim(value, '+') AS digits
  FROM suppressed WHERE kind IN ('doubt', 'phone')
)
SELECT DISTINCT key FROM here JOIN listed ON right(here.digits, 7) = right(listed.digits, 7)
WHERE (here.doubt OR listed.doubt)
  AND (ends_with(here.digits, listed.digits) OR ends_with(listed.digits, here.digits))
"""
_LISTED_AS = (
    ("lower(key)", "id"),
    ("lower(key)", "email"),
    ("sha256(key)", "hash"),
    ("sha256(lower(key))", "hash"),
)
_IS_LATE = "key IN (SELECT {key} FROM {file} WHERE late)"
_REASON = """
CASE WHEN NOT fits THEN 'below confidence'
  WHEN NOT ({asked}) THEN 'not late'
  WHEN {suppressed} THEN 'suppressed'
  WHEN {doubted} THEN 'suppressed in doubt'
  WHEN change = 'unchanged' THEN 'unchanged'
  WHEN {no_contact} THEN 'no such contact' END
"""
_WITHOUT_DUPLICATES = """
SELECT * EXCLUDE (reason, turn), CASE WHEN turn > 1 THEN 'duplicate contact' END AS reason
FROM (
  SELECT *, row_number() OVER (
    PARTITION BY coalesce(email, phone)
    ORDER BY coalesce(change = 'joined', FALSE) DESC, confidence DESC, key
  ) AS turn
  FROM {file} WHERE reason IS NULL
)
UNION ALL BY NAME
SELECT * FROM {file} WHERE reason IS NOT NULL
ORDER BY place
"""
