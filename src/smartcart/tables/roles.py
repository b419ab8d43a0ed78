"""Which role each column plays, from its name and its values, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import get_args

from smartcart.errors import DataError, UsageError, did_you_mean
from smartcart.records import Column, ColumnRole
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.vocabulary import NUMBERS, VOCABULARY, label_of, tokens

__all__ = ["infer_roles", "override_roles", "promised_number"]

FEW_VALUES = 20  # a whole number with fewer distinct values than this may be a code
MOSTLY_MISSING = 0.9  # a column with at least this share missing says too little
FREE_TEXT = 1000  # distinct texts beyond which a text column is not a category
UNIQUE = 0.98  # share of distinct values from which an id is believed

_RULES = tuple((re.compile(word.pattern), word) for word in VOCABULARY)
_CODE = re.compile(
    r"\b(code|type|class|category|group|cluster|grade|level|channel|region|flag|segment)\b"
)


def infer_roles(columns: Sequence[ColumnSummary]) -> tuple[Column, ...]:
    """Give every column a role. Exactly one column is the id, or none is.

    >>> infer_roles([ColumnSummary("Income", "number", 9, 9, 9, 10.0, 99.0, True)])[0].role
    'forms'
    """
    found = [_role_of(column) for column in columns]
    best = _pick_id(found, columns)
    spends = any(c.role == "forms" and c.meaning.startswith("spend") for c in found)

    def settled(column: Column) -> Column:
        if column.role == "id" and column.name != best:
            return replace(column, role="dropped", reason="looks like another identifier")
        if column.meaning == "income" and column.role == "forms" and spends:
            return replace(
                column, role="describes", reason="income describes: what was spent is known"
            )
        return column

    return tuple(map(settled, found))


def _role_of(column: ColumnSummary) -> Column:
    """Return the role of one column: emptiness first, then its name, then its values."""

    def result(role: ColumnRole, meaning: str, reason: str) -> Column:
        return Column(
            name=column.name,
            type=column.type,
            role=role,
            meaning=meaning,
            reason=reason,
            label=label_of(column.name, meaning),
            missing=column.rows - column.present,
            distinct=column.distinct,
        )

    if column.present == 0:
        return result("dropped", "empty", "every value is missing")
    words = tokens(column.name)
    for pattern, word in _RULES:
        match = pattern.fullmatch(words)
        if match is None or column.type not in word.types or not _fits(column, word.meaning):
            continue
        if word.role == "forms" and column.present < (1 - MOSTLY_MISSING) * column.rows:
            return result("dropped", word.meaning, f"{_share(column)} of the values are missing")
        if column.distinct <= 1 and word.role != "id":
            return result("dropped", "constant", "the same value in every row")
        meaning = word.meaning
        if meaning == "spend:":
            what = match.group("what") or match.group("what2") or ""
            meaning += re.sub(r"\b(products?|prods?|total|purchases?)\b", "", what).strip() or what
        return result(word.role, meaning, word.reason)
    if column.distinct <= 1:
        return result("dropped", "constant", "the same value in every row")
    return result(*_from_values(column, words))


def _fits(column: ColumnSummary, meaning: str) -> bool:
    """Return whether the values allow what the name says."""
    if meaning == "id":
        return column.distinct >= 0.5 * column.present and (column.type != "number" or column.whole)
    if meaning in {"age", "recency", "tenure", "visits", "deals", "frequency"}:
        return (column.low is not None and column.low >= 0) or meaning in {"visits", "deals"}
    return True


def _from_values(column: ColumnSummary, words: str) -> tuple[ColumnRole, str, str]:
    """Return role, meaning and reason where the name says nothing."""
    if column.type == "date":
        return "dropped", "date", "a date of unknown meaning is not behaviour"
    if column.type == "text":
        if column.distinct > min(FREE_TEXT, 0.5 * column.rows):
            return "dropped", "text", "free text: almost every value is different"
        return "describes", "category", "a category describes a segment, it does not form one"
    if column.type == "boolean" or (column.whole and column.distinct == 2):
        return "describes", "flag", "a yes/no column describes a segment, it does not form one"
    if column.present < (1 - MOSTLY_MISSING) * column.rows:
        return "dropped", "measure", f"{_share(column)} of the values are missing"
    if column.whole and column.distinct <= FEW_VALUES and _CODE.search(words):
        return "describes", "code", "a category written in digits describes a segment"
    return "forms", "measure", "a measure of unknown meaning: forms, unless you say otherwise"


def _share(column: ColumnSummary) -> str:
    return f"{1 - column.present / column.rows:.0%}"


def _pick_id(found: Sequence[Column], columns: Sequence[ColumnSummary]) -> str | None:
    """Return the name of the id column: the most distinct of those that look like one."""
    ids = [
        (summary.distinct / max(summary.rows, 1) >= UNIQUE, summary.present, -i, column.name)
        for i, (column, summary) in enumerate(zip(found, columns, strict=True))
        if column.role == "id"
    ]
    return max(ids)[3] if ids else None


def promised_number(name: str) -> str | None:
    """Return what a column's name promises where that is a number, else ``None``.

    >>> promised_number("MntWines"), promised_number("Education")
    ('money spent in one category', None)
    """
    words = tokens(name)
    for pattern, word in _RULES:
        if pattern.fullmatch(words):
            return word.reason if word.types == NUMBERS else None
    return None


def override_roles(
    columns: Iterable[Column], wanted: Mapping[str, ColumnRole]
) -> tuple[Column, ...]:
    """Return the columns with the roles that the user gave them.

    Raises ``DataError`` for a column that the table does not have and ``UsageError`` for a role
    that does not exist.
    """
    columns = tuple(columns)
    names = [column.name for column in columns]
    for name, role in wanted.items():
        if name not in names:
            raise DataError.of(
                f"the configuration names a column {name!r} that the table does not have",
                f"one of {', '.join(names[:12])}",
                "correct the name in the configuration." + did_you_mean(name, names),
            )
        if role not in get_args(ColumnRole):
            raise UsageError.of(
                f"column {name!r} is given the role {role!r}",
                f"one of {', '.join(get_args(ColumnRole))}",
                "correct the role in the configuration",
            )
    new_id = [name for name, role in wanted.items() if role == "id"]

    def changed(column: Column) -> Column:
        if column.name in wanted:
            return replace(column, role=wanted[column.name], reason="as the configuration says")
        if new_id and column.role == "id":
            return replace(column, role="dropped", reason="another column is the id")
        return column

    return tuple(changed(column) for column in columns)
