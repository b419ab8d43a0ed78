"""What the user says of columns: checked, and put over what was inferred."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import get_args

from smartcart.errors import DataError, UsageError, did_you_mean
from smartcart.records import Column, ColumnRole, ColumnWish
from smartcart.tables.labels import label_of
from smartcart.tables.roles import SINGLE, settled
from smartcart.tables.vocabulary import ANY, MEANINGS, VOCABULARY

__all__ = ["checked_wishes", "override_roles"]

_DATED = ("first_date", "last_date", "last_seen")
_WITH_WORDS = {"row_type", *MEANINGS}  # meanings of which more may be said behind a colon
_SAID = "as the configuration says"
_WAY_OUT = "correct the configuration"


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

    return settled(map(changed, columns), said=wishes.keys())


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
            f"a role ({', '.join(get_args(ColumnRole))}) or a meaning",
            _WAY_OUT,
        )
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
    if kind in parts and wish.meaning not in {kind, "amount:line"} and kind not in _WITH_WORDS:
        raise UsageError.of(
            f"column {name!r} is given the meaning {wish.meaning!r}",
            f"{kind!r}" + (" or 'amount:line'" if kind == "amount" else ""),
            _WAY_OUT,
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
            "one id",
            _WAY_OUT,
        )
    for meaning, count in Counter(wish.meaning for wish in wishes.values()).items():
        if count > 1 and meaning in SINGLE:
            twice = [name for name, wish in wishes.items() if wish.meaning == meaning]
            raise UsageError.of(
                f"the columns {' and '.join(map(repr, twice[:5]))} are all given the meaning "
                f"{meaning!r}",
                "one of them",
                _WAY_OUT,
            )


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
        "age",
        "household",
        "flag",
        "complaint",
    }


def _refuse_values(column: Column, role: ColumnRole, meaning: str, *, said: bool) -> None:
    """Refuse a role or a meaning that the values of the column cannot have."""
    held = {"number": "numbers", "text": "text", "date": "dates", "boolean": "yes/no"}
    kind = meaning.partition(":")[0]
    types = {t for w in VOCABULARY if w.meaning.partition(":")[0] == kind for t in w.types}
    if said and column.type not in (types or ANY):
        expected = " or ".join(held[t] for t in held if t in types)
        raise DataError.of(
            f"column {column.name!r} holds {held[column.type]} and is given the meaning "
            f"{meaning!r}",
            expected,
            _WAY_OUT,
        )
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
