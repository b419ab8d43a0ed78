"""From columns with roles to features: what forms, what describes, each as an Ibis expression.

A feature is data (:class:`~smartcart.records.Feature`), so it can be stored in ``model.json``,
explained, and compiled for any engine. Its ``op`` is one of:

========== =====================================================================================
column     the column as a number
sum        the sum of ``columns``; missing parts count as nothing, all missing is missing
share      the sum of ``columns`` over the sum of ``denominator``, at most 1; missing where the
           denominator is nothing
ratio      the same without the bound
days_since whole days from the date in ``columns`` to the as-of day
years_since whole years from the year (or date) of birth to the as-of day's year
is         1 where the column equals ``value``, else 0
========== =====================================================================================
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import add

import ibis
import ibis.expr.types as ir

from smartcart.records import Column, Contract, Feature
from smartcart.tables.never_bought import spent_nothing
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.summary import ROW_COLUMN, case_blind
from smartcart.tables.tokens import tokens
from smartcart.tables.widened import widened

__all__ = [
    "cleaned",
    "describing_features",
    "feature_table",
    "forming_features",
    "id_value",
    "total",
    "with_bounds",
    "without_unused",
]

UNITS = {
    "income": "money",
    "spend": "money",
    "channel": "count",
    "deals": "count",
    "visits": "count",
    "frequency": "count",
    "flag": "share",
    "outcome": "share",
    "complaint": "share",
    "age": "years",
    "household": "count",
}
COMBINED = {
    "spend",
    "spend_total",
    "channel",
    "frequency",
    "deals",
    "visits",
    "first_date",
    "last_date",
    "last_seen",
    "tenure",
    "recency",
    "income",
}
"""Meanings that features are made of together; a column of another meaning forms by itself."""
_COUNTS = lazy_pattern(r"^(num|number|count|no|nb|anzahl)\b|\b(num|count|cnt|ct|number of)\b")
NO_INT64 = 2.0**63
MAX_SHARES = 12  # categories beyond the twelfth do not get a share of their own
MAIN_SHARE = 0.8  # the largest categories that make this much of the spend get a share


def forming_features(
    contract: Contract, spent: Mapping[str, float] | None = None
) -> tuple[Feature, ...]:
    """Return the features that form segments: one theme per side of behaviour.

    Totals that say the same twice are told once: what was spent as a total, purchases through the
    mean basket, deals, channels and categories as shares. ``spent`` holds the money per category
    column; categories that together make most of it get a share.
    """
    forming = [column for column in contract.columns if column.role == "forms"]
    single = {column.meaning: column for column in forming}
    spend = _starting(forming, "spend:") or _starting(forming, "spend_total")
    channels = _starting(forming, "channel:")
    bought = _names(channels or _starting(forming, "frequency"))
    features: list[Feature] = []
    if spend:
        text = f"sum of {', '.join(_names(spend))}" if len(spend) > 1 else f"as in {spend[0].name}"
        features.append(
            Feature("spend", "Spend", "money", "sum", _names(spend), text, theme="value")
        )
    if spend and bought:
        features.append(
            Feature(
                "basket_value",
                "Spend per purchase",
                "money",
                "ratio",
                _names(spend),
                "spend over purchases",
                bought,
                theme="basket",
            )
        )
    elif bought:
        features.append(
            Feature(
                "purchases", "Purchases", "count", "sum", bought, "purchases", theme="frequency"
            )
        )
    if column := single.get("deals"):
        features.append(_deals(column, bought))
    features += _shares(channels, "channels", "purchases")
    if column := single.get("visits"):
        features.append(_plain(column, "visits", column.label, "count", "channels"))
    features += _shares(_main_categories(spend, spent or {}), "categories", "spend", _names(spend))
    features += _times(single)
    if column := single.get("income"):
        features.append(_plain(column, "income", column.label, "money", "income"))
    features += [_measure(column, contract) for column in forming if _by_itself(column)]
    return tuple(features)


def without_unused(contract: Contract) -> Contract:
    """Return the contract; a forming column of which no feature is made only describes.

    So no role is shown that is not used.
    """
    made = {name for f in forming_features(contract) for name in (*f.columns, *f.denominator)}
    return replace(
        contract,
        columns=tuple(
            replace(c, role="describes", reason="says what another column tells: describes")
            if c.role == "forms" and c.name not in made
            else c
            for c in contract.columns
        ),
    )


def _by_itself(column: Column) -> bool:
    """Return whether a forming column is a feature of its own, with a theme of its own."""
    return column.type in {"number", "boolean"} and column.meaning.split(":")[0] not in COMBINED


def _measure(column: Column, contract: Contract) -> Feature:
    """Return the feature of a column that forms by itself; a year of birth forms as an age."""
    if column.meaning == "birth" and contract.as_of is not None:
        return Feature(
            "age",
            "Age",
            "years",
            "years_since",
            (column.name,),
            f"years from {column.name} to {contract.as_of.year}",
            theme="age",
        )
    unit = {"flag": "share", "age": "years", "margin": "money"}.get(column.meaning, "")
    if column.meaning == "measure" and _COUNTS.search(tokens(column.name)):
        unit = "count"
    theme = "value" if column.meaning == "margin" else column.name
    return _plain(column, column.name, column.label, unit, theme)


def _deals(column: Column, bought: tuple[str, ...]) -> Feature:
    if not bought:
        return _plain(column, "deals", "Deal purchases", "count", "deals")
    return Feature(
        "deals_share",
        "Share bought on a deal",
        "share",
        "share",
        (column.name,),
        f"{column.name} as a share of all purchases",
        bought,
        theme="deals",
    )


def _main_categories(spend: Sequence[Column], spent: Mapping[str, float]) -> list[Column]:
    """Return the largest categories that together make ``MAIN_SHARE`` of the spend."""
    total = sum(spent.get(column.name, 0.0) for column in spend)
    if total <= 0:
        return list(spend)[:MAX_SHARES]
    ordered = sorted(spend, key=lambda c: (-spent.get(c.name, 0.0), case_blind(c.name)))
    kept: list[Column] = []
    so_far = 0.0
    for column in ordered[:MAX_SHARES]:
        if so_far >= MAIN_SHARE * total:
            break
        kept.append(column)
        so_far += spent.get(column.name, 0.0)
    return kept


def describing_features(
    contract: Contract, categories: Mapping[str, Sequence[str]]
) -> tuple[Feature, ...]:
    """Return what only describes: every other usable column, categories value by value.

    ``categories`` maps a text column to the values worth telling, most frequent first. Columns
    that form only through a share or a sum are told as they are, too.
    """
    told = {f.columns[0] for f in forming_features(contract) if f.op == "column"}
    features: list[Feature] = []
    bought = _names(
        [c for c in contract.columns if c.role == "forms" and c.meaning.startswith("channel:")]
    )
    if len(bought) > 1:
        text = f"sum of {', '.join(bought)}"
        features.append(
            Feature("purchases", "Purchases", "count", "sum", bought, text, role="describes")
        )
    for column in contract.columns:
        if column.role in {"id", "dropped"}:
            continue
        if column.name in categories:
            features += [
                Feature(
                    f"{column.name}: {value}",
                    f"{column.label}: {value}",
                    "share",
                    "is",
                    (column.name,),
                    f"{column.name} is {value}",
                    value=value,
                    role=column.role,
                )
                for value in categories[column.name]
            ]
        elif column.meaning == "birth" and contract.as_of is not None:
            features.append(
                Feature(
                    "age",
                    "Age",
                    "years",
                    "years_since",
                    (column.name,),
                    f"years from {column.name} to {contract.as_of.year}",
                    role=column.role,
                )
            )
        elif column.type in {"number", "boolean"} and column.name not in told:
            features.append(_describe(column))
    return tuple(features)


def _describe(column: Column) -> Feature:
    """Return the column as it is; one that forms through a share only describes as such."""
    kind = column.meaning.partition(":")[0]
    return Feature(
        column.name,
        column.label,
        UNITS.get(kind, ""),
        "column",
        (column.name,),
        f"as in {column.name}",
        role="describes" if column.role == "forms" else column.role,
    )


def _starting(columns: Sequence[Column], prefix: str) -> list[Column]:
    return [column for column in columns if column.meaning.startswith(prefix)]


def _names(columns: Sequence[Column]) -> tuple[str, ...]:
    return tuple(column.name for column in columns)


def _plain(column: Column, name: str, label: str, unit: str, theme: str) -> Feature:
    return Feature(name, label, unit, "column", (column.name,), f"as in {column.name}", theme=theme)


def _shares(
    columns: Sequence[Column], theme: str, total: str, whole: tuple[str, ...] = ()
) -> list[Feature]:
    """Return the share of each part in its whole; a single part has no share."""
    whole = whole or _names(columns)
    if len(whole) < 2:
        return []
    features = []
    for column in columns[:MAX_SHARES]:
        what = column.meaning.partition(":")[2]
        name = f"{what.replace(' ', '_')}_share"
        label = f"{what} share of {total}".capitalize()
        text = f"{column.name} as a share of all {total}"
        features.append(
            Feature(name, label, "share", "share", (column.name,), text, whole, theme=theme)
        )
    return features


def _times(single: Mapping[str, Column]) -> list[Feature]:
    """Return tenure and recency in days, from a date or from a column that counts them."""
    features = []
    for what, date_meaning, label in (
        ("tenure", "first_date", "Days as a customer"),
        ("recency", "last_date", "Days since the last purchase"),
        ("last_seen", "last_seen", ""),
    ):
        if column := single.get(date_meaning):
            no_purchase = what != "tenure" and not _BOUGHT.search(tokens(column.name))
            own = f"Days since {column.label[:1].lower()}{column.label[1:]}"
            features.append(
                Feature(
                    f"{what}_days",
                    own if no_purchase else label,
                    "days",
                    "days_since",
                    (column.name,),
                    f"days from {column.name} to the as-of day",
                    theme="time",
                )
            )
        elif column := single.get(what):
            unit = _unit_of_time(column)
            if unit == "days" or (not unit and what == "recency"):
                features.append(_plain(column, f"{what}_days", label, "days", "time"))
            else:
                features.append(_plain(column, what, column.label, unit, "time"))
    return features


_BOUGHT = lazy_pattern(
    r"\b(purchase|order|transaction|txn|trx|booking|stay|buy|bought|kauf|einkauf|bestellung|compra|"
    r"pedido|achat|commande|date)"
)  # a bare "last date" is the last order's
_TIME_WORDS = {
    "days": {"day", "days", "tage", "dias", "jours"},
    "months": {"month", "months", "monate", "meses", "mois"},
    "years": {"year", "years", "jahre", "anos", "annees", "ans"},
}


def _unit_of_time(column: Column) -> str:
    """Return the unit that the column's name gives, "" where it gives none."""
    words = set(tokens(column.name).split())
    return next((unit for unit, names in _TIME_WORDS.items() if words & names), "")


def cleaned(table: ir.Table, contract: Contract, *, sound: Collection[str] = ()) -> ir.Table:
    """Return the table with impossible values (outside a column's bounds) made missing.

    Blank money of those who never bought is zero (see :mod:`smartcart.tables.never_bought`).

    Columns in ``sound`` are known to hold none, and cost nothing.
    """
    changed: dict[str, ir.Value] = {}
    for column in contract.columns:
        if column.zero_if and (nothing := spent_nothing(table, column)) is not None:
            value = table[column.name]
            changed[column.name] = nothing.ifelse(0, value).cast(value.type())
        bounds = column.low is not None or column.high is not None
        if not bounds or column.role == "dropped" or column.name in sound:
            continue
        value = changed.get(column.name, table[column.name])
        kept = _within(value, column)
        changed[column.name] = kept.ifelse(value, ibis.null(value.type()))
    return table.mutate(**changed) if changed else table


def with_bounds(value: ir.Value, column: Column) -> tuple[ir.Value, float | None, float | None]:
    """Return what is compared with the bounds of a column (the year of a day), and the bounds.

    Whole numbers get whole bounds, where these are numbers of 64 bits: to widen each of them takes
    as long again as to compare. A fence of incomes far apart can lie beyond.
    """
    told = value.year() if column.type == "date" else value
    low, high = column.low, column.high
    if told.type().is_integer():
        low = low if low is None or abs(low) >= NO_INT64 else math.ceil(low)
        high = high if high is None or abs(high) >= NO_INT64 else math.floor(high)
    return told, low, high


def _within(value: ir.Value, column: Column) -> ir.BooleanValue:
    """Return the condition of being within the bounds of a column, of which there is one at least.

    One comparison of two bounds takes half the time of two.
    """
    told, low, high = with_bounds(value, column)
    if low is not None and high is not None:
        return told.between(low, high)
    return told >= low if high is None else told <= high


def id_value(table: ir.Table, contract: Contract) -> ir.Value:
    """Return the customer id; rows are numbered where the table has none."""
    value = table[contract.id_column if contract.id_column is not None else ROW_COLUMN]
    return value.try_cast("int64") if value.type().is_floating() else value


def feature_table(
    table: ir.Table,
    contract: Contract,
    features: Sequence[Feature],
    carry: Mapping[str, ir.Value] | None = None,
    names: Sequence[str] | None = None,
    *,
    narrow: bool = False,
) -> ir.Table:
    """Return ``customer_id``, one float64 column per feature and the expressions to ``carry``.

    ``table`` is cleaned; the columns have the ``names`` given, else ``f0``, ``f1``, ... in the
    order of ``features``, so that no name of a category can clash with another. ``narrow``: whole
    numbers stay such, and yes or no is a small one, for those who widen them themselves.
    """
    names = names or [f"f{i}" for i in range(len(features))]
    as_number = _narrow if narrow else _wide
    if narrow and carry is None:
        table, features = widened(table, features)
    return table.select(
        id_value(table, contract).name("customer_id"),
        *(
            as_number(_value(table, f, contract.as_of)).name(name)
            for name, f in zip(names, features, strict=True)
        ),
        *(value.name(name) for name, value in (carry or {}).items()),
    )


def _wide(value: ir.Value) -> ir.Value:
    return value.cast("float64")


def _narrow(value: ir.Value) -> ir.Value:
    kind = value.type()
    if kind.is_integer():
        return value
    return value.cast("int8" if kind.is_boolean() else "float64")


def _value(table: ir.Table, feature: Feature, as_of: dt.date | None) -> ir.Value:
    """Compile one feature."""
    first = table[feature.columns[0]]
    match feature.op:
        case "column":
            return first
        case "sum":
            return total(table, feature.columns)
        case "share" | "ratio":
            whole = total(table, feature.denominator)
            parts = [table[name].cast("float64").fill_null(0.0) for name in feature.columns]
            quotient = reduce(add, parts) / whole
            if feature.op == "share":
                quotient = ibis.least(quotient, 1.0)
            return (whole > 0).ifelse(quotient, ibis.null("float64"))
        case "days_since":
            day = ibis.literal(as_of, type="date")
            days = day.delta(first.cast("date"), unit="day")
            return (days >= 0).ifelse(days, ibis.null(days.type()))
        case "years_since":
            year = first.year() if first.type().is_temporal() else first
            return ibis.literal(as_of.year if as_of else 0) - year
        case "is":
            return first == feature.value  # of whom it is not known is missing
    raise AssertionError(f"no such op: {feature.op}")


def total(table: ir.Table, columns: Sequence[str]) -> ir.FloatingValue:
    """Sum of columns; missing parts count as nothing, all missing is missing."""
    values = [table[name].cast("float64") for name in columns]
    if len(values) == 1:
        return values[0]
    none = reduce(lambda a, b: a & b, [value.isnull() for value in values])
    total = reduce(add, [value.fill_null(0.0) for value in values])
    return none.ifelse(ibis.null("float64"), total)
