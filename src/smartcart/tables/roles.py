"""Which role each column plays, from its name and its values, each with its reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import get_args

from smartcart.errors import DataError, UsageError, did_you_mean
from smartcart.records import Column, ColumnRole, ColumnWish, Notice
from smartcart.tables.labels import label_of
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens
from smartcart.tables.values import FEW_VALUES, MOSTLY_MISSING, from_values, share_missing
from smartcart.tables.vocabulary import (
    ANY,
    MEANINGS,
    NUMBERS,
    VOCABULARY,
    Word,
    readings,
)

__all__ = ["checked_wishes", "infer_roles", "override_roles", "promised_number", "role_notices"]

_PERSON_ID = re.compile(
    r"(customer|client|user|member|shopper|buyer|kunden?|cliente)( unique)?"
    r" ?(id|key|no|nr|number|nummer|uuid)"
)
_DATED = ("first_date", "last_date")
_SAID = "as the configuration says"
_WAY_OUT = "correct the configuration"

UNIQUE = 0.98  # share of distinct values from which an id is believed
ENOUGH_FLAGS = 3  # yes/no columns that form where nothing else does

SINGLE = ("first_date", "last_date", "tenure", "recency", "deals", "visits", "income")
"""Meanings of which one column is used."""

_BY_NAME, _BY_VALUES = "from its name", "from its values"


def infer_roles(columns: Sequence[ColumnSummary]) -> tuple[Column, ...]:
    """Give every column a role. Exactly one column is the id, or none is.

    >>> found = infer_roles([ColumnSummary("Income", "number", 9, 9, 9, 10.0, 99.0, True)])[0]
    >>> found.role, found.reason
    ('forms', 'from its name: income: how much a customer could spend')
    """
    found = [_role_of(column) for column in columns]
    best = _pick_id(found, columns)

    def one_id(column: Column) -> Column:
        if column.role == "id" and column.name != best:
            return replace(column, role="dropped", reason="looks like another identifier")
        return column

    return _flags_at_last(_settled(map(one_id, found)))


def _settled(columns: Iterable[Column], said: Collection[str] = ()) -> tuple[Column, ...]:
    """Return the columns with roles that suit each other; those named in ``said`` stay.

    What two columns say is told once: a total beside its parts, a second column of a meaning that
    counts once, income beside spend.
    """
    columns = tuple(columns)
    forming = [c for c in columns if c.role == "forms"]
    parts = [c for c in forming if c.meaning.startswith("spend:")]
    totals = [c for c in forming if c.meaning == "spend_total"]
    channels = [c for c in forming if c.meaning.startswith("channel:")]
    orders = [c for c in forming if c.meaning == "frequency"]
    history = [c for c in columns if c.meaning == "contact_history"]
    first: dict[str, str] = {}
    for column in sorted(forming, key=lambda c: c.name not in said):
        first.setdefault(column.meaning, column.name)

    def suits(column: Column) -> Column:
        meaning = column.meaning
        if column.name in said:
            return column
        if meaning == "contact_history" and len(history) < 2:
            return _as_measure(column, f"{_BY_VALUES}: a measure of unknown meaning: forms, "
                               "unless you say otherwise")  # fmt: skip
        if column.role != "forms":
            return column
        if meaning == "income" and (parts or totals):
            return replace(
                column, role="describes", reason="income describes: what was spent is known"
            )
        if meaning in {*SINGLE, "spend_total", "frequency"} and first[meaning] != column.name:
            if column.type == "date":
                return replace(column, role="dropped", reason=f"{first[meaning]} says the same")
            return _as_measure(
                column, f"{first[meaning]} has this meaning already: forms by itself"
            )
        if (column in parts and totals and len(parts) == 1) or (
            column in channels and orders and len(channels) == 1
        ):
            return _as_measure(column, "a part of a known total: forms by itself")
        if (column in totals and len(parts) > 1) or (column in orders and len(channels) > 1):
            return replace(column, role="describes", reason="a total whose parts form")
        return column

    return tuple(map(suits, columns))


def _as_measure(column: Column, reason: str) -> Column:
    label = label_of(column.name, "measure")
    return replace(column, role="forms", meaning="measure", reason=reason, label=label)


def _flags_at_last(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Let yes/no columns form where nothing else does and there are a few of them."""
    flags = [c.name for c in columns if c.meaning == "flag" and c.role == "describes"]
    if any(c.role == "forms" for c in columns) or len(flags) < ENOUGH_FLAGS:
        return columns
    reason = f"{_BY_VALUES}: yes/no; forms only because no other column says what customers do"
    return tuple(replace(c, role="forms", reason=reason) if c.name in flags else c for c in columns)


def role_notices(columns: Sequence[Column]) -> tuple[Notice, ...]:
    """Return the warnings that follow from the roles alone."""
    flags = [c.label for c in columns if c.role == "forms" and c.meaning == "flag"]
    if not flags:
        return ()
    shown = ", ".join(flags[:12]) + (f" and {len(flags) - 12} more" if len(flags) > 12 else "")
    return (
        Notice(
            "yes/no columns form",
            f"Only yes/no columns say what customers do, so they form the segments: {shown}. "
            "Segments of yes/no columns are combinations of them more than groups; add counts, "
            "days or money if you can.",
            len(flags),
        ),
    )


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
            estimated=not column.exact,
        )

    if column.present == 0:
        return result("dropped", "empty", "every value is missing")
    for word, what in readings(column.name):
        if column.type not in word.types or not _fits(column, word):
            continue
        if word.role == "forms" and column.present < (1 - MOSTLY_MISSING) * column.rows:
            return result(
                "dropped", word.meaning, f"{share_missing(column)} of the values are missing"
            )
        if column.distinct <= 1 and word.role != "id":
            return result("dropped", "constant", "the same value in every row")
        meaning = word.meaning
        if meaning == "spend:":
            meaning += re.sub(r"\b(products?|prods?|total|purchases?)\b", "", what).strip() or what
        return result(word.role, meaning, f"{_BY_NAME}: {word.reason}")
    if column.distinct <= 1:
        return result("dropped", "constant", "the same value in every row")
    role, meaning, reason = from_values(column, tokens(column.name))
    return result(role, meaning, f"{_BY_VALUES}: {reason}")


def _fits(column: ColumnSummary, word: Word) -> bool:
    """Return whether the values allow what the name says."""
    meaning = word.meaning
    if column.type == "number":
        if word.whole is not None and column.whole is not word.whole:
            return False
        if word.few and not (column.whole and column.distinct <= FEW_VALUES):
            return False
    if meaning == "id":
        if column.type == "number" and not column.whole:
            return False
        # an id of persons that repeats is refused later, by name; it never forms
        repeats = column.distinct < 0.5 * column.present
        return not repeats or _PERSON_ID.fullmatch(tokens(column.name)) is not None
    if meaning == "code":
        return column.type != "number" or column.whole
    if meaning in {"age", "recency", "tenure", "frequency"}:
        return column.low is not None and column.low >= -1  # -1 stands for "never", "unknown"
    return True


def _pick_id(found: Sequence[Column], columns: Sequence[ColumnSummary]) -> str | None:
    """Return the name of the id column: the named, the most distinct, the first."""
    ids = [
        (
            column.reason.startswith(_BY_NAME),
            summary.distinct / max(summary.rows, 1) >= UNIQUE,
            summary.present,
            -i,
            column.name,
        )
        for i, (column, summary) in enumerate(zip(found, columns, strict=True))
        if column.role == "id"
    ]
    return max(ids)[-1] if ids else None


def promised_number(name: str) -> str | None:
    """Return what a column's name promises where that is a number, else ``None``.

    >>> promised_number("MntWines"), promised_number("Education")
    ('money spent in one category', None)
    """
    for word, _ in readings(name):
        return word.reason if word.types == NUMBERS and word.firm else None
    return None


def override_roles(
    columns: Iterable[Column],
    wanted: Mapping[str, ColumnRole | ColumnWish],
    meanings: Mapping[str, ColumnRole] = MEANINGS,
) -> tuple[Column, ...]:
    """Return the columns with the roles and meanings that the user gave them.

    ``meanings`` are those that may be given, each with the role that it brings. Columns that the
    user says nothing of give way: there is one id, and one column of meanings that count once.

    Raises ``DataError`` for a column that the table does not have, or whose values do not suit;
    ``UsageError`` for a role or a meaning that does not exist, or that is given twice.
    """
    columns = tuple(columns)
    if not wanted:
        return columns
    names = [column.name for column in columns]
    wishes = checked_wishes(names, wanted, meanings)
    new_id = any(wish.role == "id" for wish in wishes.values())

    def changed(column: Column) -> Column:
        if column.name in wishes:
            return _with(column, wishes[column.name])
        if new_id and column.role == "id":
            return replace(column, role="dropped", reason="another column is the id")
        return column

    return _settled(map(changed, columns), said=wishes.keys())


def checked_wishes(
    names: Sequence[str],
    wanted: Mapping[str, ColumnRole | ColumnWish],
    meanings: Mapping[str, ColumnRole] = MEANINGS,
    parts: Collection[str] = (),
) -> dict[str, ColumnWish]:
    """Return the wishes with their roles known; errors as for :func:`override_roles`.

    ``parts`` are meanings of an order log, which need no word for the part.
    """
    wishes = {}
    for name, given in wanted.items():
        if name not in names:
            raise DataError.of(
                f"the configuration names a column {name!r} that the table does not have",
                f"one of {', '.join(names[:12])}",
                "correct the name in the configuration." + did_you_mean(name, names),
            )
        wishes[name] = _checked(
            name, given if isinstance(given, ColumnWish) else ColumnWish(given), meanings, parts
        )
    _refuse_twice(wishes)
    return wishes


def _checked(
    name: str, wish: ColumnWish, meanings: Mapping[str, ColumnRole], parts: Collection[str] = ()
) -> ColumnWish:
    """Return the wish with its role known, or refuse what does not exist."""
    kind = wish.meaning.partition(":")[0] if wish.meaning else None
    if wish.role is None and kind is None:
        raise UsageError.of(
            f"column {name!r} is given neither a role nor a meaning",
            f"a role ({', '.join(get_args(ColumnRole))}) or a meaning", _WAY_OUT,
        )  # fmt: skip
    if wish.role is not None and wish.role not in get_args(ColumnRole):
        raise UsageError.of(
            f"column {name!r} is given the role {wish.role!r}",
            f"one of {', '.join(get_args(ColumnRole))}",
            "correct the role in the configuration",
        )
    if kind is not None and kind not in meanings:
        raise UsageError.of(
            f"column {name!r} is given the meaning {wish.meaning!r}",
            f"one of {', '.join(sorted(meanings))}",
            "correct the meaning in the configuration." + did_you_mean(kind, meanings),
        )
    if (
        kind in {"spend", "channel"}
        and wish.meaning not in parts
        and not (wish.meaning or "").partition(":")[2]
    ):
        raise UsageError.of(
            f"column {name!r} is given the meaning {wish.meaning!r}",
            f"'{kind}:' and a word for the part, such as "
            + ("'spend:wine'" if kind == "spend" else "'channel:web'"),
            _WAY_OUT,
        )
    return replace(wish, role=meanings[kind]) if wish.role is None and kind else wish


def _refuse_twice(wishes: Mapping[str, ColumnWish]) -> None:
    ids = [name for name, wish in wishes.items() if wish.role == "id"]
    if len(ids) > 1:
        raise UsageError.of(
            f"the columns {' and '.join(map(repr, ids[:5]))} are all given the role 'id'",
            "one id", _WAY_OUT,
        )  # fmt: skip
    for meaning, count in Counter(wish.meaning for wish in wishes.values()).items():
        if count > 1 and meaning in SINGLE:
            twice = [name for name, wish in wishes.items() if wish.meaning == meaning]
            raise UsageError.of(
                f"the columns {' and '.join(map(repr, twice[:5]))} are all given the meaning "
                f"{meaning!r}", "one of them", _WAY_OUT,
            )  # fmt: skip


def _with(column: Column, wish: ColumnWish) -> Column:
    """Return the column as wished; unchanged, with its reason, where it was so already."""
    role = wish.role or column.role
    meaning = wish.meaning or column.meaning
    if wish.meaning is None and role != column.role:
        if role == "id":
            meaning = "id"  # no bounds of an income on an id
        elif role == "forms" and (column.type != "date" and not _can_form(meaning)):
            meaning = "measure"
    if (role, meaning) == (column.role, column.meaning):
        return column
    _refuse_values(column, role, meaning, said=wish.meaning is not None)
    return replace(
        column, role=role, meaning=meaning, reason=_SAID, label=label_of(column.name, meaning)
    )


def _can_form(meaning: str) -> bool:
    """Return whether a column of numbers can form under its own meaning (bounds stay with it)."""
    return MEANINGS.get(meaning.partition(":")[0]) == "forms" or meaning in {
        "age", "household", "flag", "complaint",
    }  # fmt: skip


def _refuse_values(column: Column, role: ColumnRole, meaning: str, *, said: bool) -> None:
    """Refuse a role or a meaning that the values of the column cannot have."""
    held = {"number": "numbers", "text": "text", "date": "dates", "boolean": "yes/no"}
    kind = meaning.partition(":")[0]
    types = {t for w in VOCABULARY if w.meaning.partition(":")[0] == kind for t in w.types}
    if said and column.type not in (types or ANY):
        expected = " or ".join(held[t] for t in held if t in types)
        raise DataError.of(
            f"column {column.name!r} holds {held[column.type]} and is given the meaning "
            f"{meaning!r}", expected, _WAY_OUT,
        )  # fmt: skip
    if role != "forms":
        return
    if column.type == "text":
        raise DataError.of(
            f"column {column.name!r} holds text and is given the role 'forms'",
            "numbers, yes/no or a date",
            "turn it into numbers, or give it the role 'describes'",
        )
    if column.type == "date" and kind not in _DATED:
        raise DataError.of(
            f"column {column.name!r} holds dates and is given the role 'forms'",
            f"also a meaning, {' or '.join(map(repr, _DATED))}",
            f"write {column.name}: {{role: forms, meaning: first_date}} in the configuration",
        )
