"""The arms of a campaign counted: customers, sums and squares per segment, streamed by DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from smartcart.engines.customer_key import id_key
from smartcart.engines.duckdb import literal, quote
from smartcart.errors import DataError, UsageError, did_you_mean
from smartcart.records import ArmOutcome
from smartcart.records.effects import OutcomeKind
from smartcart.sources.column_names import ROW
from smartcart.sources.open import open_source

__all__ = ["Counted", "count_arms"]

MOST_ARMS = 20
ARMS = (
    "arm",
    "group",
    "treatment",
    "variant",
    "cell",
    "testgroup",
    "campaign",
    "segment",
    "gruppe",
)
CONTROLS = (
    "hold out",
    "holdout",
    "held out",
    "control",
    "no e-mail",
    "no email",
    "no mail",
    "none",
    "no contact",
    "not contacted",
    "untreated",
    "kontrolle",
    "kontrollgruppe",
    "0",
    "false",
    "no",
)
OUTCOMES = (
    "response",
    "responded",
    "visit",
    "visited",
    "conversion",
    "converted",
    "ordered",
    "purchase",
    "purchased",
    "spend",
    "spent",
    "revenue",
    "amount",
    "sales",
    "value",
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a table of results holds."""

    rows: tuple[ArmOutcome, ...]
    kinds: dict[str, OutcomeKind]
    control: str
    strangers: int
    armless: int


def count_arms(
    results: str,
    *,
    segments: Path | None = None,
    arms: Path | None = None,
    by_row: bool = False,
    id_column: str | None = None,
    arm: str | None = None,
    control: str | None = None,
    outcomes: Sequence[str] = (),
) -> Counted:
    """Count the arms of a table of results.

    Parameters
    ----------
    segments : the ``segments.parquet`` of a run whose customers they are; without it all customers
        are one segment, of id 0.
    arms : a table with ``customer_id`` and ``arm`` that was kept, where the results have no column
        of arms.
    by_row : customers of the run are numbered by their rows, and the results are the same table.
    id_column : column of customer ids; else ``customer_id``, or the only one named so.
    arm, control, outcomes : column of arms, the arm of those left alone, columns of what came of
        it; each is found by its name where it is not given.

    Raises
    ------
    UsageError
        Where a column or arm is not there, or cannot be told.
    DataError
        Where a column holds something else, or a customer occurs twice.
    """
    with open_source(results) as opened:
        here = opened.local()
        names = [str(name) for name in here.table.columns if not str(name).startswith("__")]
        rows = here.here.rows
        chosen = _outcomes(names, outcomes)
        sql = f"({here.here.compile(here.table)})"
        key = "NULL"
        if segments is not None or arms is not None:
            key = f"CAST({ROW} AS VARCHAR)" if by_row else id_key(quote(_id(names, id_column)))
        column = _find(names, arm) if arm else _first(names, ARMS)
        said = "NULL" if arms is not None and arm is None else ""
        if not said:
            if column is None:
                raise UsageError.of(
                    f"no column of {results!r} says who was in which arm ({_some(names)})",
                    "a column with the arm of each customer",
                    "name it with --arm",
                )
            said = f"nullif(trim(CAST({quote(column)} AS VARCHAR)), '')"
        values = ", ".join(
            f"{quote(name)} AS v{i}, TRY_CAST({quote(name)} AS DOUBLE) AS y{i}"
            for i, name in enumerate(chosen)
        )
        here.here.view(
            f"SELECT {ROW} AS place, {key} AS key, {said} AS arm, {values} FROM {sql}", "told"
        )
        for i, name in enumerate(chosen):
            wrong = rows(
                f"SELECT v{i} FROM told WHERE v{i} IS NOT NULL AND (y{i} IS NULL OR isinf(y{i})) "
                "ORDER BY place LIMIT 1"
            )
            if wrong:
                raise DataError.of(
                    f"the column {name!r} holds {wrong[0][0]!r}", "numbers", "choose another column"
                )
        if key != "NULL":
            twice = rows(
                "SELECT key FROM told WHERE key IS NOT NULL GROUP BY key HAVING count(*) > 1 "
                "ORDER BY min(place) LIMIT 1"
            )
            if twice:
                raise DataError.of(
                    f"customer {twice[0][0]!r} occurs more than once in the results",
                    "one row per customer",
                    "add up the rows of each customer",
                )
        joined = "SELECT told.*, 0 AS segment_id FROM told"
        if segments is not None:
            people = f"read_parquet({literal(str(segments))})"
            joined = (
                "SELECT told.*, p.segment_id FROM told LEFT JOIN (SELECT "
                f"{id_key('customer_id')} AS key, segment_id FROM {people}) p USING (key)"
            )
        if arms is not None and arm is None:
            kept = f"read_parquet({literal(str(arms))})"
            joined = (
                f"SELECT j.* EXCLUDE (arm), a.arm FROM ({joined}) j LEFT JOIN (SELECT "
                f"{id_key('customer_id')} AS key, arm FROM {kept}) a USING (key)"
            )
        here.here.view(joined, "met")
        strangers = int(rows("SELECT count(*) FROM met WHERE segment_id IS NULL")[0][0])
        armless = int(
            rows("SELECT count(*) FROM met WHERE segment_id IS NOT NULL AND arm IS NULL")[0][0]
        )
        counted, kinds = [], {}
        there = "FROM met WHERE segment_id IS NOT NULL AND arm IS NOT NULL"
        met = [str(name) for (name,) in rows(f"SELECT DISTINCT arm {there} ORDER BY arm LIMIT 99")]
        if not met:
            raise DataError.of(
                f"nobody in {results!r} is in an arm and in the run",
                "customers of the run",
                "name the run that the campaign was planned with, or the column of ids",
            )
        if len(met) > MOST_ARMS:
            raise UsageError.of(
                f"the column {column!r} has {len(met)} values or more",
                f"at most {MOST_ARMS} arms",
                "name the column of arms with --arm",
            )
        for i, name in enumerate(chosen):
            known = f"{there} AND y{i} IS NOT NULL AND NOT isnan(y{i})"
            found = rows(
                f"SELECT segment_id, arm, count(*), sum(y{i}), sum(y{i} * y{i}), "
                f"count(*) FILTER (y{i} <> 0), bool_and(y{i} IN (0, 1)) {known} "
                "GROUP BY ALL ORDER BY ALL"
            )
            kinds[name] = _kind(all(bool(row[6]) for row in found))
            counted += [
                ArmOutcome(name, int(s), str(a), int(n), float(x), float(q), int(h))
                for s, a, n, x, q, h, _ in found
            ]
    return Counted(tuple(counted), kinds, _control(met, control), strangers, armless)


def _kind(binary: bool) -> OutcomeKind:
    return "rate" if binary else "amount"


def _some(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:12]))


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _find(names: Sequence[str], wanted: str) -> str:
    folded = {name.casefold(): name for name in reversed(names)}
    found = folded.get(wanted.strip().casefold())
    if found is None:
        raise UsageError.of(
            f"there is no column {wanted!r}",
            _some(names),
            f"name one of these.{did_you_mean(wanted, names)}",
        )
    return found


def _first(names: Sequence[str], known: Sequence[str]) -> str | None:
    plain = {_plain(name): name for name in reversed(names)}
    return next((plain[one] for one in known if one in plain), None)


def _id(names: Sequence[str], wanted: str | None) -> str:
    folded = {name.casefold(): name for name in names}
    for one in (wanted, "customer_id"):
        if one is not None and one.casefold() in folded:
            return folded[one.casefold()]
    from smartcart.audiences.contacts import id_columns

    places = id_columns(names)
    if not places:
        raise UsageError.of(
            f"the results have no column of customer ids ({_some(names)})",
            f"one named {wanted or 'customer_id'!r}",
            "rename the column that holds them",
        )
    return names[places[0]]


def _outcomes(names: Sequence[str], wanted: Sequence[str]) -> list[str]:
    if wanted:
        return list(dict.fromkeys(_find(names, one) for one in wanted))
    found = [name for name in names if _plain(name) in OUTCOMES]
    if not found:
        raise UsageError.of(
            f"no column is known as what came of a campaign ({_some(names)})",
            "a column of 0 and 1, or of money",
            "name some with --outcome",
        )
    return found


def _control(met: Sequence[str], wanted: str | None) -> str:
    folded = {name.casefold(): name for name in met}
    if wanted is not None:
        found = folded.get(wanted.strip().casefold())
        if found is None:
            raise UsageError.of(
                f"no arm is {wanted!r}",
                f"one of {_some(met)}",
                f"name the arm of those who were left alone.{did_you_mean(wanted, met)}",
            )
        return found
    known = next((folded[one] for one in CONTROLS if one in folded), None)
    if known is None:
        raise UsageError.of(
            "it cannot be told which arm was left alone",
            f"one of {_some(met)}",
            "name it with --control",
        )
    return known
