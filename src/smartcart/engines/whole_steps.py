"""Steps of a query that group, join or look at other rows, written by Ibis' own compilers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import sqlglot.expressions as sge
from ibis.backends.sql import compilers
from ibis.backends.sql.compilers.base import SQLGlotCompiler

from smartcart.engines.mysql import Compiler
from smartcart.errors import DataError

if TYPE_CHECKING:
    import ibis.expr.datatypes as dt
    import ibis.expr.types as ir
    from sqlglot import exp

__all__ = ["WHOLE", "check_whole", "whole_text"]

WHOLE = ("duckdb", "postgres", "mysql", "clickhouse", "spark", "databricks")
"""The dialects for which such steps are written: those that a test runs, and Databricks' Spark."""


def check_whole(dialect: str) -> None:
    """Raise ``DataError`` where whole steps are not written in a dialect."""
    if dialect not in WHOLE:
        raise DataError.of(
            f"a model of an order log is not written in {dialect!r}",
            f"one of {', '.join(WHOLE)}",
            "choose one of them, or assign with 'smartcart score', which also reads databases",
        )


def whole_text(table: ir.Table, notes: Mapping[str, str], dialect: str) -> str:
    """Return the SELECT of a step, with remarks beside the columns that have ``notes``.

    Raises
    ------
    DataError
        Where the dialect is none of :data:`WHOLE`.

    >>> import ibis
    >>> t = ibis.table({"who": "string", "x": "float64"}, name="lines")
    >>> print(whole_text(t.group_by("who").aggregate(x=t.x.sum()), {"x": "all of it"}, "mysql"))
    SELECT
      `t0`.`who`,
      SUM(`t0`.`x`) AS `x` /* all of it */
    FROM `lines` AS `t0`
    GROUP BY
      1
    """
    check_whole(dialect)
    compiler = _COMPILERS[dialect]()
    tree = compiler.to_sqlglot(table)
    for chosen in tree.selects:
        if note := notes.get(chosen.alias_or_name):
            chosen.add_comments([note.replace("*/", "* /")])
    return str(tree.sql(compiler.dialect, pretty=True))


class _Spark(compilers.PySparkCompiler):  # type: ignore[misc]
    """Ibis' own, without a session, whose options it would ask; numbers are no decimals."""

    def visit_NonNullLiteral(  # noqa: N802  # the name that Ibis looks for
        self, op: object, *, value: exp.Expression, dtype: dt.DataType
    ) -> Any:
        if dtype.is_floating():
            return sge.Var(this=f"{value!r}D")
        return super().visit_NonNullLiteral(op, value=value, dtype=dtype)

    visit_Field = SQLGlotCompiler.visit_Field  # noqa: N815


_COMPILERS: dict[str, Callable[[], SQLGlotCompiler]] = {
    "duckdb": compilers.DuckDBCompiler,
    "postgres": compilers.PostgresCompiler,
    "mysql": Compiler,
    "clickhouse": compilers.ClickHouseCompiler,
    "spark": _Spark,
    "databricks": _Spark,
}
