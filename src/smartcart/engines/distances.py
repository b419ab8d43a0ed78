"""The squared distance of a row of numbers from each of K centers, in each database's own words.

Few numbers are written out, a square per feature. Many are compared as whole lists where the engine
has lists: the query is shorter, and no engine plans a hundred thousand squares.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from smartcart.engines.cells import quoted

__all__ = ["LISTED", "distances_select"]

LISTED = 600  # squares (features times segments) from which lists are compared
AT_ONCE = 40  # terms added in a row: a longer chain would be too deep to parse
Numbers = Sequence[float]


def distances_select(
    names: Sequence[str],
    centers: Sequence[Numbers],
    source: str,
    remarks: Sequence[str],
    dialect: str,
) -> str:
    """Return a SELECT of ``customer_id, d_1, ..., d_K`` from the step ``source``.

    Parameters
    ----------
    names : the p columns of ``source`` that are compared, plain.
    centers : K x p.
    remarks : K comments, a line each, without line breaks.

    >>> print(distances_select(["a"], [[0.5], [-1.0]], "scores", ["low", "high"], "duckdb"))
    SELECT
      customer_id,
      ("a" - 0.5) * ("a" - 0.5) AS d_1,  -- low
      ("a" + 1.0) * ("a" + 1.0) AS d_2  -- high
    FROM scores
    """
    columns = [quoted(name, dialect) for name in names]
    listed = len(names) * len(centers) >= LISTED and dialect in _LISTS
    if listed:
        make, compare = _LISTS[dialect]
        # without the OFFSET PostgreSQL would make the list anew for every segment
        kept = " OFFSET 0" if dialect == "postgres" else ""
        numbers = f"(SELECT customer_id, {make(columns)} AS z FROM {source}{kept}) AS listed"
        told = [compare(center) for center in centers]
    else:
        numbers, told = source, [_squares(columns, center) for center in centers]
    lines = ["SELECT", "  customer_id,"]
    for j, (text, note) in enumerate(zip(told, remarks, strict=True), 1):
        comma = "," if j < len(told) else ""
        lines.append(f"  {text} AS d_{j}{comma}  -- {note}")
    return "\n".join([*lines, f"FROM {numbers}"])


def _squares(columns: Sequence[str], center: Numbers) -> str:
    terms = []
    for x, c in zip(columns, map(float, center), strict=True):
        less = f"({x} {'-' if c >= 0 else '+'} {abs(c)!r})"
        terms.append(f"{less} * {less}")
    if len(terms) <= AT_ONCE:
        return "\n    + ".join(terms)
    groups = [terms[i : i + AT_ONCE] for i in range(0, len(terms), AT_ONCE)]
    return "\n    + ".join(f"({' + '.join(group)})" for group in groups)


def _numbers(center: Numbers, mark: str = "") -> str:
    return ", ".join(f"{c!r}{mark}" for c in map(float, center))


def _plain_list(columns: Sequence[str]) -> str:
    return f"[{', '.join(columns)}]"


_LISTS: dict[str, tuple[Callable[[Sequence[str]], str], Callable[[Numbers], str]]] = {
    "duckdb": (
        _plain_list,
        lambda center: f"POWER(LIST_DISTANCE(z, [{_numbers(center)}]::DOUBLE[]), 2)",
    ),
    "clickhouse": (_plain_list, lambda center: f"L2SquaredDistance(z, [{_numbers(center)}])"),
    "postgres": (
        lambda columns: f"ARRAY[{', '.join(columns)}]",
        lambda center: (
            "(SELECT SUM((a - b) * (a - b)) FROM UNNEST(z, "
            f"CAST('{{{_numbers(center)}}}' AS DOUBLE PRECISION[])) AS both_lists(a, b))"
        ),
    ),
    "spark": (
        lambda columns: f"ARRAY({', '.join(columns)})",
        lambda center: (
            f"AGGREGATE(ZIP_WITH(z, ARRAY({_numbers(center, 'D')}), "
            "(a, b) -> (a - b) * (a - b)), 0D, (s, x) -> s + x)"
        ),
    ),
}
_LISTS["databricks"] = _LISTS["spark"]
