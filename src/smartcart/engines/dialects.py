"""From a chain of named Ibis tables to one readable query in a database's own SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import sqlglot
from ibis.backends.sql.compilers import DuckDBCompiler
from sqlglot import exp
from sqlglot.errors import SqlglotError

from smartcart.engines.cells import RULES, cell_text, quoted, text_literal
from smartcart.engines.distances import distances_select
from smartcart.engines.whole_steps import whole_text
from smartcart.errors import DataError, UsageError, did_you_mean

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from smartcart.engines.cells import ReadableCell


__all__ = ["DIALECTS", "NEEDS", "RULES", "check_dialect", "query_text", "remark", "table_text"]

DIALECTS = {
    "duckdb": "duckdb",
    "postgres": "postgres",
    "spark": "spark",
    "databricks": "databricks",
    "bigquery": "bigquery",
    "snowflake": "snowflake",
    "redshift": "redshift",
    "mysql": "mysql",
    "mssql": "tsql",
    "sqlite": "sqlite",
    "clickhouse": "clickhouse",
    "trino": "trino",
}
"""What a user calls a dialect, and what SQLGlot calls it."""
MERGING = {"postgres", "sqlite"}
"""They put a step's text wherever it is read, again and again, unless told to keep its rows."""
_END = {"mysql": "\nLIMIT 18446744073709551615"}
"""What ends a step that would be merged into the next: MySQL has no other word for it."""
NEEDS = {
    "mssql": "SQL Server 2022 or Azure SQL, for LEAST and GREATEST.",
    "mysql": "MySQL 8.0.17 or MariaDB 10.5, for CAST AS DOUBLE.",
    "sqlite": "SQLite 3.38 or later, built with its mathematical functions.",
}
"""The oldest versions that a query runs on, where that is no matter of course."""
_LAST = {"clickhouse": "\nSETTINGS prefer_column_name_to_alias = 1, join_use_nulls = 1"}
"""What a query ends with. ClickHouse would take a column for a new one of the same
name, and 0 for what a join does not find."""
WIDTH = 96  # a longer expression is broken over lines


class Named(Protocol):
    """A step of the chain: see ``tables.assignment.Step``."""

    @property
    def name(self) -> str: ...
    @property
    def table(self) -> ir.Table: ...
    @property
    def sentence(self) -> str: ...
    @property
    def notes(self) -> Mapping[str, str]: ...
    @property
    def reads(self) -> Collection[str]: ...
    @property
    def makes(self) -> Collection[str]: ...
    @property
    def cells(self) -> Sequence[ReadableCell]: ...
    @property
    def centers(self) -> Sequence[Sequence[float]]: ...
    @property
    def whole(self) -> bool: ...


def check_dialect(name: str) -> str:
    """Return SQLGlot's name of a dialect; ``UsageError`` lists those that there are."""
    if name not in DIALECTS:
        raise UsageError.of(
            f"there is no dialect {name!r}",
            f"one of {', '.join(DIALECTS)}",
            f"choose one of them.{did_you_mean(name.lower(), DIALECTS)}",
        )
    return DIALECTS[name]


def table_text(name: str, dialect: str) -> str:
    """Return a table's name for the query: as it is where it reads as one, else in quotes.

    >>> table_text("sales.customers", "duckdb"), table_text("Kunden 2024", "duckdb")
    ('sales.customers', '"Kunden 2024"')
    """
    write = check_dialect(dialect)
    try:
        read = exp.to_table(name, dialect=write)
        told = {part for part, value in read.args.items() if value}
        if told <= {"this", "db", "catalog"} and all(p.name for p in read.parts):
            return ".".join(
                quoted(part.name, dialect) if part.args.get("quoted") else str(part.name)
                for part in read.parts
            )
    except (SqlglotError, AttributeError, ValueError):
        pass
    return quoted(name, dialect)


def query_text(steps: Sequence[Named], table: str, dialect: str) -> str:
    """Return the query: one named step each, the last one as the result.

    The first step reads the user's ``table``.

    Raises
    ------
    UsageError
        Where the dialect is unknown.
    DataError
        Where the dialect cannot express a step, or the name of a column.
    """
    write = check_dialect(dialect)
    texts: list[str] = []
    before = ""
    try:
        for step in steps:
            if step.cells:
                texts.append(_read_cells(step, table_text(table, dialect), dialect))
                continue
            if step.whole:
                before = step.name
                texts.append(whole_text(step.table, step.notes, dialect))
                continue
            if step.centers:
                texts.append(_distances(step, before, dialect))
                continue
            before = step.name
            tree = _plain(_tree(step.table), write)
            (read, *_) = tree.find_all(exp.Table)
            texts.append(_select(step, tree, str(read.name), dialect))
    except (SqlglotError, RecursionError) as error:
        raise DataError.of(
            f"the model cannot be written in {dialect!r} ({type(error).__name__})",
            "a dialect and a number of features that can express it",
            "choose another dialect, or assign with 'smartcart score'",
        ) from error
    kept = " MATERIALIZED" if write in MERGING else ""
    named = [
        f"{step.name} AS{kept} (  -- {remark(step.sentence)}\n"
        f"{_indented(step, text + _END.get(dialect, ''))}\n)"
        for step, text in zip(steps[:-1], texts[:-1], strict=True)
    ]
    return "WITH " + ",\n".join(named) + "\n" + texts[-1] + _LAST.get(dialect, "")


def _tree(table: ir.Table) -> exp.Expression:
    """Return the syntax tree of a step, as DuckDB's SQL reads."""
    text = DuckDBCompiler().to_sqlglot(table).sql("duckdb")
    return sqlglot.parse_one(text, read="duckdb")


def _plain(tree: exp.Expression, write: str) -> exp.Expression:
    """Return the tree without what only a machine needs."""
    for node in list(tree.find_all(exp.Column)):
        node.set("table", None)

    def simpler(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Cast) and isinstance(node.this, exp.Null):
            return exp.null()
        if isinstance(node, exp.Or) and node.left == exp.false():
            return node.right
        if isinstance(node, exp.Div):  # of floating numbers, never by nothing
            node.set("typed", True)
            node.set("safe", False)
        if isinstance(node, exp.Paren) and _needless(node):
            bare: exp.Expression = node.this
            return bare
        if isinstance(node, exp.Case) and isinstance(node.args.get("default"), exp.Null):
            node.set("default", None)
        return _for_engine(_day(node), write)

    for _ in range(3):  # a parent may become simpler once its children are
        tree = tree.transform(simpler, copy=False)
    return tree


def _needless(paren: exp.Expression) -> bool:
    """Return whether an expression means the same without its parentheses."""
    inner, outer = paren.this, paren.parent
    if isinstance(inner, exp.Paren | exp.Column | exp.Literal | exp.Coalesce | exp.Case):
        return True
    compares = isinstance(inner, exp.Is | exp.EQ | exp.LT | exp.GT | exp.LTE | exp.GTE)
    return compares and isinstance(outer, exp.And | exp.Or | exp.If)


def _day(node: exp.Expression) -> exp.Expression:
    """Return a day in words instead of ``MAKE_DATE``."""
    if isinstance(node, exp.DateFromParts):
        day = dt.date(*(int(node.args[part].name) for part in ("year", "month", "day")))
        return exp.cast(exp.Literal.string(day.isoformat()), "date")
    return node


def _for_engine(node: exp.Expression, write: str) -> exp.Expression:
    """Return what SQLGlot would write in too many words, or in none that the engine knows."""
    if isinstance(node, exp.Least | exp.Greatest):  # of values that are never missing
        two = ("MIN", "MAX") if write == "sqlite" else ("LEAST", "GREATEST")
        name = two[isinstance(node, exp.Greatest)]
        return exp.Anonymous(this=name, expressions=[node.this, *node.expressions])
    if isinstance(node, exp.DateDiff):
        return _days(node, write)
    if (
        write == "clickhouse"
        and isinstance(node, exp.Cast)
        and node.to.this == exp.DataType.Type.DATE
    ):
        node.set("to", exp.DataType.build("Date32", dialect="clickhouse"))  # Date ends in 2149
    if isinstance(node, exp.Extract) and write == "sqlite":
        year = exp.func("strftime", exp.Literal.string("%Y"), node.expression.copy())
        return exp.cast(year, "int")
    return node


def _days(node: exp.Expression, write: str) -> exp.Expression:
    """Return the whole days between two dates."""
    ends = [node.this, node.expression]
    if write == "sqlite":
        ends = [exp.Anonymous(this="JULIANDAY", expressions=[end]) for end in ends]
    if write in {"sqlite", "postgres"}:
        return exp.paren(exp.Sub(this=ends[0], expression=ends[1]), copy=False)
    node.set("unit", exp.var("DAY"))
    return node


def _read_cells(step: Named, table: str, dialect: str) -> str:
    """Return the first step: every column as its engine reads it."""
    told = [
        f"{cell_text(cell, dialect)} AS {quoted(name, dialect)}"
        for cell, name in zip(step.cells, step.table.columns, strict=True)
    ]
    return "  SELECT\n    " + ",\n    ".join(told) + f"\n  FROM {table}"


def _distances(step: Named, source: str, dialect: str) -> str:
    """Return the step of the distances from ``centers``, which reads ``source``."""
    k = len(step.centers)
    names = list(step.table.columns)[1:]  # after the id: the features, then a distance each
    remarks = [remark(step.notes[name]) for name in names[-k:]]
    return distances_select(names[:-k], step.centers, source, remarks, dialect)


def _own_words(value: exp.Expression, step: Named, dialect: str) -> exp.Expression:
    """Return an expression with names and texts in quotes that the dialect takes for no other."""

    def own(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Column):
            name = str(node.name)
            return exp.Var(this=name if name in step.reads else quoted(name, dialect))
        words = isinstance(node.parent, exp.If | exp.Case | exp.EQ | None)  # no format, no day
        if isinstance(node, exp.Literal) and node.is_string and words:
            return exp.Var(this=text_literal(node.name, dialect))
        return node

    told: exp.Expression = value.transform(own, copy=False)
    return told


def _select(step: Named, tree: exp.Expression, source: str, dialect: str) -> str:
    write = DIALECTS[dialect]
    lines = []
    for i, chosen in enumerate(tree.expressions):
        called = chosen.alias_or_name
        told = called if called in step.makes else quoted(called, dialect)
        value = chosen.this if isinstance(chosen, exp.Alias) else chosen
        text = _broken(_own_words(value, step, dialect), write)
        if text != told:
            text = f"{text} AS {told}"
        comma = "" if i + 1 == len(tree.expressions) else ","
        note = step.notes.get(called)
        lines.append(f"  {text}{comma}{f'  -- {remark(note)}' if note else ''}")
    found = ["SELECT", *lines, f"FROM {source}"]
    if where := tree.args.get("where"):
        found.append(f"WHERE {_broken(_own_words(where.this, step, dialect), write)}")
    return "\n".join(found)


def _broken(value: exp.Expression, write: str) -> str:
    """Return an expression, a long one over several lines."""
    line = _sql(value, write)
    if len(line) <= WIDTH:
        return line
    if isinstance(value, exp.Case):
        return _cases(value, write)
    joint = "+" if isinstance(value, exp.Add) else "AND"
    terms: list[exp.Expression] = []
    while isinstance(value, exp.Add | exp.And):
        terms.append(value.expression)
        value = value.this
    if terms:
        told = [_sql(_bare(term), write) for term in (value, *reversed(terms))]
        return f"\n    {joint} ".join(told)
    if isinstance(value, exp.Cast) and isinstance(value.this, exp.Case):
        kind = _sql(value.to, write)
        return f"CAST({_cases(value.this, write)} AS {kind})"
    if value.find(exp.Case) is None:
        return line
    return _sql(value, write, pretty=True).replace("\n", "\n  ")


def _cases(value: exp.Expression, write: str) -> str:
    """Return ``CASE`` with a line per condition."""
    lines = [
        f"WHEN {_condition(one, write)} THEN {_sql(one.args['true'], write)}"
        for one in value.args["ifs"]
    ]
    if (rest := value.args.get("default")) is not None:
        lines.append(f"ELSE {_sql(rest, write)}")
    return "CASE\n    " + "\n    ".join(f"  {line}" for line in lines) + "\n    END"


def _condition(one: exp.Expression, write: str) -> str:
    """Return the condition of a ``WHEN``, as the dialect writes it (some have no truth values)."""
    whole = _sql(exp.Case(ifs=[exp.If(this=one.this.copy(), true=exp.Literal.number(1))]), write)
    return str(whole).removeprefix("CASE WHEN ").removesuffix(" THEN 1 END")


def _sql(node: exp.Expression, write: str, **how: object) -> str:
    """Return the text of an expression; raise where the dialect has no words for it."""
    return str(node.sql(write, unsupported_level=sqlglot.ErrorLevel.RAISE, **how))


def _bare(term: exp.Expression) -> exp.Expression:
    inner = term.this if isinstance(term, exp.Paren) else term
    return inner if isinstance(inner, exp.Mul | exp.Is | exp.Not) else term


def remark(text: str) -> str:
    """Return a text for a comment: one line, which Spark does not let go on after a backslash."""
    line = " ".join(text.split())
    return f"{line}." if line.endswith("\\") else line


def _indented(step: Named, text: str) -> str:
    """Return a step set in; the names in the first one may hold line breaks, which stay."""
    return text if step.cells else "\n".join(f"  {line}" for line in text.split("\n"))
