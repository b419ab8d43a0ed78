"""A saved model as one SQL query."""

from __future__ import annotations

from smartcart.records import Model, Rfm, Rulebook
from smartcart.tables import assignment, order_assignment
from smartcart.tables.rules import rulebook_steps
from smartcart.workflows.score import read_parts

__all__ = ["sql"]

QUERY_BYTES = 262_144  # that ClickHouse reads unless it is told to read more
AGES = {"days_since", "years_since"}


def sql(
    model: Model, dialect: str, table: str, rules: Rulebook | None = None, rfm: Rfm | None = None
) -> str:
    """Return the model as one query with named steps, which reads ``table``.

    With ``rules`` the query is a CASE over the features that imitates the model. That of an order
    log has the RFM digits beside the segments where ``rfm`` holds their cuts. Raises
    ``UsageError`` where the dialect is unknown, and ``DataError`` where the model cannot be written
    as SQL.
    """
    from smartcart.engines.dialects import (  # loads every dialect
        NEEDS,
        RULES,
        check_dialect,
        query_text,
        remark,
    )
    from smartcart.engines.whole_steps import check_whole

    check_dialect(dialect)
    last = table.replace('"', "").replace("`", "").split(".")[-1]
    log = model.contract.log
    if log is not None:
        check_whole(dialect)
        log = read_parts(log, [f.name for f in model.recipe.features])
        steps = order_assignment.order_steps(model, log, [last], None if rules else rfm)
    else:
        steps = assignment.assignment_steps(model, [last])
    if rules is not None:
        steps = rulebook_steps(model, rules, [last], steps)
    query = query_text(steps, table, dialect)
    named = zip(model.ids, model.names, strict=True)
    names = ", ".join(f"{i} {name}" for i, name in named)
    head = [
        f"-- Segments: {remark(names)}.",
        "-- Column names are quoted as the model's source wrote them.",
        *(f"-- {rule}" for rule in (RULES if log is None else (*RULES[:-1], *_told(model)))),
    ]
    if dialect in NEEDS:
        head.append(f"-- Needs {NEEDS[dialect]}")
    if dialect == "clickhouse" and len(query.encode()) > QUERY_BYTES // 2:
        head.append("-- Needs SET max_query_size = 100000000 before it, for its length.")
    if rules is not None:
        head.insert(0, f"-- {rules.sentence}")
    if log is None and any(f.op in AGES for f in model.recipe.features):
        head.append(
            f"-- Days and ages are counted to {model.contract.as_of}, the model's as-of day."
        )
    return "\n".join([*head, query, ""])


def _told(model: Model) -> list[str]:
    """Return what the head of the query of an order log says of its reading."""
    log = model.contract.log
    assert log is not None
    told = ["Lines are read as when the model was made: the rules stand in the step 'order_lines'."]
    if model.contract.as_of is not None:
        told.append(f"Days are counted to {model.contract.as_of}; later lines are left out.")
    if log.whole_orders:
        told.append("Money of a whole order counts once, on one of the lines that hold it.")
    return told
