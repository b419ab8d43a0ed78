"""What came of a campaign: its table of results, checked and counted by DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from smartcart.engines.customer_key import id_key
from smartcart.engines.duckdb import literal, quote
from smartcart.errors import DataError, did_you_mean
from smartcart.sources.open import Opened, open_source

__all__ = ["ArmCount", "count_results"]

COLUMNS = ("customer_id", "arm", "response")
TREATED = ("contact", "contacted", "treated", "treatment", "1", "true", "yes", "test")
CONTROL = ("hold out", "holdout", "held out", "control", "0", "false", "no")
LEFT = ("leave",)  # in no arm


class ArmCount(NamedTuple):
    """Customers of one segment in one arm whose response is known, and their responses."""

    segment_id: int
    treated: bool
    customers: int
    responses: int


def count_results(results: Path, segments: Path) -> tuple[list[ArmCount], int, int]:
    """Join a table of results with the customers of a run, on disk, and count its arms.

    Parameters
    ----------
    results : a table with ``customer_id``, ``arm`` (contact or hold out) and ``response`` (0 or 1;
        nothing where it is not known), whatever their capitals.
    segments : the ``segments.parquet`` of the run.

    Returns
    -------
    The counts, how many rows name a customer of the run, and how many name nobody of it.

    Raises
    ------
    DataError
        Where a column is missing or holds something else, or a customer occurs twice.
    """
    if not segments.is_file():
        raise DataError.of(
            f"there is no {str(segments)!r}",
            "the customers of the run",
            "run again, or restore the file",
        )
    with open_source(str(results)) as opened:
        here = opened.local()
        columns = _columns(here, results)
        rows = here.here.rows
        table = f"({here.here.compile(here.table)})"
        who, arm, said = (quote(columns[name]) for name in COLUMNS)
        word = f"lower(trim(CAST({arm} AS VARCHAR)))"
        here.here.view(
            f"SELECT __row__ AS place, {who} AS who, {id_key(who)} AS key, {arm} AS arm, "
            f"{word} AS word, {said} AS said, TRY_CAST({said} AS DOUBLE) AS response FROM {table} "
            f"WHERE {word} IS NULL OR {word} NOT IN {_listed(LEFT)}",
            "results",
        )
        _refuse_arms(
            rows(
                f"{_FIRST} WHERE word IS NULL OR word NOT IN {_listed(TREATED + CONTROL)} {_ORDER}"
            )
        )
        _refuse_answers(
            rows(
                f"{_FIRST} WHERE said IS NOT NULL AND (response IS NULL OR (NOT isnan(response) "
                f"AND response NOT IN (0, 1))) {_ORDER}"
            )
        )
        twice = rows(
            "SELECT any_value(who) FROM results WHERE key IS NOT NULL GROUP BY key "
            "HAVING count(*) > 1 ORDER BY min(place) LIMIT 1"
        )
        if twice:
            raise DataError.of(
                f"customer {twice[0][0]!r} occurs more than once in {str(results)!r}",
                "one row per customer",
                "remove the repeated rows",
            )
        people = f"read_parquet({literal(str(segments))})"
        found = rows(
            f"SELECT segment_id, word IN {_listed(TREATED)}, count(*), "
            "count(*) FILTER (response IN (0, 1)), count(*) FILTER (response = 1) FROM results "
            f"JOIN (SELECT {id_key('customer_id')} AS key, segment_id FROM {people}) USING (key) "
            "GROUP BY ALL ORDER BY ALL"
        )
        total = int(rows("SELECT count(*) FROM results")[0][0])
    known = sum(int(row[2]) for row in found)
    counts = [ArmCount(int(s), bool(t), int(n), int(x)) for s, t, _, n, x in found]
    return counts, known, total - known


_FIRST = "SELECT who, arm, said FROM results"
_ORDER = "ORDER BY place LIMIT 1"


def _columns(opened: Opened, results: Path) -> dict[str, str]:
    """Return the columns by what they are; their capitals do not count."""
    there = {str(name).casefold(): str(name) for name in reversed(opened.table.columns)}
    missing = [name for name in COLUMNS if name not in there]
    if missing:
        names = [name for name in opened.table.columns if not name.startswith("__")]
        raise DataError.of(
            f"{str(results)!r} has no column {', '.join(map(repr, missing))} (it has "
            f"{', '.join(map(repr, names[:12]))})",
            f"the columns {', '.join(COLUMNS)}",
            "take the list that smartcart plan -o wrote and add the response."
            f"{did_you_mean(missing[0], names)}",
        )
    return {name: there[name] for name in COLUMNS}


def _refuse_arms(rows: Sequence[tuple[object, ...]]) -> None:
    for who, arm, _ in rows:
        raise DataError.of(
            f"the arm of customer {who!r} is {'empty' if arm is None else repr(arm)}",
            "'contact' or 'hold out'",
            "correct the column",
        )


def _refuse_answers(rows: Sequence[tuple[object, ...]]) -> None:
    for who, _, said in rows:
        raise DataError.of(
            f"the response of customer {who!r} is {said!r}",
            "0 or 1 (or nothing where unknown)",
            "correct the column",
        )


def _listed(words: Sequence[str]) -> str:
    return f"({', '.join(map(literal, words))})"
