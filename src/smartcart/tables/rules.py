"""A rulebook as a chain of named tables: features of the shop's columns, then one CASE."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import reduce
from operator import and_

import ibis
import ibis.expr.types as ir

from smartcart.errors import DataError
from smartcart.records import Condition, Model, Rulebook
from smartcart.tables.assignment import Step, assignment_steps

__all__ = ["rule_case", "rulebook_steps"]


def rulebook_steps(
    model: Model, book: Rulebook, taken: Collection[str] = (), steps: Sequence[Step] = ()
) -> tuple[Step, ...]:
    """Return the steps from the user's table to ``customer_id, segment_id, segment`` by the rules.

    The features are those of the model, computed in the step ``features``; the last step, which
    has no name, is a CASE over them. ``taken`` are names that no step may have; ``steps`` those of
    the assignment, where it is not of a table of customers.

    Raises
    ------
    DataError
        Where the rulebook is not of this model, or the model cannot be written as SQL.
    """
    if book.features != tuple(f.name for f in model.recipe.features):
        raise DataError.of(
            "the rulebook is of other features than the model",
            "the rulebook that was made with the model",
            "make it again from the model",
        )
    steps = steps or assignment_steps(model, taken)
    at = next(i for i, step in enumerate(steps) if step.name.rstrip("_") == "features")
    chain, own = list(steps[: at + 1]), steps[at].makes
    names = {name.casefold() for name in taken} | {step.name for step in chain}

    def add(name: str, table: ir.Table, sentence: str) -> ir.Table:
        while name in names:
            name += "_"
        names.add(name)
        chain.append(Step(name, table, sentence, {}, own, own))
        return ibis.table(table.schema(), name=name)

    table = ibis.table(chain[-1].table.schema(), name=chain[-1].name)
    # the id comes first, then a column per feature
    columns = dict(zip(book.features, table.columns[1:], strict=True))
    read = {c.feature for rule in book.rules for c in rule.conditions}
    known = {
        columns[name]: table[columns[name]].fill_null(fill)
        for name, fill in zip(book.features, book.fills, strict=True)
        if name in read
    }
    table = add("known", table.select("customer_id", **known), "missing values filled")
    values = {name: table[columns[name]] for name in read}
    table = add(
        "ruled",
        table.select("customer_id", segment_id=rule_case(book, values)),
        "an imitation of the segments by rules",
    )
    told = dict(sorted((rule.segment_id, rule.segment) for rule in book.rules))
    word: ir.Value = ibis.literal(next(iter(told.values())))
    if len(told) > 1:
        word = ibis.cases(*((table["segment_id"] == i, name) for i, name in told.items()))
    last = table.select("customer_id", "segment_id", segment=word)
    return (*chain, Step("", last, "", {}, own, own))


def rule_case(book: Rulebook, values: Mapping[str, ir.Value]) -> ir.Value:
    """Return the CASE that gives each row the segment id of the one rule that it meets.

    ``values`` are Ibis columns without missing values, by the name of the feature.
    """
    if not book.rules[0].conditions:
        return ibis.literal(book.rules[0].segment_id)
    return ibis.cases(
        *(
            (
                reduce(and_, [p for c in rule.conditions for p in _parts(values[c.feature], c)]),
                rule.segment_id,
            )
            for rule in book.rules
        )
    )


def _parts(value: ir.Value, condition: Condition) -> list[ir.Value]:
    parts = []
    if condition.low is not None:
        parts.append(value > condition.low)
    if condition.high is not None:
        parts.append(value <= condition.high)
    return parts
