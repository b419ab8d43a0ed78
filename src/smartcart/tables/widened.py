"""Columns that sums are made of, as float64 under names of their own: converted once, not in each.

A query computes a cast as often as it is written; one in a query below is computed once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from smartcart.records import Feature

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["widened"]

ADDED_UP = ("sum", "share", "ratio")


def widened(table: ir.Table, features: Sequence[Feature]) -> tuple[ir.Table, tuple[Feature, ...]]:
    """Return the table with those columns added, and the features, made of them.

    Columns that are float64 already stay as they are.
    """
    parts = [
        name
        for feature in features
        if feature.op in ADDED_UP
        for name in (*feature.columns, *feature.denominator)
    ]
    again = [name for name in dict.fromkeys(parts) if not table[name].type().is_float64()]
    if not again:
        return table, tuple(features)
    start = "wide"
    while any(name.startswith(start) for name in table.columns):
        start += "_"
    wide = {name: f"{start}{i}" for i, name in enumerate(again)}
    table = table.mutate(**{wide[name]: table[name].cast("float64") for name in again})
    return table, tuple(
        replace(
            feature,
            columns=tuple(wide.get(name, name) for name in feature.columns),
            denominator=tuple(wide.get(name, name) for name in feature.denominator),
        )
        if feature.op in ADDED_UP
        else feature
        for feature in features
    )
